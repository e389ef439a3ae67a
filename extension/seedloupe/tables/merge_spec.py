"""What several tables say about themselves, said once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from ..errors import TableError
from .codec import agreed
from .evidence import Evidence
from .spec import MetricSpec, Provenance, Status, TableSpec
from .table import SeedTable

D = TypeVar("D")

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
    extra = agreed([spec.extra for spec in specs])
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
        agreed([one.extra for one in every]),
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
        replace(metrics[0], extra=agreed([metric.extra for metric in metrics]))
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
