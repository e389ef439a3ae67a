"""What a page beside the map asks of a table, answered in plain JSON values, for any host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..picking import Picking, PickRequest, PickRule, TagFilter, pick_seeds, rules_for
from ..picking.words import evidence_notes
from ..services.choice_report import sampling_line
from ..tables import Outline, SeedTable
from .page import AtlasPage, Place, aspect_of, has_sheet
from .queries import (
    MOST_CHOSEN,
    Chart,
    Sifting,
    kinds_of,
    layout_request,
    sifted,
    tick_counts,
)


@dataclass(frozen=True)
class AtlasPick:
    """Which seeds a page wants.

    Attributes:
        rule: by which rule.
        count: how many.
        tags: which seeds are in the running.
        places: the boxes drawn, for a layout.
        kind: which objects a layout speaks of; None for any.
    """

    rule: PickRule
    count: int = 4
    tags: TagFilter = TagFilter()  # noqa: RUF009 - frozen
    places: tuple[Place, ...] = ()
    kind: str | None = None

    @property
    def request(self) -> PickRequest:
        """The same as the pickers take it.

        Raises:
            InputError: a layout without a box, or a layout's box that is none.
            PickError: the count is none.
        """
        if self.rule is PickRule.LAYOUT:
            return layout_request(self.count, self.places, tags=self.tags, kind=self.kind)
        return PickRequest(self.rule, self.count, tags=self.tags)


def told_of_table(table: SeedTable, name: str) -> dict[str, Any]:
    """Return what a page must know before it shows a table's map."""
    sampling = table.spec.sampling
    return {
        "table": name,
        "seeds": len(table),
        "sheet": has_sheet(table),
        "aspect": aspect_of(table),
        "rules": [rule.value for rule in rules_for(table) if rule is not PickRule.GIVEN],
        "kinds": list(kinds_of(table)),
        "tags": list(table.tags()),
        "metrics": list(table.metrics()),
        "model": table.spec.model.name,
        "noise": table.spec.noise.source.label,
        "size": None if sampling is None or sampling.size is None else list(sampling.size),
        "made_with": sampling_line(table.spec),
        "notes": list(evidence_notes(table)),
        "most": MOST_CHOSEN,
    }


def told_of_outline(outline: Outline, name: str) -> dict[str, Any]:
    """Return what a list of tables says of one, known from its header alone."""
    spec = outline.spec
    sampling = spec.sampling
    return {
        "table": name,
        "seeds": len(outline),
        "model": spec.model.name,
        "noise": spec.noise.source.label,
        "size": None if sampling is None or sampling.size is None else list(sampling.size),
        "status": spec.provenance.status.value,
        "verdict": None if spec.evidence is None else spec.evidence.verdict.value,
    }


def filter_answer(chart: Chart, sifting: Sifting) -> dict[str, Any]:
    """Return which seeds pass a filter, and how many each further tick would leave.

    Raises:
        PickError: the table has no such tag or score, or a share is none.
    """
    page = sifted(chart, chart.page, sifting)
    counts = tick_counts(chart.table, sifting)
    return {
        "kept": page.kept,
        "sifted": page.sifted,
        "want": dict(counts.want),
        "avoid": dict(counts.avoid),
    }


def pick_answer(table: SeedTable, asked: AtlasPick) -> dict[str, Any]:
    """Return the seeds chosen, in order, and why these.

    Raises:
        InputError: there is no box to go by, or the table cannot answer.
    """
    picking = pick_seeds(table, asked.request)
    return {**_why(picking), "boxes": [list(place) for place in asked.places]}


def chart_of(table: SeedTable, path: str) -> Chart:
    """Return a table with a page that shows all of it."""
    return Chart(table, replace(AtlasPage(), table=path, aspect=aspect_of(table)))


def _why(picking: Picking) -> dict[str, Any]:
    picks: Sequence[Any] = [pick.to_json() for pick in picking.picks]
    return {
        "chosen": [str(seed) for seed in picking.seeds],
        "picks": picks,
        "pool": picking.pool,
        "rule": picking.rule,
        "reasons": list(picking.reasons),
    }
