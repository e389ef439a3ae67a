"""The filter of the *Atlas* tab: ticks that say beforehand how many seeds they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from .....atlas.queries import ALL_SCORES, Sifting, tick_counts
from .....picking import TagFilter
from .....picking.words import seeds_in_words
from .....tables import SeedTable

#: Percent of the seeds that count as having a tag, to begin with: the quarter that shows it most.
USUAL_TOP = 25


class FilterForm:
    """The components, and how to read them.

    Attributes:
        tags: the components that picks heed too, in the order of :func:`tags_from`.
        parts: all of them, in the order of :func:`sifting_from`.
        ticks: those whose labels count.
    """

    def __init__(self, table: SeedTable | None) -> None:
        """Build them inside the open block."""
        with gr.Accordion("Filter by what pictures show", open=False, elem_id="sl-atlas-filter"):
            want, avoid = _choices(table, Sifting(TagFilter(top=USUAL_TOP / 100)))
            self._want = gr.CheckboxGroup(
                want, label="Only seeds that often show", elem_classes="sl-tags"
            )
            self._avoid = gr.CheckboxGroup(
                avoid, label="No seeds that often show", elem_classes="sl-tags"
            )
            self._top = gr.Slider(
                1,
                100,
                USUAL_TOP,
                step=1,
                label="Often: the seeds that show it most, %",
                info="For each tag by itself; 100 is at all",
                elem_id="sl-atlas-top",
            )
            self._metric = gr.Dropdown(_scores(table), value=ALL_SCORES, label="By score")
            self._share = gr.Slider(
                1, 100, 100, step=1, label="Best share shown, %", info="Picks heed tags only"
            )
        self.ticks = [self._want, self._avoid]
        self.tags = [*self.ticks, self._top]
        self.parts = [*self.tags, self._metric, self._share]

    def counted(self, table: SeedTable, sifting: Sifting) -> dict[Any, Any]:
        """Return the ticks with what each would leave now."""
        want, avoid = _choices(table, sifting)
        return {self._want: gr.update(choices=want), self._avoid: gr.update(choices=avoid)}

    def cleared(self, table: SeedTable | None) -> dict[Any, Any]:
        """Return the filter of another table, with nothing ticked."""
        want, avoid = _choices(table, Sifting(TagFilter(top=USUAL_TOP / 100)))
        return {
            self._want: gr.update(choices=want, value=[]),
            self._avoid: gr.update(choices=avoid, value=[]),
            self._top: USUAL_TOP,
            self._metric: gr.update(choices=_scores(table), value=ALL_SCORES),
            self._share: 100,
        }


def tags_from(want: Sequence[str], avoid: Sequence[str], top: float) -> TagFilter:
    """Read the ticks and the share of seeds, in percent, that count as having a tag."""
    return TagFilter(tuple(want), tuple(avoid), top=top / 100)


def sifting_from(
    want: Sequence[str], avoid: Sequence[str], top: float, metric: str, share: float
) -> Sifting:
    """Read everything the filter holds."""
    known = None if metric == ALL_SCORES else metric
    return Sifting(tags_from(want, avoid, top), known, share / 100)


def _choices(
    table: SeedTable | None, sifting: Sifting
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    if table is None:
        return [], []
    counts = tick_counts(table, sifting)
    return tuple(
        [(f"{tag}: {seeds_in_words(count)}", tag) for tag, count in side.items()]
        for side in (counts.want, counts.avoid)
    )  # type: ignore[return-value]


def _scores(table: SeedTable | None) -> list[str]:
    return [ALL_SCORES, *(table.metrics() if table is not None else ())]
