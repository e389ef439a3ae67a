"""Several tables of the same noise, model and sampling as one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from numpy.typing import NDArray

from ..errors import TableError
from ..noise import fingerprints_agree
from ..strict_json import dump_json
from .columns import is_known
from .diff import diff_entries
from .match import same_grid
from .merge_columns import Rows, kept_column, merged_counted
from .merge_prompts import may_share_prompts, merged_prompts, require_other_prompts
from .merge_sheet import merged_sheet
from .merge_spec import merged_provenance, merged_spec
from .noise_spec import NoiseSpec
from .spec import SpaceSpec, TableSpec
from .table import SeedTable

_SAME = ("noise", "model", "sampling")
"""Sections that must agree, for a score means nothing without them."""
_MADE_OTHERWISE = "Only tables made alike can be one; leave one of them out."


@dataclass(frozen=True, eq=False)
class Merged:
    """Tables as one, and what of them is not in it or wants to be known, a sentence each."""

    table: SeedTable
    notes: tuple[str, ...]


def merge_tables(tables: Sequence[SeedTable]) -> Merged:
    """Put tables of the same noise, model and sampling together.

    Their order does not matter. Scores and rates of a seed several tables have are pooled by the
    number of pictures, as if all had been taken at once, and so are the confirming scores, by
    ``confirm_n`` or the number of held-out prompts. Pictures that would be counted twice, of one
    seed and the same prompts, are refused.

    A space or map is kept only where its axes mean the same in every table: measured in units of
    the picture, or parts of one run. Evidence speaks of the seeds it was found with, so it is kept
    only between parts of one run. Unknown entries are kept where all tables say the same, unknown
    tensors where they have a row a seed and agree. Everything left out is in the notes.

    Args:
        tables: one or more.

    Raises:
        TableError: they were made differently, contradict each other, or do not say how many
            pictures are behind scores that would have to be pooled; the field names the entry.
    """
    if not tables:
        raise TableError("tables", expected="at least one", got="none")
    for other in tables[1:]:
        _require_alike(tables[0], other)
    for first, second in combinations(tables, 2):
        _require_one_noise(first, second)
        require_other_prompts(first, second)
    if len(tables) == 1:
        return Merged(tables[0], ())
    return _merged(sorted(tables, key=_order))


def _merged(tables: Sequence[SeedTable]) -> Merged:
    rows = Rows.of([table.seeds for table in tables])
    notes: list[str] = list(_overlap_notes(tables, rows))
    spec = merged_spec(tables, notes)
    spec = replace(spec, noise=_noise(tables), prompts=merged_prompts(tables, notes))
    spec = replace(spec, provenance=merged_provenance(tables))
    tensors = merged_counted(tables, rows, spec, notes)
    same_run = spec.evidence is not None
    spaces, columns = _spaces(tables, rows, notes, same_run=same_run)
    sheet, tiles = merged_sheet(tables, rows, notes)
    tensors |= columns | sheet | _unknown(tables, rows, notes)
    spec = replace(spec, spaces=spaces, thumbnails=tiles)
    metadata = {
        key: text
        for key, text in tables[0].metadata.items()
        if all(table.metadata.get(key) == text for table in tables)
    }
    return Merged(SeedTable(rows.seeds, tensors, spec, metadata), tuple(notes))


def _require_alike(first: SeedTable, second: SeedTable) -> None:
    here, there = (_made(table.spec) for table in (first, second))
    for difference in diff_entries("", here, there):
        raise TableError(
            difference.path.removeprefix("."),
            expected=f"{difference.first or 'nothing'}, as the first table has it",
            got=difference.second or "nothing",
            advice=_MADE_OTHERWISE,
        )


def _made(spec: TableSpec) -> dict[str, object]:
    """Return what must agree, but for what says the same in other words."""
    made = {name: value for name, value in spec.to_json().items() if name in _SAME}
    noise = dict(made["noise"])  # type: ignore[call-overload]
    noise["grid_threads"] = same_grid(spec.noise.source, spec.noise.shape)
    del noise["fingerprint"]
    return {**made, "noise": noise}


def _require_one_noise(first: SeedTable, second: SeedTable) -> None:
    here, there = first.spec.noise.fingerprint, second.spec.noise.fingerprint
    if first.seeds[0] != second.seeds[0] or not here or not there:
        return
    if not fingerprints_agree(here, there):
        raise TableError(
            "noise.fingerprint",
            expected=", ".join(f"{value:.5f}" for value in here),
            got=", ".join(f"{value:.5f}" for value in there),
            advice="Draw both again with `seedloupe tables verify`; one is not what it says.",
        )


def _noise(tables: Sequence[SeedTable]) -> NoiseSpec:
    """Return the noise with the fingerprint of the new first seed, if one of the tables has it."""
    first = min(int(table.seeds[0]) for table in tables)
    known = [t.spec.noise for t in tables if t.seeds[0] == first and t.spec.noise.fingerprint]
    grids = [table.spec.noise.grid_threads for table in tables]
    widest = None if None in grids else max(grid for grid in grids if grid is not None)
    fingerprint = known[0].fingerprint if known else ()
    return replace(tables[0].spec.noise, grid_threads=widest, fingerprint=fingerprint)


def _overlap_notes(tables: Sequence[SeedTable], rows: Rows) -> Iterator[str]:
    if rows.shared:
        yield (
            f"{rows.shared} seeds were in several tables and were pooled as means of pictures; a "
            "metric that is no mean, such as a Fréchet distance, keeps the bias of its parts"
        )
        if any(may_share_prompts(*pair) for pair in combinations(tables, 2)):
            yield (
                "a table does not say which prompts it was mined with, so pictures may have been "
                "counted twice"
            )
    if any(table.spec.model.sha256 is None for table in tables) and len(tables) > 1:
        yield "the tables do not know their model's hash, and were taken at their word"


def _spaces(
    tables: Sequence[SeedTable], rows: Rows, notes: list[str], *, same_run: bool
) -> tuple[tuple[SpaceSpec, ...], dict[str, NDArray[Any]]]:
    """Return the spaces and maps whose axes mean the same in every table."""
    columns: dict[str, NDArray[Any]] = {}
    spaces: dict[str, SpaceSpec] = {}
    for name in sorted({space for table in tables for space in _space_names(table)}):
        first, *others = [_space(table, name) for table in tables]
        if any(other != first for other in others):
            notes.append(f"space {name} was left out: the tables describe it differently")
            continue
        how = "" if first is None else first.map
        keep = same_run or _absolute(name, first), same_run or how == "centroid"
        kept = _column_of_run(tables, rows, f"feature.{name}", notes, keep=keep[0])
        drawn = _column_of_run(tables, rows, f"map.{name}", notes, keep=keep[1])
        columns |= kept | drawn
        if first is not None and (kept or drawn or not _has_any(tables, name)):
            spaces[name] = first if drawn or not how else replace(first, map="")
    order = [space.name for space in tables[0].spec.spaces if space.name in spaces]
    return tuple(spaces[name] for name in order), columns


def _column_of_run(
    tables: Sequence[SeedTable], rows: Rows, name: str, notes: list[str], *, keep: bool
) -> dict[str, NDArray[Any]]:
    if not any(name in table.tensors for table in tables):
        return {}
    if not keep:
        notes.append(f"{name} was left out: each run has axes of its own")
        return {}
    return kept_column(tables, rows, name, notes)


def _absolute(name: str, space: SpaceSpec | None) -> bool:
    """Tell whether a space's axes are no run's own: no projection, and no class left to guess."""
    if space is None or space.explained_variance is not None:
        return False
    return name != "composition" or bool(space.classes)


def _space(table: SeedTable, name: str) -> SpaceSpec | None:
    return next((space for space in table.spec.spaces if space.name == name), None)


def _space_names(table: SeedTable) -> set[str]:
    tensors = (
        name.split(".")[1] for name in table.tensors if name.startswith(("feature.", "map."))
    )
    return {*tensors, *(space.name for space in table.spec.spaces)}


def _has_any(tables: Sequence[SeedTable], name: str) -> bool:
    return any(
        f"{family}.{name}" in table.tensors for table in tables for family in ("feature", "map")
    )


def _unknown(tables: Sequence[SeedTable], rows: Rows, notes: list[str]) -> dict[str, NDArray[Any]]:
    names = {name for table in tables for name in table.tensors if not is_known(name)}
    columns: dict[str, NDArray[Any]] = {}
    for name in sorted(names):
        columns |= kept_column(tables, rows, name, notes)
    return columns


def _order(table: SeedTable) -> tuple[int, str, bytes]:
    """Return what puts tables in the same order, however they were given."""
    digest = hashlib.sha256(table.seeds.tobytes())
    for name, values in table.tensors.items():
        digest.update(name.encode() + values.tobytes())
    return int(table.seeds[0]), dump_json(table.spec.to_json()), digest.digest()
