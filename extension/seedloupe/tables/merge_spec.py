"""What several tables say about themselves, said once."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from ..errors import TableError
from .codec import dump_json, encode
from .evidence import Evidence
from .spec import MetricSpec, PromptsSpec, Provenance, Status, TableSpec
from .table import SeedTable

D = TypeVar("D")
Part = dict[str, object]

_AND = " + "
_LICENCES = " AND "
"""How SPDX puts licences together of which all hold."""
_TRUST = (Status.DEMO, Status.PUBLISHED, Status.MINED)
"""The least trusted first: a whole is not better than its worst part."""


def merged_spec(tables: Sequence[SeedTable], notes: list[str]) -> TableSpec:
    """Return the first table's spec with metrics, evidence and unknown entries of all.

    Noise, prompts, provenance, spaces and thumbnails are still the first's.

    Raises:
        TableError: the tables describe a metric differently.
    """
    specs = [table.spec for table in tables]
    extra = _agreed([spec.extra for spec in specs])
    left = sorted({key for spec in specs for key in spec.extra} - set(extra))
    if left:
        notes.append(f"not every table says the same of {', '.join(left)}; left out")
    return replace(specs[0], metrics=_metrics(specs), evidence=_evidence(specs, notes), extra=extra)


def merged_provenance(tables: Sequence[SeedTable]) -> Provenance:
    """Return who made all of it: names and sources side by side, the latest date."""
    every = [table.spec.provenance for table in tables]
    return Provenance(
        _joined([one.creator for one in every], _AND),
        _joined([one.tool for one in every], _AND),
        max(one.date for one in every),
        _joined([one.licence for one in every], _LICENCES),
        min((one.status for one in every), key=_TRUST.index),
        _joined([one.source for one in every], _AND),
        _agreed([one.extra for one in every]),
    )


def merged_prompts(tables: Sequence[SeedTable], notes: list[str]) -> PromptsSpec | None:
    """Return the prompts of all tables, with those of each under ``parts`` where they differ."""
    every = [table.spec.prompts for table in tables]
    known = [prompts for prompts in every if prompts is not None]
    if len(known) < len(every):
        if known:
            notes.append("prompts were left out: not every table names them")
        return None
    extra = _agreed([prompts.extra for prompts in known])
    parts = {dump_json(part): part for prompts in known for part in _parts(prompts)}
    if len(parts) == 1 or all(_parts(prompts) == _parts(known[0]) for prompts in known):
        return replace(known[0], extra=extra)
    _note_unequal(tables, notes)
    digest = hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
    ordered = [parts[key] for key in sorted(parts)]
    mining, held_out = (
        sum(int(part[name]) for part in ordered)  # type: ignore[call-overload]
        for name in ("mining", "held_out")
    )
    return PromptsSpec(
        f"pooled-{digest[:12]}", digest, mining, held_out, {**extra, "parts": ordered}
    )


def require_other_prompts(first: SeedTable, second: SeedTable) -> None:
    """Refuse two tables that have pictures of the same seed and prompts: they are the same ones.

    Raises:
        TableError: they have.
    """
    here, there = first.spec.prompts, second.spec.prompts
    seeds = np.intersect1d(first.seeds, second.seeds, assume_unique=True)
    if not len(seeds) or here is None or there is None:
        return
    names = {_name(part) for part in _parts(there)}
    for part in _parts(here):
        if _name(part) in names:
            raise TableError(
                "prompts.sha256",
                expected=f"other prompts for seeds both tables have, such as {seeds[0]}",
                got=f"{part['sha256'] or part['id']} in both",
                advice="The same pictures would count twice; leave one of the tables out.",
            )


def _parts(prompts: PromptsSpec) -> list[Part]:
    """Return the sets of prompts that were pooled, or the one there is."""
    stored = prompts.extra.get("parts")
    if isinstance(stored, list) and stored and all(map(_is_part, stored)):
        return stored
    plain: Part = encode(replace(prompts, extra={}))
    return [plain]


def _is_part(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and (value.get("sha256") is None or isinstance(value["sha256"], str))
        and all(type(value.get(name)) is int for name in ("mining", "held_out"))
    )


def _name(part: Part) -> object:
    return part["sha256"] or part["id"]


def _note_unequal(tables: Sequence[SeedTable], notes: list[str]) -> None:
    if any(not np.array_equal(table.seeds, tables[0].seeds) for table in tables):
        notes.append(
            "seeds were scored on different prompts; a difference between them may be the prompts'"
        )


def _metrics(specs: Sequence[TableSpec]) -> tuple[MetricSpec, ...]:
    known: dict[str, list[MetricSpec]] = {}
    for spec in specs:
        for metric in spec.metrics:
            known.setdefault(metric.name, []).append(metric)
    for name, metrics in known.items():
        for other in metrics[1:]:
            _require_same(f"metrics.{name}", metrics[0], other)
    return tuple(
        replace(metrics[0], extra=_agreed([metric.extra for metric in metrics]))
        for metrics in known.values()
    )


def _require_same(place: str, first: MetricSpec, second: MetricSpec) -> None:
    for field in dataclasses.fields(first):
        here, there = getattr(first, field.name), getattr(second, field.name)
        if field.name != "extra" and here != there:
            raise TableError(
                f"{place}.{field.name}",
                expected=f"{here!r} in every table",
                got=repr(there),
                advice="These are two metrics; leave one of the tables out.",
            )


def _evidence(specs: Sequence[TableSpec], notes: list[str]) -> Evidence | None:
    """Keep evidence between parts of one run, which carry the same; it is of those very seeds."""
    first = specs[0]
    if all((one.evidence, one.provenance) == (first.evidence, first.provenance) for one in specs):
        return first.evidence
    if any(spec.evidence is not None for spec in specs):
        notes.append("evidence was left out: it speaks of the seeds each table had alone")
    return None


def _joined(texts: Sequence[str], between: str) -> str:
    """Put different texts side by side, each once, in one order whatever order they came in."""
    if len(set(texts)) == 1:
        return texts[0]
    return between.join(sorted({part for text in texts for part in text.split(between) if part}))


def _agreed(mappings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entries all of them have alike."""
    first, *others = mappings
    return {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }
