"""Which prompts several tables' pictures are of, so that no picture counts twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from ..strict_json import dump_json
from .codec import agreed, encode
from .columns import names_of
from .spec import PromptsSpec
from .table import SeedTable

Part = dict[str, object]
Seeds = NDArray[np.uint64]

_ROLES = ("mining", "held_out")
_HASHES = tuple(f"{role}_{kind}" for role in _ROLES for kind in ("sha256", "prompts"))
"""Keys beside format version 1's: the hash of each set, and the first digits of each prompt's."""
_TWICE = "The same pictures would count twice; leave one of the tables out."


def merged_prompts(tables: Sequence[SeedTable], notes: list[str]) -> PromptsSpec | None:
    """Return the prompts of all tables, with those of each under ``parts`` where they differ."""
    every = [table.spec.prompts for table in tables]
    known = [prompts for prompts in every if prompts is not None]
    if len(known) < len(every):
        if known:
            notes.append("prompts were left out: not every table names them")
        return None
    extra = agreed([prompts.extra for prompts in known])
    parts = {dump_json(part): part for prompts in known for part in _parts(prompts)}
    if len(parts) == 1 or all(_parts(prompts) == _parts(known[0]) for prompts in known):
        return replace(known[0], extra=extra)
    _note_unequal(tables, notes)
    digest = hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
    ordered = [parts[key] for key in sorted(parts)]
    mining, held_out = (
        sum(int(part[name]) for part in ordered)  # type: ignore[call-overload]
        for name in _ROLES
    )
    kept = {key: value for key, value in extra.items() if key not in _HASHES}
    return PromptsSpec(
        f"pooled-{digest[:12]}", digest, mining, held_out, {**kept, "parts": ordered}
    )


def require_other_prompts(first: SeedTable, second: SeedTable) -> None:
    """Refuse two tables that have pictures of the same seed and prompts: they are the same ones.

    Where a table does not say which prompts it mined with, equal numbers give it away: a mean and
    its error are the same to the bit only of the same pictures.

    Raises:
        TableError: they have.
    """
    for here, there in product(_sets(first), _sets(second)):
        shared = np.intersect1d(here.seeds, there.seeds, assume_unique=True)
        common = here.common(there) if len(shared) else None
        if common is not None:
            raise TableError(
                f"prompts.{common[0]}",
                expected=f"other prompts for seeds both tables have, such as {shared[0]}",
                got=common[1],
                advice=_TWICE,
            )
    if not may_share_prompts(first, second):
        return
    for metric in names_of(first.tensors, "score"):
        twice = _seeds_scored_alike(first, second, f"score.{metric}")
        if len(twice):
            raise TableError(
                f"score.{metric}",
                expected="another mean for seeds both tables have, as of other pictures",
                got=f"the same to the bit for {len(twice)} of them, such as {twice[0]}",
                advice=_TWICE,
            )


def may_share_prompts(first: SeedTable, second: SeedTable) -> bool:
    """Tell whether two tables have seeds in common and nobody can say of which prompts."""
    if not len(np.intersect1d(first.seeds, second.seeds, assume_unique=True)):
        return False
    return not all(_tells(table.spec.prompts) for table in (first, second))


def _tells(prompts: PromptsSpec | None) -> bool:
    return prompts is not None and all("mining_sha256" in part for part in _parts(prompts))


@dataclass(frozen=True, eq=False)
class _Set:
    """Prompts of one part of a table, mined or held out, and the seeds they may be pictures of."""

    part: Part
    role: str
    seeds: Seeds

    def common(self, other: _Set) -> tuple[str, str] | None:
        """Return the entry that gives the same prompts away, and what stands there."""
        both = self._hashes() & other._hashes()
        if both:
            return f"{self.role}_prompts", f"{len(both)} prompts of both, such as {min(both)}"
        for entry in (f"{self.role}_sha256", "sha256"):
            mine = self.part.get(entry)
            theirs = other.part.get(entry.replace(self.role, other.role))
            if mine is not None and mine == theirs:
                return entry, f"{mine} in both"
        unhashed = self.part["sha256"] is other.part["sha256"] is None
        same = unhashed and self.part["id"] == other.part["id"]
        return ("id", f"{self.part['id']} in both") if same else None

    def _hashes(self) -> set[str]:
        stored = self.part.get(f"{self.role}_prompts")
        return set(map(str, stored)) if isinstance(stored, list) else set()


def _sets(table: SeedTable) -> Iterator[_Set]:
    if table.spec.prompts is not None:
        seeds = {"mining": table.seeds, "held_out": table.seeds[_confirmed(table)]}
        for part in _parts(table.spec.prompts):
            for role in _ROLES:
                yield _Set(part, role, seeds[role])


def _confirmed(table: SeedTable) -> NDArray[np.bool_]:
    """Tell which seeds have a score on held-out prompts, ``(S,)``."""
    found = np.zeros(len(table.seeds), bool)
    for metric in names_of(table.tensors, "score"):
        values = table.tensors.get(f"score.{metric}.confirm")
        if values is not None:
            found |= ~np.isnan(values)
    return found


def _seeds_scored_alike(first: SeedTable, second: SeedTable, name: str) -> Seeds:
    """Return the seeds whose mean, error and count are equal, unless a few hits may give as much.

    Shares of pictures, whose sum is a whole number, are often equal without being the same ones.
    """
    names = (name, f"{name}.se", f"{name}.n")
    if not all(part in table.tensors for part in names for table in (first, second)):
        return first.seeds[:0]
    seeds, rows, others = np.intersect1d(
        first.seeds, second.seeds, assume_unique=True, return_indices=True
    )
    equal = np.ones(len(seeds), bool)
    for part in names:
        equal &= first.tensors[part][rows] == second.tensors[part][others]
    total = first.tensors[name][rows].astype(np.float64) * first.tensors[f"{name}.n"][rows]
    alike: Seeds = seeds[equal & (np.abs(total - np.round(total)) > 1e-3)]
    return alike


def _parts(prompts: PromptsSpec) -> list[Part]:
    """Return the sets of prompts that were pooled, or the one there is."""
    stored = prompts.extra.get("parts")
    if isinstance(stored, list) and stored and all(map(_is_part, stored)):
        return stored
    hashes = {key: prompts.extra[key] for key in _HASHES if key in prompts.extra}
    plain: Part = encode(replace(prompts, extra=hashes))
    return [plain]


def _is_part(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and (value.get("sha256") is None or isinstance(value["sha256"], str))
        and all(type(value.get(name)) is int for name in _ROLES)
    )


def _note_unequal(tables: Sequence[SeedTable], notes: list[str]) -> None:
    if any(not np.array_equal(table.seeds, tables[0].seeds) for table in tables):
        notes.append(
            "seeds were scored on different prompts; a difference between them may be the prompts'"
        )
