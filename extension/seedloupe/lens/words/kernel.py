"""Seeing attention where it is computed, in transformers whose hosts norm and turn projections.

Between a projection and the kernel such models norm queries and keys, turn them by their places and
join text and picture; only the kernel is given what counts. PyTorch's kernel is watched through a
torch function mode for as long as one module runs: the kernel itself is called as it was, so the
picture stays the same to the bit. A host that uses another kernel is not seen, and is told so by
the layer staying silent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from ...errors import ModelError, ShapeError
from ..calls import Grid
from ..layer import Layer
from ..token_grid import sequence_parts
from .parts import Parts
from .sites import Heads

_ASKED = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")


@dataclass(frozen=True, eq=False)
class KernelCall:
    """One call of the kernel.

    Args:
        query: ``(B, K, L, D)``.
        key: ``(B, K', S, D)``; ``K'`` divides ``K``.
        value: ``(B, K', S, D')``.
        mask: as the kernel was given it.
        causal: whether each token sees only those before it.
        scale: of the dot products; None stands for one over the root of ``D``.
        output: ``(B, K, L, D')``.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None
    causal: bool
    scale: float | None
    output: Tensor


class KernelWatch(TorchFunctionMode):
    """Hands on every call of PyTorch's attention kernel while it is entered."""

    def __init__(self, seen: Callable[[KernelCall], None]) -> None:
        super().__init__()
        self._seen = seen

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Call what was called; look at it only if it is the kernel."""
        output = func(*args, **(kwargs or {}))
        if func is functional.scaled_dot_product_attention and isinstance(output, Tensor):
            given = dict(zip(_ASKED, args, strict=False)) | dict(kwargs or {})
            q, k, v = (given.get(name) for name in _ASKED[:3])
            mask, scale = given.get("attn_mask"), given.get("scale")
            if isinstance(q, Tensor) and isinstance(k, Tensor) and isinstance(v, Tensor):
                self._seen(
                    KernelCall(
                        q.detach(),
                        k.detach(),
                        v.detach(),
                        mask.detach() if isinstance(mask, Tensor) else None,
                        bool(given.get("is_causal")),
                        float(scale) if isinstance(scale, (int, float)) else None,
                        output.detach(),
                    )
                )
        return output


def watch_kernel(
    module: nn.Module, seen: Callable[[KernelCall], None]
) -> tuple[RemovableHandle, RemovableHandle]:
    """Hand the calls of the kernel inside ``module`` to ``seen``, which must not raise."""
    entered = threading.local()

    def enter(*_: object) -> None:
        watch = KernelWatch(seen)
        watch.__enter__()  # type: ignore[no-untyped-call]
        entered.watches = [*getattr(entered, "watches", ()), watch]

    def leave(*_: object) -> None:
        watches = getattr(entered, "watches", [])
        if watches:
            watches.pop().__exit__(None, None, None)

    # The second runs also when the module fails, so that no watch is left behind.
    first = module.register_forward_pre_hook(enter)
    return first, module.register_forward_hook(leave, always_call=True)


def is_joint(site: Layer, call: KernelCall, grid: Grid) -> bool:
    """Tell whether picture and text are in one sequence of this call.

    Some blocks let the picture attend to itself besides, which is not asked for here.
    """
    cells = grid.height * grid.width
    return call.key.shape[2] >= cells + grid.words if grid.words else call.query.shape[2] == cells


def kernel_parts(site: Layer, call: KernelCall, grid: Grid) -> tuple[Parts, Tensor]:
    """Put together what the picture's queries see, and what they were given, ``(B, N, C)``.

    Raises:
        ShapeError: rows or tokens are not those of the call.
        ModelError: attention is masked otherwise than by leaving keys out for all queries.
    """
    if call.query.shape[0] != grid.rows:
        got = f"shape {tuple(call.query.shape)}"
        raise ShapeError(site.name, expected=f"{grid.rows} rows, as the model was given", got=got)
    every = slice(0, call.key.shape[2])
    if grid.words:
        picture, text = sequence_parts(site.taken, grid, call.query.shape[2])
    else:
        picture, text = slice(0, grid.height * grid.width), every
    heads = call.query.shape[1]
    repeated = heads // call.key.shape[1]
    keys, values = (
        _side_by_side(one.repeat_interleave(repeated, 1) if repeated > 1 else one)
        for one in (call.key, call.value)
    )
    queries = _side_by_side(call.query[:, :, picture])
    parts = Parts(
        queries,
        keys,
        values,
        Heads(heads, call.scale),
        Grid(grid.rows, grid.height, grid.width),
        words=text,
        cells=picture if grid.words else None,
        bias=_bias(site, call),
    )
    return parts, _side_by_side(call.output[:, :, picture])


def _side_by_side(heads: Tensor) -> Tensor:
    """``(B, K, N, D)`` to ``(B, N, K * D)``."""
    return heads.transpose(1, 2).flatten(2)


def _bias(site: Layer, call: KernelCall) -> Tensor | None:
    """What is added to all logits of each key, ``(B, S)`` float32; minus infinity leaves it out."""
    if call.causal:
        raise _masked(site, "a causal mask")
    if call.mask is None:
        return None
    mask = call.mask.reshape((1,) * (4 - call.mask.ndim) + call.mask.shape)
    if bool((mask != mask[:, :1, :1]).any()):
        raise _masked(site, f"a mask of shape {tuple(call.mask.shape)}")
    per_key = mask[:, 0, 0].expand(call.query.shape[0], -1)
    if per_key.dtype.is_floating_point:
        return per_key.float()
    return per_key.new_zeros(per_key.shape).float().masked_fill(~per_key.bool(), float("-inf"))


def _masked(site: Layer, got: str) -> ModelError:
    expected = "attention in which every query sees the same keys"
    return ModelError(site.name, expected=expected, got=got)
