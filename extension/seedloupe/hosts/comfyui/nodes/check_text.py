"""Is there text in the picture that nobody asked for?"""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ....artifacts.levels import Level
from ..readers import reader_advice, reader_choices
from ..schema import LARGEST_SEED, REPORT_KEY, node_schema
from ..text_check import CheckedPictures, CheckInputs, check_pictures

__all__ = ["NODES", "SeedloupeCheckText", "repaint_inputs"]


class SeedloupeCheckText(io.ComfyNode):
    """Pictures looked over for letters that should not be there; every picture goes on."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeCheckText",
            name="Check Text",
            description="Looks for text that nobody asked for in the repainted part of a picture, "
            "or in all of it, and parts the pictures by what it finds.",
            aliases=("text artifacts", "ocr", "watermark", "gibberish text", "inpaint check"),
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The pictures to look over."),
                *repaint_inputs(),
                io.Int.Input(
                    "seed",
                    optional=True,
                    force_input=True,
                    min=0,
                    max=LARGEST_SEED,
                    tooltip="What a single picture was drawn from. With model, what was found is "
                    "counted, so that retries can pass over seeds that write.",
                ),
            ],
            outputs=_outputs(),
        )

    @classmethod
    def execute(cls, images: Any, seed: int | None = None, **known: Any) -> io.NodeOutput:
        """Look the pictures over; without a reader they pass, and the report says so."""
        single = seed is not None and len(images) == 1
        checked = check_pictures(images, CheckInputs(**known), (seed,) if single else ())
        found = checked.found
        parts = (found.text, found.read_by, checked.problem, reader_advice())
        report = "\n".join(filter(None, parts))
        return io.NodeOutput(
            found.line,
            checked.overlays,
            checked.text,
            _or_nothing(checked, found.kept),
            _or_nothing(checked, found.rejected),
            report,
            ui={REPORT_KEY: [report]},
        )


def _or_nothing(checked: CheckedPictures, indices: tuple[int, ...]) -> Any:
    """Some of the pictures; none of them keeps what is wired to it from running."""
    return checked.pictures(indices) if indices else [ExecutionBlocker(None)]


def repaint_inputs() -> list[Any]:
    """Return what is known of pictures to be checked, as a node takes it."""
    return [
        io.Mask.Input(
            "mask",
            optional=True,
            tooltip="White where the picture was repainted; without it all of it is checked.",
        ),
        io.Image.Input(
            "before",
            optional=True,
            tooltip="The picture before: text that it shows already is no fault.",
        ),
        io.String.Input(
            "prompt",
            default="",
            multiline=True,
            optional=True,
            tooltip="Words the prompt asks for are no fault.",
        ),
        io.String.Input(
            "negative",
            default="",
            multiline=True,
            optional=True,
            tooltip="What the negative prompt refuses is not asked for.",
        ),
        io.Combo.Input(
            "level",
            options=[level.value for level in Level],
            default=Level.NORMAL.value,
            optional=True,
            tooltip="How suspicious: low flags what can be read, high also rows of letters that "
            "are none.",
        ),
        io.Combo.Input(
            "reader",
            options=reader_choices(),
            default="auto",
            optional=True,
            tooltip="Who reads. auto is the best that works here.",
        ),
        io.Model.Input(
            "model",
            optional=True,
            tooltip="What drew the pictures; with seeds, what is found is counted.",
        ),
    ]


def _outputs() -> list[Any]:
    return [
        io.String.Output("verdict", display_name="verdict", tooltip="The outcome in one line."),
        io.Image.Output(
            "overlay",
            display_name="overlay",
            tooltip="The pictures with a frame around text: red where flagged, green where not.",
        ),
        io.Mask.Output(
            "text",
            display_name="text",
            tooltip="White where flagged text stands, to repaint it.",
        ),
        io.Image.Output(
            "kept",
            display_name="kept",
            is_output_list=True,
            tooltip="Pictures that are not flagged, one by one; also those nobody could look at.",
        ),
        io.Image.Output(
            "rejected",
            display_name="rejected",
            is_output_list=True,
            tooltip="Pictures that are flagged, one by one.",
        ),
        io.String.Output("report", display_name="report", tooltip="A line for every picture."),
    ]


NODES = (SeedloupeCheckText,)
