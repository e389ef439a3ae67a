"""Whether features go where the picture goes: the second half of the semantic-lens protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from ...errors import InputError
from .cells import HALF, Cells, Features, Spot, coverage
from .correspondence import find_matches
from .similarity import Measure, ask
from .transforms import KnownTransform


@dataclass(frozen=True)
class Robustness:
    """How well an object is found again.

    Args:
        name: what was done to the picture.
        landed: share of the object's cells whose best match is where the picture took them.
        chance: the share that would land there by chance.
        found: whether the cell most like the object's mean lies where the object's middle went to,
            or on another cell of the object.
        cells: how many cells of the object stayed in the picture.
    """

    name: str
    landed: float
    chance: float
    found: bool
    cells: int


def measure_robustness(
    extract: Callable[[Tensor], Features],
    picture: Tensor,
    *,
    mask: Tensor,
    transforms: Sequence[KnownTransform],
    measure: Measure = Measure.COSINE,
    slack: int = 0,
) -> tuple[Robustness, ...]:
    """Change a picture in known ways, look again, and ask where the object went.

    Args:
        extract: gives the features of a picture ``(3, H, W)``; called once more than there are
            transforms.
        picture: ``(3, H, W)``, float32 in ``[0, 1]``.
        mask: ``(H, W)`` of any size, the object.
        transforms: the ways; see :func:`known_transforms`.
        measure: how to compare.
        slack: how many cells off, both ways, still count as there.

    Raises:
        ShapeError: a tensor is laid out differently, or ``extract`` changes its channels.
        InputError: the object covers no cell by half.
    """
    before = extract(picture)
    return tuple(
        find_again(
            before,
            extract(transform.picture(picture)),
            mask=mask,
            place=transform.place,
            name=transform.name,
            measure=measure,
            slack=slack,
        )
        for transform in transforms
    )


def find_again(
    feature: Features,
    other: Features,
    *,
    mask: Tensor,
    place: Callable[[Spot], Spot | None] = lambda spot: spot,
    name: str = "",
    measure: Measure = Measure.COSINE,
    slack: int = 0,
) -> Robustness:
    """Ask where an object of one map went in another, of which that is known.

    With ``place`` unchanged the other map is one of another step, or under another noise.

    Args:
        feature: ``(C, H, W)`` or ``(B, C, H, W)``, whose first row counts.
        other: the same, on any grid.
        mask: ``(H, W)`` of any size, the object in ``feature``.
        place: where a spot goes, or None when it leaves the picture.
        name: what was done.
        measure: how to compare.
        slack: how many cells off, both ways, still count as there.

    Raises:
        ShapeError: a tensor is laid out differently, or the maps differ in channels.
        InputError: the object covers no finite cell by half, or all of it leaves the picture.
    """
    asked, looked = Cells.of(feature), Cells.of(other)
    went = _whereabouts(asked, mask, place)
    if not went:
        got = "none that stays in the picture"
        raise InputError("mask", expected="a finite cell covered by half", got=got)
    spots = [asked.spot(index) for index in went]
    matches = find_matches(feature, other, spots=spots, measure=measure)
    there = [looked.index(spot) for spot in went.values()]
    hits = [
        _near(looked, looked.index(match.target), index, slack)
        for match, index in zip(matches, there, strict=True)
    ]
    best = ask(feature, spots, other=other, measure=measure).best()
    found = any(_near(looked, looked.index(best), index, slack) for index in there)
    shares = [_neighbours(looked, index, slack) / len(looked.vectors) for index in there]
    count = len(hits)
    return Robustness(name, sum(hits) / count, sum(shares) / count, found, count)


def _whereabouts(
    cells: Cells, mask: Tensor, place: Callable[[Spot], Spot | None]
) -> dict[int, Spot]:
    """Return where each cell of the object goes, those left out that leave the picture."""
    inside = coverage(mask, height=cells.height, width=cells.width).flatten() >= HALF
    members = (inside & cells.finite).nonzero().flatten().tolist()
    went = {index: place(cells.spot(index)) for index in members}
    return {index: spot for index, spot in went.items() if spot is not None}


def _near(cells: Cells, index: int, other: int, slack: int) -> bool:
    (row, column), (there, across) = divmod(index, cells.width), divmod(other, cells.width)
    return max(abs(row - there), abs(column - across)) <= slack


def _neighbours(cells: Cells, index: int, slack: int) -> int:
    off = (cells.places() - cells.places()[index]).abs().amax(dim=1)
    return int((off <= slack).sum())
