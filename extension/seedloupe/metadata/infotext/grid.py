"""Whether a file of the web UI shows several pictures, and which seed each of them has.

The web UI writes the text of a grid's first picture into the grid: an X/Y/Z plot names its axes
(``scripts/xyz_grid.py``), a plain grid is told by the file's size alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...noise.seeds import canonical_seed
from ...noise.source import NV_NOISE
from ..found_noise import NoiseCandidate
from ..parsing import whole_number

_MOST_CELLS = 4096
_SLACK = 16
_ALIKE = 0.01
_SEEDS, _SUBSEEDS = "Seed", "Var. seed"
_OTHER_NOISE = ("Var. strength", "Size", "RNG source", "Initial noise multiplier")
"""Axes that change the noise in ways their values do not tell here."""
_RANGE = re.compile(
    r"\s*([+-]?\s*\d{1,20})\s*-\s*([+-]?\s*\d{1,20})\s*(?:\(([+-]\d{1,20})\s*\))?\s*"
)
_COUNTED = re.compile(r"\s*([+-]?\s*\d{1,20})\s*-\s*([+-]?\s*\d{1,20})\s*\[(\d{1,5})\s*\]\s*")


@dataclass(frozen=True)
class CellGrid:
    """What a file shows besides, or instead of, the picture of its text.

    Attributes:
        sentence: what was seen, for people.
        cells: the pictures in reading order; empty where they cannot be counted.
    """

    sentence: str
    cells: tuple[NoiseCandidate, ...] = ()


@dataclass(frozen=True)
class _Axis:
    name: str
    values: tuple[str, ...]
    numbers: tuple[int | None, ...]


def plot_of(fields: Mapping[str, str], seed: int | None) -> CellGrid | None:
    """Read the grid of a script; None where the text tells of none.

    Args:
        fields: the text's settings.
        seed: of the text, which is the first cell's.
    """
    axes = {letter: axis for letter in "XYZ" if (axis := _axis(fields, letter)) is not None}
    script = fields.get("Script", "")
    if not axes and "plot" not in script and "Grid" not in fields:
        return None
    names = {axis.name for axis in axes.values()}
    told = ", ".join(f"{axis.name} {' | '.join(axis.values)[:80]}" for axis in axes.values())
    kind = (script or "X/Y/Z plot" if axes or script else f"grid {fields['Grid']}")[:40]
    sentence = f"A grid of several pictures ({kind}{f': {told}' if told else ''})."
    if names & {_SEEDS, _SUBSEEDS} and not names & set(_OTHER_NOISE):
        cells = tuple(_cells(axes, seed))
        return CellGrid(
            f"{sentence} Its cells have these seeds unless 'Vary seeds' was ticked.", cells
        )
    told_of = "The text tells the noise of the first cell only"
    if not names & set(_OTHER_NOISE):
        told_of += "; the others have the same seed unless 'Vary seeds' was ticked"
    return CellGrid(f"{sentence} {told_of}.", _first_only(_places(axes), seed))


def multiple_of(
    picture: tuple[int, int], file: tuple[int, int], numbers: tuple[int | None, int | None]
) -> CellGrid | None:
    """Tell a plain grid by its size: whole multiples of one picture's.

    Args:
        picture: ``(width, height)`` of one picture in pixels, after its last pass.
        file: likewise of the file.
        numbers: seed and subseed of the text; they count up from picture to picture, the subseed
            where there is one. A seed of None counts for nobody.
    """
    columns, rows = file[0] // max(picture[0], 1), file[1] // max(picture[1], 1)
    exact = (columns * picture[0], rows * picture[1]) == file
    if not exact or not 2 <= columns * rows <= _MOST_CELLS:
        return None
    seed, subseed = numbers
    places = [
        f"row {row + 1}, column {column + 1}" for row in range(rows) for column in range(columns)
    ]
    cells = tuple(_counted(place, number, seed, subseed) for number, place in enumerate(places))
    size, whole = "{}x{}".format(*picture), "{}x{}".format(*file)
    return CellGrid(
        f"The file has {whole} pixels, {columns} by {rows} times the {size} of its text: a grid of "
        "pictures whose seeds count up, or one picture that was enlarged or painted in.",
        cells,
    )


def is_larger(picture: tuple[int, int], file: tuple[int, int], *, may_be_enlarged: bool) -> bool:
    """Whether a file is larger than its text's picture.

    Args:
        picture: ``(width, height)`` of the text's picture in pixels.
        file: likewise of the file.
        may_be_enlarged: a file of the same proportions is the same picture enlarged.
    """
    if all(side <= told + _SLACK for side, told in zip(file, picture, strict=True)):
        return False
    across, down = (side / max(told, 1) for side, told in zip(file, picture, strict=True))
    alike = min(across, down) >= 1 and abs(across / down - 1) <= _ALIKE
    return not (may_be_enlarged and alike)


def differs(picture: tuple[int, int], file: tuple[int, int]) -> bool:
    """Whether a file is of another size than its text's picture, rounding to cells apart."""
    return any(abs(side - told) > _SLACK for side, told in zip(file, picture, strict=True))


