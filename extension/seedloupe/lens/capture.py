"""Watching chosen layers while a U-Net samples."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import torch
from torch import nn

from .calls import Grid
from .cells import cells_of, taken_of
from .features import FeatureMap, FeatureSink
from .hooks import LayerProbe, RowChooser, Rows
from .layer import Layer
from .layers import list_layers
from .levels import NoiseLevels
from .rows import RowPlan


class FeatureProbe(LayerProbe):
    """Send each named layer's output to ``sink`` while the block is open.

    The probe only reads: it never changes what the model computes, and it leaves no hook behind,
    whatever happens inside the block. Trouble of its own (a sink that raises, tokens that something
    has merged, memory that ran out) never reaches the model: it is kept in :attr:`failures`, logged
    once, and the layer stays unwatched from then on. A layer that never ran is named by
    :attr:`silent`, since nothing seen is not the same as nothing there. One probe serves one run;
    it may be armed and disarmed often within it::

        rows = pipeline_rows(images, guided=True)
        with FeatureProbe(unet, ["mid-vit-out"], frames.append, rows=rows) as probe:
            for step, sigma in enumerate(sigmas):
                probe.at(step=step, sigma=sigma)
                ...

    Args:
        unet: the U-Net that will run; weights may be on any device.
        layers: canonical names, aliases, globs or ranges, as :func:`find_layers` takes them.
        sink: receives one :class:`FeatureMap` per layer and call, in the thread of the model. It
            decides what to keep.
        rows: which rows of the U-Net's batch to copy: what they are, as a :class:`RowPlan` that
            begins again with every evaluation; or a slice, a sequence of indices, or a function
            from the number of rows in this call to either. Hosts order guided batches differently
            and only they know how. None copies all; where it comes out empty, the call is skipped.
        levels: the noise levels the model was trained at, to name the training time of a sigma.
    """

    def __init__(
        self,
        unet: nn.Module,
        layers: Sequence[str],
        sink: FeatureSink,
        *,
        rows: RowPlan | RowChooser | Rows | None = None,
        levels: NoiseLevels | None = None,
    ) -> None:
        super().__init__(unet, layers, rows=rows, levels=levels)
        self._sink = sink

    def _listed(self, unet: nn.Module) -> tuple[Layer, ...]:
        return list_layers(unet)

    def _watch(self, hooks: ExitStack, layer: Layer, module: nn.Module) -> None:
        self._hang(hooks, module.register_forward_hook(partial(self._record, layer)))

    def _record(self, layer: Layer, module: nn.Module, args: object, output: object) -> None:
        self._seen.add(layer.name)
        if layer.name in self._failures:
            return
        try:
            self._send(layer, output)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._give_up(layer, error)

    def _send(self, layer: Layer, output: object) -> None:
        call = self._calls.current
        grid = call.grids.get(layer.around)
        taken = taken_of(layer, output, grid or Grid(0, 0, 0)).detach()
        cells = cells_of(layer, taken, grid or Grid(taken.shape[0], 0, 0))
        rows, labels = self._chosen(cells.shape[0])
        chosen = cells[rows]
        if chosen.shape[0]:
            values, place = chosen.to("cpu", torch.float32, copy=True).contiguous(), call.place
            key = (layer.name, place.step, place.sigma, values, call.number)
            self._sink(FeatureMap(*key, place.track, place.timestep, labels))
