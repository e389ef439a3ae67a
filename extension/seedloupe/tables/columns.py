"""Which tensors a seed table may hold, and what each must look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from ..noise import Rng
from .spec import TableSpec, require_name

Column = NDArray[Any]


@dataclass(frozen=True)
class _Rule:
    """What one tensor must look like beside its seeds."""

    dtype: type[np.generic]
    axes: int
    columns: int | None = None
    low: float = -np.inf
    high: float = np.inf


_SCORE = _Rule(np.float32, 1)
_ERROR = _Rule(np.float32, 1, low=0)
_COUNT = _Rule(np.uint32, 1)
_RATE = _Rule(np.float32, 1, low=0, high=1)
_FEATURE = _Rule(np.float32, 2)
_COMPOSITION = _Rule(np.float32, 2, low=0, high=1)
_MAP = _Rule(np.float32, 2, columns=2)
_COUNTED: Mapping[tuple[str, str], str] = {
    ("score", "n"): "",
    ("rate", "n"): "",
    ("score", "confirm_n"): ".confirm",
}
"""What stands behind a number of samples: family and part of it, and the part it counts."""


def check_columns(seeds: Column, tensors: Mapping[str, Column], spec: TableSpec) -> None:
    """Refuse tensors that do not fit format version 1, the seeds or the spec.

    Tensors of names this version does not know pass unseen.

    Args:
        seeds: ``(S,)``, uint64, canonical, strictly increasing.
        tensors: everything but the seeds, by name.
        spec: what the table says about itself.

    Raises:
        TableError: the field names the tensor.
    """
    _check_seeds(seeds, spec)
    for name, values in tensors.items():
        if values.size == 0 or values.ndim > 8:
            raise TableError(name, expected="values on at most 8 axes", got=layout_words(values))
        rule = _rule(name)
        if rule is not None:
            _check_base(name, tensors)
            _check_layout(name, values, rule, len(seeds))
            _check_values(name, values, rule)
    _check_counts(tensors)
    _check_metrics(tensors, spec)
    _check_classes(tensors, spec)
    _check_sheet(tensors, spec)


def is_known(name: str) -> bool:
    """Tell whether this version knows what a tensor of this name is."""
    return _rule(name) is not None


def split_name(name: str) -> tuple[str, str, str]:
    """Return family, name and part of a tensor's name: ``score``, ``alignment``, ``se``."""
    family, _, rest = name.partition(".")
    base, _, part = rest.partition(".")
    return family, base, part


def names_of(tensors: Mapping[str, Column], family: str) -> tuple[str, ...]:
    """Return the sorted names that have a main tensor of ``family``."""
    return names_in(tensors, family)


def names_in(names: Iterable[str], family: str) -> tuple[str, ...]:
    """Return the same, of the tensors' names alone."""
    parts = map(split_name, names)
    return tuple(sorted(base for kin, base, part in parts if kin == family and base and not part))


def _rule(name: str) -> _Rule | None:
    family, base, part = split_name(name)
    if name == "thumbnails":
        return _Rule(np.uint8, 1)
    rules: Mapping[tuple[str, str], _Rule] = {
        ("score", ""): _SCORE,
        ("score", "se"): _ERROR,
        ("score", "confirm"): _SCORE,
        ("score", "confirm_se"): _ERROR,
        ("score", "n"): _COUNT,
        ("score", "confirm_n"): _COUNT,
        ("rate", ""): _RATE,
        ("rate", "n"): _COUNT,
        ("feature", ""): _COMPOSITION if base == "composition" else _FEATURE,
        ("map", ""): _MAP,
    }
    return rules.get((family, part))


def _check_seeds(seeds: Column, spec: TableSpec) -> None:
    if seeds.dtype != np.uint64 or seeds.ndim != 1:
        raise TableError("seeds", expected="uint64 (S)", got=layout_words(seeds))
    if len(seeds) == 0:
        raise TableError("seeds", expected="at least one seed", got="none")
    steps = np.flatnonzero(seeds[1:] <= seeds[:-1])
    if len(steps):
        pair = f"{seeds[steps[0]]} before {seeds[steps[0] + 1]}"
        raise TableError("seeds", expected="strictly increasing seeds", got=pair)
    if spec.noise.rng is Rng.TORCH_CPU and int(seeds[-1]) >= 2**32:
        raise TableError(
            "seeds",
            expected="cpu seeds below 2**32",
            got=f"{seeds[-1]}",
            advice=f"The same noise is seed {int(seeds[-1]) % 2**32}.",
        )


