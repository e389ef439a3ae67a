"""Asking a recorded run: what is like this spot, what belongs together, what is to beware of.

Everything is read from what the record kept of the features; no model is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..errors import InputError
from .record import LensKey, LensRecord
from .rendering import RunRenderer
from .views.artefact_checks import ArtefactChecks, look_for_artefacts
from .views.cells import Spot
from .views.clusters import Segmentation, segment
from .views.properties import LayerProperties, layer_properties
from .views.similarity import Measure, Similarity, ask
from .words.paint import heat_colours

#: The asked cell's colour, which the heat colours do not have.
_ASKED = (0.1, 0.85, 0.45)


@dataclass(frozen=True, eq=False)
class Health:
    """What one recorded map is like, and what is suspicious about it.

    Args:
        properties: noise, granularity and locality; None where the map is too small or not finite.
        guards: position, corners, borders and huge norms.
        own_channels: whether the record keeps the layer's own channels; codes of them cannot tell
            which are massive.
    """

    properties: LayerProperties | None
    guards: ArtefactChecks
    own_channels: bool = False

    @property
    def massive(self) -> tuple[int, float] | None:
        """Massive channels, and the share of all squared magnitude they hold; None if unknown."""
        if self.properties is None or not self.own_channels:
            return None
        return self.properties.massive, self.properties.massive_share


def asked_keys(record: LensRecord, *, step: int | None = None) -> tuple[LensKey, ...]:
    """Return what a record can be asked about: the last call of each step, layer by layer.

    Layers come as the file lists them, then passes and steps in order.

    Args:
        record: the recorded run.
        step: only this step of every pass; all if None.

    Raises:
        InputError: the record keeps colours alone, or nothing at this step.
    """
    kept = sorted(record.codes.keys() | record.raw.keys())
    if not kept:
        advice = "Record it again with a larger budget."
        raise InputError(
            "lens file", expected="codes or features", got="colours alone", advice=advice
        )
    last = {(key.layer, key.track, key.step): key for key in kept}
    steps = sorted({key.step for key in kept})
    if step is not None and step not in steps:
        expected = f"a recorded step, {steps[0]} to {steps[-1]}"
        raise InputError("step", expected=expected, got=str(step))
    order = {layer.name: number for number, layer in enumerate(record.spec.layers)}
    chosen = [key for key in last.values() if step is None or key.step == step]
    return tuple(sorted(chosen, key=lambda key: (order.get(key.layer, len(order)), key)))


def spot_likeness(
    record: LensRecord,
    spots: Sequence[Spot],
    keys: Sequence[LensKey],
    *,
    measure: Measure = Measure.COSINE,
    row: int = 0,
) -> dict[LensKey, Similarity]:
    """Compare what lies at ``spots`` with every cell of the same map.

    Args:
        record: the recorded run.
        spots: several count as their mean.
        keys: which maps, of :func:`asked_keys`.
        measure: how to compare.
        row: which row of the batch.

    Raises:
        InputError: a spot is outside the picture or nowhere finite, or the measure is the sum of
            absolute differences and the record keeps no features: codes keep lengths and angles.
        ShapeError: there is no such row.
    """
    if measure is Measure.L1 and not all(key in record.raw for key in keys):
        raise InputError(
            "measure",
            expected="a file that keeps the features themselves",
            got="codes, which keep lengths and angles and no sums of absolute differences",
            advice="Use l2.",
        )
    return {key: ask(record.features(key), spots, measure=measure, row=row) for key in keys}


def elsewhere(found: Similarity, spots: Sequence[Spot]) -> Spot | None:
    """Return the middle of the cell most alike that does not touch an asked one.

    Neighbours are alike in any smooth map, so they say little.

    Returns:
        None where no finite cell is left.
    """
    height, width = found.values.shape
    values = found.values.clone()
    for row, column in (spot.cell(height, width) for spot in spots):
        values[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = torch.nan
    return replace(found, values=values).best() if values.isfinite().any() else None


def groups(
    record: LensRecord, keys: Sequence[LensKey], *, clusters: int | None = None, row: int = 0
) -> dict[LensKey, Segmentation]:
    """Put the cells of each map into groups, which keep their numbers from step to step.

    Args:
        record: the recorded run.
        keys: which maps, of :func:`asked_keys`.
        clusters: how many groups; for each map the number that stands apart best if None.
        row: which row of the batch.

    Raises:
        InputError: a map is nowhere finite, or fewer than one group is asked for.
        ShapeError: there is no such row.
    """
    found: dict[LensKey, Segmentation] = {}
    before: dict[tuple[int, str], Segmentation] = {}
    for key in keys:
        here = segment(record.features(key), clusters=clusters, row=row)
        place = (key.track, key.layer)
        found[key] = before[place] = here.numbered_like(before[place]) if place in before else here
    return found


def diagnostics_of(
    record: LensRecord, keys: Sequence[LensKey], *, row: int = 0
) -> dict[LensKey, Health]:
    """Describe each map, and look for what seems content and is none.

    Args:
        record: the recorded run.
        keys: which maps, of :func:`asked_keys`.
        row: which row of the batch.

    Raises:
        ShapeError: there is no such row.
    """
    return {key: _health(record, key, row) for key in keys}


def painted_likeness(
    record: LensRecord,
    found: Mapping[LensKey, Similarity],
    spots: Sequence[Spot],
    *,
    stretch: bool = False,
) -> LensRecord:
    """Return a record whose pictures are the answers of :func:`likeness`, the asked cells green.

    Args:
        record: what was asked.
        found: the answers.
        spots: what was asked about.
        stretch: paint each map from its own least to its own most alike cell.
    """
    pictures: dict[LensKey, Tensor] = {}
    for key, one in found.items():
        picture = heat_colours(one.picture(stretch=stretch))
        for spot in spots:
            row, column = spot.cell(*one.values.shape)
            picture[:, row, column] = torch.tensor(_ASKED)
        pictures[key] = picture
    measures = {one.measure.value for one in found.values()}
    return _painted(record, pictures, f"likeness by {', '.join(sorted(measures))}")


def painted_by(record: LensRecord, keys: Sequence[LensKey], renderer: RunRenderer) -> LensRecord:
    """Return a record whose pictures are a renderer's, of what is kept of the features.

    Args:
        record: the recorded run.
        keys: which maps, of :func:`asked_keys`.
        renderer: paints, in the order of ``keys``.

    Raises:
        InputError: the renderer failed, or painted something that is no picture.
    """
    pictures = {key: renderer.render(record.features(key)) for key in keys}
    return _painted(record, pictures, f"painted by {renderer.name}")


def painted_groups(record: LensRecord, found: Mapping[LensKey, Segmentation]) -> LensRecord:
    """Return a record whose pictures are the answers of :func:`groups`."""
    return _painted(record, {key: one.picture() for key, one in found.items()}, "groups of cells")


def _health(record: LensRecord, key: LensKey, row: int) -> Health:
    feature = record.features(key)
    guards = look_for_artefacts(feature, row=row)
    try:
        return Health(layer_properties(feature, row=row), guards, key in record.raw)
    except InputError:  # too few cells side by side to tell
        return Health(None, guards)


def _painted(record: LensRecord, pictures: Mapping[LensKey, Tensor], words: str) -> LensRecord:
    """Put one row of pictures in the place of the colours."""
    shown = {(key.track, key.layer) for key in pictures}
    layers = tuple(
        replace(layer, reduction=words, explained=())
        for layer in record.spec.layers
        if (layer.track, layer.name) in shown
    )
    rgb = {key: (255 * one).round().to(torch.uint8)[None] for key, one in pictures.items()}
    return LensRecord(replace(record.spec, layers=layers), rgb)
