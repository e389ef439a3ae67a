"""Recording a run while it streams by, in memory that does not grow with its steps."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import torch

from ..errors import InputError
from .budget import Keep, Recipe
from .features import FeatureMap
from .record import LensKey, LensLayer, LensMoment, LensRecord, LensSpec
from .rows import RowLabel
from .spool import Slip, Spool, TensorStore
from .streaming_pca import Sketch, StreamingPca
from .views.pca import PcaBasis

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept:
    """Where the parts of one map were put."""

    codes: Slip
    leads: Slip
    axes: Slip
    raw: Slip | None


class Recorder:
    """A sink for a probe: reduces each map as it comes and puts it aside on disk.

    What stays in memory is one basis of moments a layer; what one map adds to it is a few hundred
    bytes. When the run is over, :meth:`finish` paints all maps of a layer with the one basis that
    suits all its steps, and hands out a record that reads its tensors only when looked at::

        recorder = Recorder()
        with FeatureProbe(unet, layers, recorder, rows=rows, levels=levels) as probe:
            ...
        write_lens(path, recorder.finish(spec))

    Args:
        recipe: what to keep.
        spool: where to put it; a temporary file unless it is little.
    """

    def __init__(self, recipe: Recipe | None = None, *, spool: Spool | None = None) -> None:
        self._recipe = recipe or Recipe()
        self._spool = spool or Spool()
        self._trails: dict[tuple[int, str], StreamingPca] = {}
        self._kept: dict[LensKey, _Kept] = {}
        self._moments: dict[tuple[int, int, int], LensMoment] = {}
        self._notes: list[str] = []
        self._lock = threading.Lock()

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be painted, and why; known once finished."""
        return tuple(self._notes)

    def __call__(self, feature: FeatureMap) -> None:
        """Take a map in.

        Raises:
            ShapeError: its layer had other channels or cells before in this pass.
            OSError: the disk is full.
        """
        if not self._recipe.takes(feature):
            return
        key = LensKey(feature.track, feature.step, feature.call, feature.layer)
        put = self._spool.put
        with self._lock:  # some hosts compute on several devices at once
            sketch = self._trail(feature).take(feature.values)
            raw = put(feature.values.to(_RAW[self._recipe.keep])) if self._raw else None
            self._kept[key] = _Kept(put(sketch.codes), put(sketch.leads), put(sketch.axes), raw)
            self._moments.setdefault((key.track, key.step, key.call), _moment(feature))

    def finish(self, spec: LensSpec, *, between: Callable[[], object] = lambda: None) -> LensRecord:
        """Paint everything and return the record.

        A layer without any finite position is left out, and :attr:`notes` says so.

        Args:
            spec: which run it was; levels, layers, calls and projection are filled in.
            between: called before each layer and each map; what it raises ends the work.
        """
        bases = {
            place: basis for place in _each(self._trails, between) if (basis := self._basis(place))
        }
        kept = {k: v for k, v in sorted(self._kept.items()) if (k.track, k.layer) in bases}
        rgb = {
            key: self._painted(key, kept[key], bases[key.track, key.layer])
            for key in _each(kept, between)
        }
        with_codes = kept if self._recipe.keep is not Keep.RGB else {}
        codes = {key: one.codes for key, one in with_codes.items()}
        raw = {key: one.raw for key, one in kept.items() if one.raw is not None}
        leads, axes = self._leads(with_codes, between)
        filled = replace(
            spec,
            layers=(*spec.layers, *(self._layer(place, basis) for place, basis in bases.items())),
            moments=(*spec.moments, *(self._moments[at] for at in sorted(self._moments))),
            projection=self._recipe.projection if codes else None,
            sigmas=spec.sigmas or self._levels(lambda moment: moment.sigma),
            timesteps=spec.timesteps or self._levels(lambda moment: moment.timestep),
        )
        shelf = partial(TensorStore, self._spool)
        record = LensRecord(filled, shelf(rgb), codes=shelf(codes), raw=shelf(raw))
        return replace(record, leads=shelf(leads), axes=shelf(axes))

    @property
    def _raw(self) -> bool:
        return self._recipe.keep in _RAW

    def _trail(self, feature: FeatureMap) -> StreamingPca:
        place = (feature.track, feature.layer)
        if place not in self._trails:
            _, channels, height, width = feature.values.shape
            self._trails[place] = StreamingPca(channels, height, width, self._recipe.projection)
        return self._trails[place]

    def _basis(self, place: tuple[int, str]) -> PcaBasis | None:
        try:
            return self._trails[place].basis()
        except InputError as error:
            self._notes.append(f"{place[1]} is not in the lens file: {error}")
            return None

    def _leads(
        self, kept: Mapping[LensKey, _Kept], between: Callable[[], object]
    ) -> tuple[dict[LensKey, Slip], dict[LensKey, Slip]]:
        places = dict.fromkeys((key.track, key.layer) for key in kept)
        frames = {place: self._trails[place].frame() for place in _each(places, between)}
        frames = {place: frame for place, frame in frames.items() if len(frame)}
        axes = {LensKey(at[0], 0, 0, at[1]): self._spool.put(f) for at, f in frames.items()}
        leads = {
            key: self._spool.put(trail.read(self._sketch(kept[key]), frames[key.track, key.layer]))
            for key in _each(kept, between)
            if (key.track, key.layer) in frames
            for trail in [self._trails[key.track, key.layer]]
        }
        return leads, axes

    def _sketch(self, kept: _Kept) -> Sketch:
        codes, leads, axes = (self._spool.get(x) for x in (kept.codes, kept.leads, kept.axes))
        return Sketch(codes, leads, axes)

    def _painted(self, key: LensKey, kept: _Kept, basis: PcaBasis) -> Slip:
        trail = self._trails[key.track, key.layer]
        return self._spool.put(trail.paint(self._sketch(kept), basis))

    def _layer(self, place: tuple[int, str], basis: PcaBasis) -> LensLayer:
        track, name = place
        trail = self._trails[place]
        size = (trail.height, trail.width, trail.channels)
        dtype = self._recipe.keep.value if self._raw else "float32"
        scale = trail.scale if self._recipe.keep is not Keep.RGB else 1.0
        layer = LensLayer(name, *size, track, dtype=dtype, explained=basis.explained)
        return replace(layer, code_scale=scale)

    def _levels(self, level: Callable[[LensMoment], float | None]) -> tuple[float, ...]:
        """Return a level for each step of the first pass, or none if one is not known."""
        first = [self._moments[at] for at in sorted(self._moments) if at[0] == at[2] == 0]
        levels = [level(moment) for moment in first]
        known = [value for value in levels if value is not None]
        return tuple(known) if len(known) == len(levels) else ()


def _each(items: Iterable[T], between: Callable[[], object]) -> Iterator[T]:
    for item in items:
        between()
        yield item


_RAW: Mapping[Keep, torch.dtype] = {Keep.FLOAT32: torch.float32, Keep.FLOAT16: torch.float16}


def _moment(feature: FeatureMap) -> LensMoment:
    labels: Iterable[RowLabel] = feature.labels
    sigma = feature.sigma
    finite = sigma if sigma is not None and math.isfinite(sigma) else None
    where = (feature.track, feature.step, feature.call)
    return LensMoment(*where, finite, feature.timestep, tuple(labels))