def _check_base(name: str, tensors: Mapping[str, Column]) -> None:
    family, base, part = split_name(name)
    if name == "thumbnails":
        return
    try:
        require_name(base)
    except TableError as error:
        raise TableError(name, expected=f"a name of {error.expected}", got=error.got) from error
    if part and f"{family}.{base}" not in tensors:
        raise TableError(name, expected=f"{family}.{base} beside it", got="nothing")


def _check_layout(name: str, values: Column, rule: _Rule, rows: int) -> None:
    columns = "D" if rule.columns is None else str(rule.columns)
    shape = f"({rows})" if rule.axes == 1 else f"({rows}, {columns})"
    if name == "thumbnails":
        fits, shape = values.ndim == 1, "(bytes)"
    else:
        fits = values.ndim == rule.axes and values.shape[0] == rows
    if rule.columns is not None:
        fits = fits and values.shape[1] == rule.columns
    if not fits or values.dtype != rule.dtype:
        expected = f"{np.dtype(rule.dtype).name} {shape}"
        raise TableError(name, expected=expected, got=layout_words(values))


def _check_values(name: str, values: Column, rule: _Rule) -> None:
    """Let NaN pass, which means not measured; refuse infinity and what is out of range."""
    if rule.dtype is not np.float32:
        return
    _refuse_first(name, values, np.isinf(values), "finite numbers, or NaN for not measured")
    outside = (values < rule.low) | (values > rule.high)
    bounds = f"{rule.low:g} or more" if np.isinf(rule.high) else f"{rule.low:g} to {rule.high:g}"
    _refuse_first(name, values, outside, bounds)


def _check_counts(tensors: Mapping[str, Column]) -> None:
    """Hold every value to its number of samples: NaN exactly where there were none."""
    for name, counts in tensors.items():
        family, base, part = split_name(name)
        counted = _COUNTED.get((family, part))
        if counted is not None:
            place = f"{family}.{base}{counted}"
            if place not in tensors:
                raise TableError(name, expected=f"{place} beside it", got="nothing")
            wrong = np.isnan(tensors[place]) != (counts == 0)
            _refuse_first(place, tensors[place], wrong, f"NaN exactly where {name} is 0")


def _check_metrics(tensors: Mapping[str, Column], spec: TableSpec) -> None:
    described = {metric.name for metric in spec.metrics}
    for metric in names_of(tensors, "score"):
        if metric not in described:
            raise TableError(
                "spec.metrics", expected=f"an entry for score.{metric}", got=_listing(described)
            )


def _check_classes(tensors: Mapping[str, Column], spec: TableSpec) -> None:
    """Hold a space to four columns for each class it names, or nobody knows whose they are."""
    for space in spec.spaces:
        values = tensors.get(f"feature.{space.name}")
        if space.classes and values is not None and values.shape[1] != 4 * len(space.classes):
            raise TableError(
                f"feature.{space.name}",
                expected=f"{4 * len(space.classes)} columns, four for each of spec.spaces' classes",
                got=f"{values.shape[1]}",
            )


def _check_sheet(tensors: Mapping[str, Column], spec: TableSpec) -> None:
    if ("thumbnails" in tensors) == (spec.thumbnails is not None):
        return
    here, there = "thumbnails", "spec.thumbnails"
    if spec.thumbnails is not None:
        here, there = there, here
    raise TableError(there, expected=f"an entry, since there is {here}", got="nothing")


def _refuse_first(name: str, values: Column, wrong: NDArray[np.bool_], expected: str) -> None:
    places = np.argwhere(wrong)
    if len(places):
        place = tuple(int(index) for index in places[0])
        where = ", ".join(map(str, place))
        raise TableError(name, expected=expected, got=f"{values[place]} at [{where}]")


def layout_words(values: Column) -> str:
    """Say how a column is laid out, e.g. ``float32 (512, 4)``."""
    return f"{values.dtype.name} ({', '.join(map(str, values.shape))})"


def _listing(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
