"""The form of the tab *Mine*: seeds, prompts, scorers, budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from .....generation.model_info import ModelInfo
from .....generation.sampler import Plan
from .....noise import parse_seeds
from .....sampler_names import sampler_choices
from .....services.mining_wish import MiningWish
from .....services.scorer_form import ScorerForm, ScorerOffer
from .....services.table_fit import settings_from
from .scorer_part import ScorerPart

#: As many as a page mines; the command line takes more.
MOST_SEEDS = 4096


@dataclass(frozen=True)
class MineWish:
    """What somebody asks for.

    Attributes:
        name: of the table.
        seeds: to compare.
        sampling: how steps are taken.
        scorers: which, and what decides.
        minutes: after which it stops; None for when it is done.
        wish: prompts and how to race.
    """

    name: str
    seeds: tuple[int, ...]
    sampling: Plan
    scorers: ScorerForm
    minutes: float | None
    wish: MiningWish


class MineForm:
    """The components of the form.

    Attributes:
        ask: makes a few dozen small pictures and says whether seeds matter.
        plan: says what it would take.
        go: mines, or goes on.
        stop: stops after the batch in flight.
        scorers: what pictures are scored by.
        parts: everything :meth:`wish` reads.
    """

    def __init__(self, settings: Plan, offer: ScorerOffer, model: ModelInfo) -> None:
        """Build the form inside the open column.

        Args:
            settings: what sampling begins with.
            offer: the scorers there are.
            model: whose pictures are measured.
        """
        self._seeds = gr.Textbox(
            "0:256", label="Seeds", lines=1, max_lines=1, elem_id="sl-mine-seeds"
        )
        self._prompts = gr.Textbox(
            "",
            label="Prompts, one a line",
            info="Empty takes Seedling's own. A third is held out to confirm the best.",
            lines=4,
            max_lines=12,
            elem_id="sl-mine-prompts",
        )
        self.scorers = ScorerPart(offer, model)
        with gr.Row(elem_classes="sl-pool"):
            self._minutes = gr.Number(
                0, label="Minutes", info="0: until done", minimum=0, min_width=110
            )
            self._detect = gr.Number(
                0,
                label="Smallest gain, sd",
                info="0: what the prompts show",
                minimum=0,
                min_width=110,
            )
        self._name = gr.Textbox(
            "mined", label="Name of the table", lines=1, max_lines=1, elem_id="sl-mine-name"
        )
        with gr.Accordion("Sampling", open=False):
            self._steps = gr.Slider(1, 100, settings.steps, step=1, label="Steps")
            self._guidance = gr.Slider(0, 20, settings.guidance, step=0.1, label="Guidance")
            self._sampler = gr.Dropdown(sampler_choices(), value=settings.name.key, label="Sampler")
            self._every = gr.Checkbox(False, label="Make every picture (no racing)")
        self.ask = gr.Button(
            "First: does the seed matter here?", min_width=80, elem_id="sl-mine-ask"
        )
        with gr.Row(elem_classes="sl-buttons"):
            self.plan = gr.Button("Plan", min_width=80, elem_id="sl-mine-plan")
            self.go = gr.Button("Mine", variant="primary", min_width=80, elem_id="sl-mine-go")
            self.stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="sl-mine-stop")
        self.parts = {
            *(self._seeds, self._prompts, self._minutes, self._detect),
            *(self._name, self._every, *self.sampling, *self.scorers.inputs),
        }

    @property
    def sampling(self) -> list[Any]:
        """Steps, guidance and sampler."""
        return [self._steps, self._guidance, self._sampler]

    def wish(self, given: Mapping[Any, Any], *, local: bool) -> MineWish:
        """Read the form as Gradio hands it over.

        Args:
            given: values by component.
            local: whether who asks sits at this machine.

        Raises:
            InputError: a part cannot be read; the field names it.
        """
        minutes, detect = float(given[self._minutes] or 0), float(given[self._detect] or 0)
        return MineWish(
            name=(given[self._name] or "").strip(),
            seeds=parse_seeds(given[self._seeds] or "", most=MOST_SEEDS),
            sampling=settings_from(given[self._steps], given[self._guidance], given[self._sampler]),
            scorers=self.scorers.form(given, local=local),
            minutes=minutes or None,
            wish=MiningWish(
                prompts=given[self._prompts] or "",
                detect=detect or None,
                exhaustive=bool(given[self._every]),
            ),
        )