def _axis(fields: Mapping[str, str], letter: str) -> _Axis | None:
    name = fields.get(f"{letter} Type", "").strip()
    if not name or name == "Nothing":
        return None
    fixed, values = fields.get(f"Fixed {letter} Values"), fields.get(f"{letter} Values", "")
    listed = _listed(fixed or values)
    if name not in (_SEEDS, _SUBSEEDS):
        return _Axis(name[:40], listed, (None,) * len(listed))
    numbers = tuple(number for text in listed for number in _numbers(text))[:_MOST_CELLS]
    return _Axis(name, tuple("?" if n is None else str(n) for n in numbers), numbers)


def _listed(values: str) -> tuple[str, ...]:
    try:
        row = next(csv.reader([values.replace("\n", " ")]), [])
    except csv.Error:
        row = values.split(",")
    return tuple(text.strip() for text in row if text.strip())[:_MOST_CELLS]


def _numbers(text: str) -> Iterator[int | None]:
    """Read one entry of an axis of whole numbers: ``7``, ``1-5``, ``1-9 (+2)`` or ``1-9 [3]``."""
    ranged, counted = _RANGE.fullmatch(text), _COUNTED.fullmatch(text)
    if ranged is not None:
        start, end = (int(part.replace(" ", "")) for part in ranged.group(1, 2))
        step = int(ranged[3] or 1)
        yield from range(start, end + 1, step or 1)[:_MOST_CELLS]
    elif counted is not None:
        start, end = (int(part.replace(" ", "")) for part in counted.group(1, 2))
        count = min(int(counted[3]), _MOST_CELLS)
        yield from (int(start + (end - start) * k / max(count - 1, 1)) for k in range(count))
    else:
        yield _seed(whole_number(text))


def _seed(number: int | None) -> int | None:
    """Return a number that names noise; -1 was drawn by the web UI and is not told."""
    return None if number is None or number == -1 or abs(number) >= 2**64 else number % 2**64


def _places(axes: Mapping[str, _Axis]) -> list[tuple[int, int, int]]:
    """Return column, row and plane of each cell in reading order; empty where they are too many."""
    x, y, z = (len(axes[letter].values) or 1 if letter in axes else 1 for letter in "XYZ")
    if x * y * z > _MOST_CELLS:
        return []
    return [(i, j, k) for k in range(z) for j in range(y) for i in range(x)]


def _cells(axes: Mapping[str, _Axis], seed: int | None) -> Iterator[NoiseCandidate]:
    for place in _places(axes):
        at = dict(zip("XYZ", place, strict=True))
        of = {a.name: a.numbers[at[letter]] for letter, a in axes.items() if a.numbers}
        yield NoiseCandidate(
            _called(place),
            _seed(of[_SEEDS]) if _SEEDS in of else seed,
            _seed(of[_SUBSEEDS]) if _SUBSEEDS in of else None,
        )


def _first_only(places: list[tuple[int, int, int]], seed: int | None) -> tuple[NoiseCandidate, ...]:
    return tuple(
        NoiseCandidate(_called(at), None if number else seed) for number, at in enumerate(places)
    )


def _called(place: tuple[int, int, int]) -> str:
    column, row, plane = place
    return f"row {row + 1}, column {column + 1}" + (f", plane {plane + 1}" if plane else "")


def _counted(place: str, number: int, seed: int | None, subseed: int | None) -> NoiseCandidate:
    """Name one picture of a job: its seed counts up, or its subseed where it has one."""
    if seed is None:
        return NoiseCandidate(place)
    if subseed is not None:
        return NoiseCandidate(place, seed, canonical_seed((subseed + number) % 2**64, NV_NOISE))
    return NoiseCandidate(place, canonical_seed((seed + number) % 2**64, NV_NOISE))
