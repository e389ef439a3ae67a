"""Watching chosen layers while a U-Net samples."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType, TracebackType
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ..errors import ShapeError
from .features import FeatureMap, FeatureSink
from .layers import Layer, Layout, find_layers
from .topology import bare_unet

_log = logging.getLogger(__name__)

Rows: TypeAlias = slice | Sequence[int]
RowChooser: TypeAlias = Callable[[int], Rows]


def second_half(rows: int) -> slice:
    """Choose the conditional rows of a guided call in diffusers, which puts the others first.

    Only the caller knows whether a call is guided at all; when it is not, all rows count.

    Raises:
        ShapeError: ``rows`` is odd, so the call cannot hold two halves.
    """
    if rows % 2:
        raise ShapeError("rows", expected="an even number in a guided call", got=str(rows))
    return slice(rows // 2, rows)


class _Grids(threading.local):
    """Sizes ``(B, H, W)`` by module path; a thread each, as some hosts run calls in several."""

    def __init__(self) -> None:
        self.sizes: dict[str, tuple[int, int, int]] = {}


class FeatureProbe:
    """Send each named layer's output to ``sink`` while the block is open.

    The probe only reads: it never changes what the model computes, and it leaves no hook behind,
    whatever happens inside the block. Trouble of its own (a sink that raises, tokens that something
    has merged) never reaches the model: it is kept in :attr:`failures`, logged once, and the layer
    is left alone from then on. A layer that never ran is named by :attr:`silent`, since nothing
    seen is not the same as nothing there. One probe serves one run; it may be armed and disarmed
    often within it::

        with FeatureProbe(unet, ["mid-vit-out"], frames.append, rows=second_half) as probe:
            for step, sigma in enumerate(sigmas):
                probe.at(step=step, sigma=sigma)
                ...

    Args:
        unet: the U-Net that will run; weights may be on any device.
        layers: canonical names, aliases, globs or ranges, as :func:`find_layers` takes them.
        sink: receives one :class:`FeatureMap` per layer and call, in the thread of the model. It
            decides what to keep.
        rows: which rows of the U-Net's batch to copy: a slice, a sequence of indices, or a function
            from the number of rows in this call to either. Hosts order guided batches differently
            and only they know how. None copies all; where it comes out empty, the call is skipped.
    """

    def __init__(
        self,
        unet: nn.Module,
        layers: Sequence[str],
        sink: FeatureSink,
        *,
        rows: RowChooser | Rows | None = None,
    ) -> None:
        self._unet = bare_unet(unet)
        self._patterns = layers
        self._sink = sink
        self._rows = rows
        self._hooks = ExitStack()
        self._grids = _Grids()
        self._layers: tuple[Layer, ...] = ()
        self._failures: dict[str, Exception] = {}
        self._seen: set[str] = set()
        self._pinned = False
        self._sigma: float | None = None
        self._step = self._call = -1

    @property
    def layers(self) -> tuple[str, ...]:
        """Canonical names of the layers under watch, known once armed."""
        return tuple(layer.name for layer in self._layers)

    @property
    def failures(self) -> Mapping[str, Exception]:
        """What went wrong, by layer; these layers send nothing any more."""
        return MappingProxyType(self._failures)

    @property
    def silent(self) -> tuple[str, ...]:
        """Layers that have not run so far.

        After a call of the U-Net this means it was not observed: it was compiled before the probe
        was armed, or something else ran in its place.
        """
        return tuple(name for name in self.layers if name not in self._seen)

    @property
    def step(self) -> int:
        """Where features are filed: counts the U-Net's calls unless :meth:`at` said otherwise."""
        return max(self._step, 0)

    def at(self, *, step: int, sigma: float | None = None) -> None:
        """Say which step the following calls belong to, and at which noise level."""
        self._pinned = True
        self._step, self._sigma, self._call = step, sigma, -1

    def arm(self) -> None:
        """Attach the hooks; those of an earlier arming are taken off first.

        Raises:
            LayerNotFoundError: a name fits nothing; no hook is left.
            ModelError: the model is no U-Net of a known shape.
        """
        self.disarm()
        self._layers = self._layers or find_layers(self._unet, self._patterns)
        with ExitStack() as hooks:
            self._attach(hooks)
            self._hooks = hooks.pop_all()

    def disarm(self) -> None:
        """Take all hooks off; harmless when there are none."""
        self._hooks.close()

    def __enter__(self) -> FeatureProbe:
        """Arm the probe."""
        self.arm()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disarm the probe; an error inside the block goes its way."""
        self.disarm()

    def _attach(self, hooks: ExitStack) -> None:
        for path in dict.fromkeys(["", *(x.around for x in self._layers)]):
            module = self._unet.get_submodule(path)
            note = partial(self._note_grid, path)
            hooks.callback(module.register_forward_pre_hook(note, with_kwargs=True).remove)
        for layer in self._layers:
            module = self._unet.get_submodule(layer.path)
            hooks.callback(module.register_forward_hook(partial(self._record, layer)).remove)

    def _note_grid(
        self, path: str, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        if path == "":
            self._grids.sizes.clear()
            self._call += 1
            self._step += not self._pinned
        for value in (*args, *kwargs.values()):
            if isinstance(value, Tensor) and value.ndim == 4:
                self._grids.sizes[path] = (value.shape[0], value.shape[2], value.shape[3])
                return

    def _record(self, layer: Layer, module: nn.Module, args: object, output: object) -> None:
        self._seen.add(layer.name)
        if layer.name in self._failures:
            return
        try:
            self._send(layer, _tensor_of(output))
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            # Without its traceback, which would keep the model's tensors alive.
            self._failures[layer.name] = error.with_traceback(None)
            _log.warning("Layer %s is no longer watched: %s", layer.name, error)

    def _send(self, layer: Layer, output: Tensor) -> None:
        grid = self._grids.sizes.get(layer.around, (output.shape[0], 0, 0))
        cells = _cells(layer, output.detach(), grid)
        chosen = self._chosen(cells)
        if chosen.shape[0]:
            call = self._call if self._pinned else 0
            values = chosen.to("cpu", torch.float32, copy=True).contiguous()
            self._sink(FeatureMap(layer.name, self.step, self._sigma, values, call))

    def _chosen(self, cells: Tensor) -> Tensor:
        if self._rows is None:
            return cells
        rows = self._rows(cells.shape[0]) if callable(self._rows) else self._rows
        return cells[rows] if isinstance(rows, slice) else cells[list(rows)]


def _tensor_of(output: object) -> Tensor:
    """Return the features from what a module gave, which some wrap in a tuple or a record."""
    if isinstance(output, (tuple, list)) and output:
        output = output[0]
    output = getattr(output, "sample", output)
    if not isinstance(output, Tensor):
        raise ShapeError("output", expected="a tensor", got=type(output).__name__)
    return output


def _cells(layer: Layer, output: Tensor, grid: tuple[int, int, int]) -> Tensor:
    """Lay ``output`` out as ``(B, C, H, W)`` without copying; never guesses ``H`` and ``W``."""
    rows, height, width = grid
    axes = 4 if layer.layout is Layout.GRID else 3
    if output.ndim != axes or output.shape[0] != rows:
        raise ShapeError(
            layer.name,
            expected=f"{axes} axes and {rows} rows, as the U-Net was given",
            got=f"shape {tuple(output.shape)}",
            advice="Something multiplies or splits rows here, such as HyperTile.",
        )
    if layer.layout is Layout.GRID:
        return output
    if layer.layout is Layout.WORDS:
        return output.transpose(1, 2).unsqueeze(2)
    if output.shape[1] != height * width:
        raise ShapeError(
            layer.name,
            expected=f"{height} * {width} = {height * width} tokens",
            got=str(output.shape[1]),
            advice="Something joins tokens here, such as token merging.",
        )
    return output.transpose(1, 2).reshape(rows, -1, height, width)
