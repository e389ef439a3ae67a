"""Watching attention while a U-Net samples, without taking its place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType, TracebackType
from typing import TypeAlias

import torch
from torch import Tensor, nn

from ..capture import RowChooser, Rows
from ..layers import Layer
from ..topology import bare_unet
from .grids import Grid, Underway
from .parts import Parts, gather
from .readings import Reading
from .sites import Tap, find_sites, taps_of
from .truth import Truth, TruthCheck, compare

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """What one attention did in one call of the U-Net.

    Args:
        layer: canonical name, ending in ``-map``.
        step: which sampling step, from 0.
        sigma: noise level of the step, or None if nobody said.
        columns: what the ``T`` maps stand for: tokens of the prompt, or the spots asked about.
        values: ``(B, K, T, H, W)``, float32 in ``[0, 1]``, CPU. ``K`` is 1 where heads are
            averaged. For words, the shares of all tokens of a prompt at one cell sum to 1.
        truth: whether the model used just this attention.
        call: which call of the U-Net within the step, from 0.
        track: which pass of sampling: 0 the first, 1 a hires or refiner pass, and so on.
        timestep: the training time of that noise level, if known.
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


AttentionSink: TypeAlias = Callable[[AttentionMap], None]


class AttentionProbe:
    """Send the attention of each named layer to ``sink`` while the block is open.

    No fused kernel gives probabilities away, and to replace kernels is to change pictures and to
    lose what others have installed there. This probe looks at the outputs of the projections, which
    every host calls before its kernel, and computes the few probabilities that are asked for once
    more, in float32. The model and its kernels are left alone, and the picture is the same to the
    bit. Whether the model really attended so is checked in each call (:class:`TruthCheck`).

    As with :class:`FeatureProbe`, trouble never reaches the model: it is kept in :attr:`failures`,
    logged once, and the layer is left alone from then on. Layers that never ran are named by
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
    """

    def __init__(
        self,
        unet: nn.Module,
        reading: Reading,
        sink: AttentionSink,
        *,
        layers: Sequence[str] = ("*",),
        rows: RowChooser | Rows | None = None,
        check: bool = True,
    ) -> None:
        self._unet = bare_unet(unet)
        self._reading = reading
        self._sink = sink
        self._patterns = layers
        self._rows = rows
        self._check = check
        self._hooks = ExitStack()
        self._underway = Underway()
        self._sites: tuple[Layer, ...] = ()
        self._failures: dict[str, Exception] = {}
        self._seen: set[str] = set()
        self._pinned = False
        self._sigma: float | None = None
        self._step = self._call = -1

    @property
    def layers(self) -> tuple[str, ...]:
        """Canonical names of the layers under watch, known once armed."""
        return tuple(site.name for site in self._sites)

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
    def notes(self) -> tuple[str, ...]:
        """Layers that could not be watched, each with the reason."""
        why = dict.fromkeys(self.silent, "it did not run")
        why |= {layer: str(error) for layer, error in self.failures.items()}
        return tuple(f"{layer} is not watched: {reason}" for layer, reason in why.items())

    @property
    def step(self) -> int:
        """Where maps are filed: counts the U-Net's calls unless :meth:`at` said otherwise."""
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
        kind = self._reading.kind
        self._sites = self._sites or find_sites(self._unet, kind, self._patterns)
        with ExitStack() as hooks:
            self._attach(hooks)
            self._hooks = hooks.pop_all()

    def disarm(self) -> None:
        """Take all hooks off and let go of the model's tensors; harmless when there are none."""
        self._hooks.close()
        self._underway.begin()

    def __enter__(self) -> AttentionProbe:
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
        for path in dict.fromkeys(["", *(site.around for site in self._sites)]):
            module = self._unet.get_submodule(path)
            note = partial(self._note_grid, path)
            hooks.callback(module.register_forward_pre_hook(note, with_kwargs=True).remove)
        for site in self._sites:
            attention = self._unet.get_submodule(site.path)
            linears = dict(attention.named_modules())
            for tap in taps_of(attention):
                if tap.module in linears and (self._check or tap.holds != "v"):
                    keep = partial(self._keep, site, tap)
                    linear = linears[tap.module]
                    hooks.callback(linear.register_forward_hook(keep).remove)
            record = partial(self._record, site, attention)
            hooks.callback(linears["to_out.0"].register_forward_pre_hook(record).remove)

    def _note_grid(
        self, path: str, module: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        if path == "":
            self._underway.begin()
            self._call += 1
            self._step += not self._pinned
        grid = Grid.of_call(args, kwargs)
        if grid is not None:
            self._underway.grids[path] = grid

    def _keep(self, site: Layer, tap: Tap, module: nn.Module, args: object, output: object) -> None:
        if not isinstance(output, Tensor) or site.name in self._failures:
            return
        try:
            self._underway.parts.setdefault(site.path, {}).update(tap.split(output))
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._give_up(site, error)

    def _record(
        self, site: Layer, attention: nn.Module, module: nn.Module, args: tuple[object, ...]
    ) -> None:
        self._seen.add(site.name)
        found = self._underway.parts.pop(site.path, {})
        if site.name in self._failures:
            return
        try:
            with torch.no_grad():
                self._send(site, attention, found, args[0] if args else None)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._give_up(site, error)

    def _give_up(self, site: Layer, error: Exception) -> None:
        # Without its traceback, which would keep the model's tensors alive.
        self._failures[site.name] = error.with_traceback(None)
        _log.warning("Layer %s is no longer watched: %s", site.name, error)

    def _send(
        self, site: Layer, attention: nn.Module, found: dict[str, Tensor], used: object
    ) -> None:
        grid = self._underway.grids.get(site.around)
        whole = gather(site.name, attention, found, grid)
        rows = self._chosen_rows(whole.grid.rows)
        parts = whole.of_rows(rows)
        if not parts.grid.rows:
            return
        values = self._reading.read(parts).to("cpu").contiguous()
        mixed = used if isinstance(used, Tensor) and used.ndim == 3 else None
        if mixed is not None and len(mixed) == whole.grid.rows:
            mixed = mixed[rows]  # otherwise the comparison says that rows were multiplied
        truth = self._truth(parts, attention, mixed)
        call = self._call if self._pinned else 0
        columns = self._reading.columns
        self._sink(AttentionMap(site.name, self.step, self._sigma, columns, values, truth, call))

    def _truth(self, parts: Parts, attention: nn.Module, used: Tensor | None) -> TruthCheck:
        if not self._check:
            return TruthCheck(Truth.UNCHECKED, reason="nobody asked for a check")
        return compare(
            parts.queries,
            parts.keys,
            parts.values,
            used,
            parts.heads,
            call=self.step,
            attention=attention,
        )

    def _chosen_rows(self, count: int) -> slice | list[int]:
        rows = self._rows(count) if callable(self._rows) else self._rows
        if rows is None:
            return slice(None)
        return rows if isinstance(rows, slice) else list(rows)
