"""Two recorded runs side by side: where, when and in which layers they differ.

Two seeds, two prompts, or one with a LoRA and one without: the curve of a layer says at which step
the runs part, the map where in the picture.

Distances are taken from features where both runs hold some, else from codes, which have an error
of their own (:mod:`~.projection`); what both runs hold exactly is taken exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..errors import LensMatchError
from .record import LensKey, LensRecord

#: Levels further apart than this share are not the same level.
_SAME_LEVEL = 0.01
_FIELDS = ("model", "model_sha256", "sampler", "prompt", "negative", "seeds")


@dataclass(frozen=True)
class Distance:
    """How far apart two runs are in one layer at one call.

    Args:
        step: of the pass.
        call: of the step.
        sigma: noise level, if known.
        timestep: its training time, if known.
        cosine: mean over all places of one minus the cosine, 0 to 2.
        relative: length of the difference as a share of the mean length of both, over all places.
    """

    step: int
    call: int
    sigma: float | None
    timestep: float | None
    cosine: float
    relative: float


@dataclass(frozen=True)
class LayerCurve:
    """How far apart two runs are in one layer, call by call.

    Args:
        layer: canonical name.
        track: the pass.
        points: in the order they were computed.
    """

    layer: str
    track: int
    points: tuple[Distance, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What :func:`compare_runs` found.

    Args:
        curves: one a layer and pass.
        maps: one minus the cosine at each place, ``(B, H, W)``, float32, 0 to 2; NaN where a
            feature is not finite.
        differing: what the two specs say differently, by field.
        notes: what was left out, and why.
    """

    curves: tuple[LayerCurve, ...]
    maps: Mapping[LensKey, Tensor]
    differing: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...] = ()


def compare_runs(one: LensRecord, other: LensRecord) -> Comparison:
    """Compare two runs.

    Raises:
        LensMatchError: they cannot be compared: they share no layer, hold no codes or codes of
            other projections, or their pictures, steps, noise levels or rows differ.
    """
    keys = _shared(one, other)
    for key in keys:
        _require_comparable(one, other, key)
    found = {key: _distance(one, other, key) for key in keys}
    layers = dict.fromkeys((key.track, key.layer) for key in found)
    curves = tuple(
        LayerCurve(layer, track, tuple(d for k, (d, _) in found.items() if _is(k, track, layer)))
        for track, layer in layers
    )
    maps = {key: picture for key, (_, picture) in found.items()}
    return Comparison(curves, maps, _differing(one, other), _left_out(one, other))


def _shared(one: LensRecord, other: LensRecord) -> list[LensKey]:
    """Return what both recorded, layer by layer as the first one lists them."""
    ours, theirs = _vectors_of(one), _vectors_of(other)
    for name, keys in (("the first run", ours), ("the second run", theirs)):
        if not keys:
            advice = "Record it again without leaving codes out."
            raise _refusal("codes", f"codes in {name}", "colours alone", advice)
    common = {(key.track, key.layer) for key in ours} & {(key.track, key.layer) for key in theirs}
    if not common:
        got = f"{_names(ours)} and {_names(theirs)}"
        raise _refusal("layers", "at least one layer in both", got)
    ours, theirs = (
        [key for key in keys if (key.track, key.layer) in common] for keys in (ours, theirs)
    )
    if set(ours) != set(theirs):
        counts = f"{len({k.step for k in ours})} and {len({k.step for k in theirs})} steps"
        raise _refusal("steps", "the same steps and calls", counts)
    return ours


def _require_comparable(one: LensRecord, other: LensRecord, key: LensKey) -> None:
    shapes = [(x.channels, x.height, x.width) for x in (one.layer(key), other.layer(key))]
    if shapes[0] != shapes[1]:
        expected = f"{key.layer} of one shape in both, as one kind of model and one size give"
        models = " and ".join(run.spec.model or "an unnamed model" for run in (one, other))
        advice = f"They are of {models}; record both with one model at one size."
        raise _refusal("layers", expected, " and ".join(map(str, shapes)), advice)
    if not _raw(one, other, key) and one.spec.projection != other.spec.projection:
        got = f"{one.spec.projection} and {other.spec.projection}"
        raise _refusal("projection", "codes made alike", got, "Record both with one setting.")
    here, there = one.moment(key), other.moment(key)
    levels = here.sigma, there.sigma
    if None not in levels and not _same_level(*levels):
        expected = f"one noise level at step {key.step}"
        raise _refusal(
            "sigmas", expected, " and ".join(f"{x:.4g}" for x in levels if x is not None)
        )
    kinds = [[(row.kind, row.image) for row in moment.rows] for moment in (here, there)]
    if kinds[0] != kinds[1]:
        raise _refusal("rows", "the same rows in both", f"{len(kinds[0])} and {len(kinds[1])}")


