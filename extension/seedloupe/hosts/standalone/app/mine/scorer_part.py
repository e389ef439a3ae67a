"""The part of the tab *Mine* that says what pictures are scored by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from .....errors import InputError
from .....generation.model_info import ModelInfo
from .....services.scorer_form import ScorerForm, ScorerOffer
from .....services.scorers import ScorerAnswer

_ELSEWHERE = "folders are named by who sits at the machine that Seedloupe runs on"


class ScorerPart:
    """The components.

    Attributes:
        inputs: everything :meth:`form` reads.
        offered: what another model changes, in the order of :meth:`offers`.
    """

    def __init__(self, offer: ScorerOffer, model: ModelInfo) -> None:
        """Build the part inside the open column.

        Args:
            offer: the scorers there are.
            model: whose pictures are measured.
        """
        self._offer = offer
        answers = offer.answers(model)
        self._names = gr.Dropdown(
            choices_of(answers),
            value=[],
            multiselect=True,
            label="Scored by",
            info="Empty: all that fit the model and need nothing.",
            elem_id="sl-mine-scorers",
        )
        self._objective = gr.Dropdown(
            [answer.name for answer in answers],
            value=[],
            multiselect=True,
            allow_custom_value=True,
            label="What decides the race",
            info="Scorers, or single scores such as fid; empty: all scores alike.",
            elem_id="sl-mine-objective",
        )
        with gr.Accordion("Weights, pictures to compare with", open=False):
            self._weights = gr.Textbox(
                "",
                label="Weights",
                info="SCORER=FOLDER, one a line; those in scorers/NAME of your own folder are "
                "found without",
                placeholder="clip=/models/clip-vit-base-patch32",
                lines=2,
                elem_id="sl-mine-weights",
            )
            self._reference = gr.Textbox(
                "",
                label="Compare with",
                info="A folder of pictures, or .npz statistics; for Fréchet distances",
                lines=1,
                max_lines=1,
                elem_id="sl-mine-reference",
            )
            self._absent = gr.HTML(absent_html(answers), elem_id="sl-mine-absent")
        self.inputs = [self._names, self._objective, self._weights, self._reference]
        self.offered = [self._names, self._objective, self._absent]

    def form(self, given: Mapping[Any, Any], *, local: bool) -> ScorerForm:
        """Read the part as Gradio hands it over.

        Args:
            given: values by component.
            local: whether who asks sits at this machine.

        Raises:
            InputError: a line names no folder, or somebody elsewhere names one.
        """
        found = ScorerForm.parse(
            given[self._names] or (),
            weights=given[self._weights] or "",
            reference=given[self._reference] or "",
            objective=[one.strip() for one in given[self._objective] or () if one.strip()],
        )
        if found.names_places and not local:
            raise InputError("weights", expected=_ELSEWHERE, got="a folder named from elsewhere")
        return found

    def offers(self, model: ModelInfo) -> tuple[Any, ...]:
        """Offer another model's scorers, none of them chosen."""
        answers = self._offer.answers(model)
        names = [answer.name for answer in answers]
        return (
            gr.update(choices=choices_of(answers), value=[]),
            gr.update(choices=names, value=[]),
            absent_html(answers),
        )


def choices_of(answers: Sequence[ScorerAnswer]) -> list[tuple[str, str]]:
    """Return what each scorer is called in the list, those that can be used now first."""
    usable = [(f"{one.name}: {one.measures}", one.name) for one in answers if not one.lacks]
    others = [(f"{one.name} (not here yet)", one.name) for one in answers if one.lacks]
    return usable + others


def absent_html(answers: Sequence[ScorerAnswer]) -> str:
    """Say of each scorer that cannot be used what it lacks."""
    lines = "".join(
        f"<li><b>{escape(one.name)}</b>: {escape(one.measures)}. Lacks: {escape(one.lacks)}.</li>"
        for one in answers
        if one.lacks
    )
    return f'<ul class="sl-mine-absent">{lines}</ul>' if lines else ""
