"""Watching attention while a U-Net samples, without taking its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ..hooks import LayerProbe, RowChooser, Rows
from ..layer import Layer
from ..levels import NoiseLevels
from ..rows import RowLabel, RowPlan
from .kernel import KernelCall, is_joint, kernel_parts, watch_kernel
from .parts import Parts, gather
from .readings import AttentionReading
from .sites import Tap, find_sites, taps_of
from .truth import Truth, TruthCheck, compare_projections


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """What one attention did in one call of the U-Net.

    Args:
        layer: canonical name, ending in ``-map``.
        step: which sampling step, from 0.
        sigma: noise level of the step, or None if it is not known.
        columns: what the ``T`` maps stand for: tokens of the prompt, or the spots asked about.
        values: ``(B, K, T, H, W)``, float32 in ``[0, 1]``, CPU. ``K`` is 1 where heads are
            averaged. For words, the shares of all tokens of a prompt at one cell sum to 1.
        truth: whether the model used just this attention.
        call: which call of the U-Net within the step, from 0.
        track: which pass of sampling: 0 the first, 1 a hires or refiner pass, and so on.
        timestep: the training time of that noise level, if known.
        labels: what each row is; empty if the host did not say.
    """

    layer: str
    step: int
    sigma: float | None
    columns: tuple[int, ...]
    values: Tensor
    truth: TruthCheck
    call: int = 0
    track: int = 0
    timestep: float | None = None
    labels: tuple[RowLabel, ...] = ()


AttentionSink: TypeAlias = Callable[[AttentionMap], None]


class AttentionProbe(LayerProbe):
    """Send the attention of each named layer to ``sink`` while the block is open.

    No fused kernel gives probabilities away, and to replace kernels is to change pictures and to
    lose what others have installed there. This probe looks at the outputs of the projections, which
    every host calls before its kernel, and computes the few probabilities that are asked for once
    more, in float32. The model and its kernels stay unchanged, and the picture is the same to the
    bit. Whether the model really attended so is checked in each call (:class:`TruthCheck`). In
    transformers without a U-Net the kernel's own arguments are read instead (:mod:`~.kernel`).

    As with :class:`FeatureProbe`, trouble never reaches the model: it is kept in :attr:`failures`,
    logged once, and the layer stays unwatched from then on. Layers that never ran are named by
    :attr:`silent`. No hook is left behind, whatever happens inside the block::

        words = WordColumns(tokens.find("cat"), tokens.length)
        with AttentionProbe(unet, words, maps.append, rows=second_half) as probe:
            for step, sigma in enumerate(sigmas):
                probe.at(step=step, sigma=sigma)
                ...

    Args:
        unet: the U-Net that will run; weights may be on any device.
        reading: what is kept, :class:`WordColumns` or :class:`CellRows`.
        sink: receives one :class:`AttentionMap` per layer and call, in the thread of the model.
        layers: names such as ``up-level1-repeat1-vit-block0-cross-map``, paths of attentions,
            globs, ranges; all by default.
        rows: which rows of the U-Net's batch to read, as for :class:`FeatureProbe`.
        check: whether to compare with what the model used.
        levels: the noise levels the model was trained at, to name the training time of a sigma.
    """

    def __init__(
        self,
        unet: nn.Module,
        reading: AttentionReading,
        sink: AttentionSink,
        *,
        layers: Sequence[str] = ("*",),
        rows: RowPlan | RowChooser | Rows | None = None,
        check: bool = True,
        levels: NoiseLevels | None = None,
    ) -> None:
        super().__init__(unet, layers, rows=rows, levels=levels)
        self._reading = reading
        self._sink = sink
        self._check = check

    def disarm(self) -> None:
        """Take all hooks off and let go of the model's tensors; harmless when there are none."""
        super().disarm()
        self._calls.current.parts.clear()

    def _listed(self, unet: nn.Module) -> tuple[Layer, ...]:
        return find_sites(unet, self._reading.kind, ("*",))

    def _watch(self, hooks: ExitStack, layer: Layer, module: nn.Module) -> None:
        if layer.kernel:
            for handle in watch_kernel(module, partial(self._kernel, layer, module)):
                self._hang(hooks, handle)
            return
        linears = dict(module.named_modules())
        for tap in taps_of(module):
            if tap.module in linears and (self._check or tap.holds != "v"):
                keep = partial(self._keep, layer, tap)
                self._hang(hooks, linears[tap.module].register_forward_hook(keep))
        record = partial(self._record, layer, module)
        self._hang(hooks, linears["to_out.0"].register_forward_pre_hook(record))

    def _keep(self, site: Layer, tap: Tap, module: nn.Module, args: object, output: object) -> None:
        if not isinstance(output, Tensor) or site.name in self._failures:
            return
        try:
            self._calls.current.parts.setdefault(site.path, {}).update(tap.split(output))
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._give_up(site, error)

    def _record(
        self, site: Layer, attention: nn.Module, module: nn.Module, args: tuple[object, ...]
    ) -> None:
        self._seen.add(site.name)
        found = self._calls.current.parts.pop(site.path, {})
        if site.name in self._failures:
            return
        try:
            with torch.no_grad():
                self._send(site, attention, found, args[0] if args else None)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._give_up(site, error)

    def _kernel(self, site: Layer, module: nn.Module, call: KernelCall) -> None:
        grid = self._calls.current.grids.get(site.around)
        if site.name in self._failures or grid is None:
            return
        try:
            if is_joint(site, call, grid):
                self._seen.add(site.name)
                with torch.no_grad():
                    self._file(site, module, *kernel_parts(site, call, grid))
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._give_up(site, error)

    def _send(
        self, site: Layer, attention: nn.Module, found: dict[str, Tensor], used: object
    ) -> None:
        whole = gather(site.name, attention, found, self._calls.current.grids.get(site.around))
        self._file(site, attention, whole, used)

    def _file(self, site: Layer, attention: nn.Module, whole: Parts, used: object) -> None:
        call = self._calls.current
        rows, labels = self._chosen(whole.grid.rows)
        parts = whole.of_rows(rows)
        if not parts.grid.rows:
            return
        values, place = self._reading.read(parts).to("cpu").contiguous(), call.place
        mixed = used if isinstance(used, Tensor) and used.ndim == 3 else None
        if mixed is not None and len(mixed) == whole.grid.rows:
            mixed = mixed[rows]  # otherwise the comparison says that rows were multiplied
        truth = self._truth(parts, attention, mixed, place.step)
        what = (site.name, place.step, place.sigma, self._reading.columns, values, truth)
        self._sink(AttentionMap(*what, call.number, place.track, place.timestep, labels))

    def _truth(
        self, parts: Parts, attention: nn.Module, used: Tensor | None, step: int
    ) -> TruthCheck:
        if not self._check:
            return TruthCheck(Truth.UNCHECKED, reason="nobody asked for a check")
        what = (parts.queries, parts.keys, parts.values, used, parts.heads)
        return compare_projections(*what, call=step, attention=attention, bias=parts.bias)