def _distance(one: LensRecord, other: LensRecord, key: LensKey) -> tuple[Distance, Tensor]:
    ours, theirs = (x.features(key).values.double().square().sum(dim=1) for x in (one, other))
    apart = _apart(one, other, key, ours + theirs)
    product = (ours + theirs - apart) / 2
    picture = 1 - (product / (ours * theirs).sqrt().clamp_min(1e-30)).clamp(-1, 1)
    finite = picture.isfinite()
    length = (ours.sqrt() + theirs.sqrt())[finite].square().sum() / 4
    relative = float((apart[finite].sum() / length.clamp_min(1e-30)).sqrt())
    cosine = float(picture[finite].mean()) if finite.any() else 0.0
    moment = one.moment(key)
    place = (key.step, key.call, moment.sigma, moment.timestep)
    return Distance(*place, cosine, relative), picture.to(torch.float32)


def _apart(one: LensRecord, other: LensRecord, key: LensKey, whole: Tensor) -> Tensor:
    """Return the squared length of the difference at each place, ``(B, H, W)``, float64.

    The codes of a difference have its length on average, off by a share of itself. Where the runs
    lie far apart, what each holds exactly makes up for some of that; where they hardly differ it
    would only bring in how the directions differ that the two hold exactly, so it counts by how
    far apart they are, measured by ``whole``, the squared lengths of both.
    """
    if _raw(one, other, key):
        return (one.raw[key].double() - other.raw[key].double()).square().sum(dim=1)
    here, there = _parts(one, key), _parts(other, key)
    coded = (here.codes - there.codes).square().sum(dim=1)
    known = (here.exact - there.exact).square().sum(dim=1)
    better = known - (here.seen - there.seen).square().sum(dim=1)
    share = (coded / whole.clamp_min(1e-30)).clamp(0, 1)
    return (coded + share * better).clamp_min(0)


@dataclass(frozen=True, eq=False)
class _Parts:
    """Codes ``(B, D, H, W)``, the exact part ``(B, C, H, W)`` of the features, and its codes."""

    codes: Tensor
    exact: Tensor
    seen: Tensor


def _parts(record: LensRecord, key: LensKey) -> _Parts:
    layer, projection = record.layer(key), record.spec.projection
    codes = record.codes[key].double() * layer.code_scale
    if key not in record.leads or projection is None:
        nothing = codes.new_zeros(len(codes), 1, layer.height, layer.width)
        return _Parts(codes, nothing, nothing)
    axes = record.axes[replace(key, step=0, call=0)].double()
    leads = record.leads[key].double() * layer.code_scale
    exact = torch.einsum("lc,blhw->bchw", axes, leads)
    matrix = projection.matrix(layer.channels).double()
    return _Parts(codes, exact, torch.einsum("dc,bchw->bdhw", matrix, exact))


def _raw(one: LensRecord, other: LensRecord, key: LensKey) -> bool:
    return key in one.raw and key in other.raw


def _vectors_of(record: LensRecord) -> list[LensKey]:
    order = {(x.track, x.name): number for number, x in enumerate(record.spec.layers)}
    keys = {*record.codes, *record.raw}
    return sorted(keys, key=lambda key: (order[key.track, key.layer], key.step, key.call))


def _is(key: LensKey, track: int, layer: str) -> bool:
    return (key.track, key.layer) == (track, layer)


def _same_level(one: float | None, other: float | None) -> bool:
    a, b = one or 0.0, other or 0.0
    return abs(a - b) <= _SAME_LEVEL * max(a, b)


def _differing(one: LensRecord, other: LensRecord) -> dict[str, tuple[str, str]]:
    words = {field: [_words(getattr(x.spec, field)) for x in (one, other)] for field in _FIELDS}
    return {field: (a, b) for field, (a, b) in words.items() if a != b}


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _left_out(one: LensRecord, other: LensRecord) -> tuple[str, ...]:
    ours, theirs = ({(x.track, x.name) for x in run.spec.layers} for run in (one, other))
    alone = sorted(ours ^ theirs)
    return tuple(f"{name} is in one of the runs only" for _, name in alone)


def _refusal(field: str, expected: str, got: str, advice: str = "") -> LensMatchError:
    return LensMatchError(field, expected=expected, got=got, advice=advice)


def _names(keys: Sequence[LensKey]) -> str:
    return ", ".join(dict.fromkeys(key.layer for key in keys))
