"""Whether a map is of the attention that the model really used.

Everything that alters attention (image prompts, masks, regional prompts, merged tokens, guidance by
perturbing it) leaves the projections alone and changes what is made of them. So for a few queries
the output of attention is computed from the projections and held against the real one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from math import nan

import torch
from torch import Tensor, nn

from .sites import Heads
from .softmax import mixed

#: How many queries are looked at in each call; others at each step.
SAMPLES = 16
#: How far the two may lie apart, as a share of the largest output. Half precision is as lax as it
#: is because some kernels also round the logits; what people alter attention with is far beyond.
_TOLERANCE = {torch.float32: 1e-4, torch.float16: 0.02, torch.bfloat16: 0.1}
_TOLERANCE_TF32 = 0.02
_GOLDEN = 0.6180339887498949


class Truth(str, Enum):
    """What is known of a map, from good to bad."""

    SAME = "same"
    """The model attended like this, where it was looked at."""
    UNCHECKED = "unchecked"
    """Nobody knows."""
    ALTERED = "altered"
    """Something changed attention after its projections; the model did not attend like this."""


@dataclass(frozen=True)
class TruthCheck:
    """The outcome of one comparison, or of the worst of several.

    Args:
        label: what is known.
        difference: largest absolute difference, as a share of the largest output; NaN if unchecked.
        reason: in words; empty when all is well.
    """

    label: Truth
    difference: float = nan
    reason: str = ""

    @classmethod
    def worst(cls, checks: Iterable[TruthCheck]) -> TruthCheck:
        """Return the worst of ``checks``; of none, that nothing was checked."""
        order = list(Truth)
        found = sorted(checks, key=lambda check: (order.index(check.label), check.difference))
        return found[-1] if found else cls(Truth.UNCHECKED, reason="nothing was recorded")


def compare_projections(
    queries: Tensor,
    keys: Tensor,
    values: Tensor | None,
    used: Tensor | None,
    heads: Heads,
    *,
    call: int = 0,
    attention: nn.Module | None = None,
    bias: Tensor | None = None,
) -> TruthCheck:
    """Hold what the projections give against what the model went on with.

    Args:
        queries: ``(B, N, C)``.
        keys: ``(B, T, C)``.
        values: ``(B, T, C)``, or None where nobody saw them.
        used: ``(B, N, C)``, what went into the last projection.
        heads: how ``C`` is split.
        call: moves the queries looked at, so that over the steps small regions are met as well.
        bias: ``(B, T)`` float32, added to the logits of each key.
        attention: named in the reason, with the processor of diffusers where there is one.
    """
    if values is None or used is None:
        missing = "values" if values is None else "output"
        return TruthCheck(Truth.UNCHECKED, reason=f"the {missing} of attention passed by unseen")
    if used.shape[:2] != queries.shape[:2] or values.shape[:2] != keys.shape[:2]:
        shapes = f"{tuple(used.shape)} from {tuple(queries.shape)}"
        return TruthCheck(Truth.UNCHECKED, reason=f"attention gives shape {shapes}")
    cells = torch.tensor(_sample(queries.shape[1], call), device=queries.device)
    ours = mixed(queries.index_select(1, cells), keys, values, heads, bias)
    theirs = used.detach().index_select(1, cells).to(torch.float32)
    difference = _difference(ours, theirs)
    if difference <= _tolerance(queries):
        return TruthCheck(Truth.SAME, difference)
    return TruthCheck(Truth.ALTERED, difference, _altered_by(attention))


def _sample(count: int, call: int) -> list[int]:
    """Spread some of ``count`` cells evenly, and none in the same places call after call."""
    numbers = range(SAMPLES * call, SAMPLES * (call + 1))
    return sorted({int(number * _GOLDEN % 1 * count) for number in numbers})


def _difference(ours: Tensor, theirs: Tensor) -> float:
    apart = float((ours - theirs).abs().max())
    scale = float(theirs.abs().max())
    if apart != apart or scale != scale:  # numbers that are none compare with nothing
        return float("inf")
    return apart / scale if scale else float(apart > 0)


def _tolerance(queries: Tensor) -> float:
    coarse = queries.is_cuda and torch.backends.cuda.matmul.allow_tf32
    if queries.dtype is torch.float32 and coarse:
        return _TOLERANCE_TF32
    return _TOLERANCE.get(queries.dtype, _TOLERANCE[torch.bfloat16])


def _altered_by(attention: nn.Module | None) -> str:
    processor = getattr(attention, "processor", None)
    where = f" in {type(processor).__name__}" if processor is not None else ""
    return f"something alters attention after its projections{where}"
