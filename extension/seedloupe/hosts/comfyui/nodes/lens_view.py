"""The node that looks into a lens: layers, steps, spots and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from comfy_api.latest import io

from ....errors import InputError
from ..lens.handle import LENS, Lens
from ..schema import node_schema

if TYPE_CHECKING:
    from ....lens.record import LensRecord

__all__ = ["NODES", "SeedloupeLensView"]

_CELLS = 8
_VIEWS = ("colours", "groups", "spot", "word")
"""As ``ViewKind`` of the lens has them; loading that for four words costs each start."""


class SeedloupeLensView(io.ComfyNode):
    """One look into a lens, as a picture and a sentence."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeLensView",
            name="Lens View",
            description="Looks into what a Lens Tap saw. On the node: choose a layer and a step, "
            "click into the picture to ask about a spot, click a word to see where it acts.",
            aliases=("semantic lens", "attention map", "heat map", "PCA", "word map", "DAAM"),
            is_output_node=True,
            inputs=_inputs(),
            outputs=[
                io.Image.Output("image", display_name="image", tooltip="What was looked at."),
                io.Mask.Output(
                    "mask",
                    display_name="mask",
                    tooltip="How strong a word or a spot's likeness is; ones for the other views.",
                ),
                io.String.Output("said", display_name="said", tooltip="What the picture shows."),
            ],
        )

    @classmethod
    def execute(
        cls,
        lens: Lens,
        view: str,
        layer: str,
        step: int,
        word: str,
        x: float,
        y: float,
        run: int = 0,
        image: int = 0,
        prompt: int = 0,
        picture: Any = None,
    ) -> io.NodeOutput:
        """Look, and give the page what it needs to go on looking."""
        from ....lens.record_view import ViewKind, ViewRequest, laid_out, view_record
        from ..lens.shown import shown_run

        chosen = lens.run(run, after=picture)
        if view == "word" and not chosen.record.spec.words:
            raise InputError(
                "word",
                expected="a lens with word maps",
                got="one without",
                advice="Wire clip into the Lens Tap, write the prompt there, and run again.",
            )
        request = ViewRequest(ViewKind(view), layer, step, x, y, word, image, prompt)
        under = _under(chosen.record, picture, image)
        found = view_record(chosen.record, request)
        height, width = under.shape[1:] if under is not None else _pixels(chosen.record)
        large, strength = laid_out(found, height, width, under=under)
        shown = shown_run(chosen, found, request, under)
        return io.NodeOutput(
            large.permute(1, 2, 0)[None],
            strength[None],
            found.sentence,
            ui={"seedloupe_view": [shown]},
        )


def _inputs() -> list[Any]:
    share = {"min": 0.0, "max": 1.0, "step": 0.01, "default": 0.5}
    return [
        LENS.Input("lens", tooltip="Of a Lens Tap, or of Load Lens."),
        io.Combo.Input(
            "view",
            options=list(_VIEWS),
            default=_VIEWS[0],
            tooltip="colours: the layer's strongest components. groups: cells that belong "
            "together. spot: what is like the place at x, y, and the words there. word: where a "
            "word acts.",
        ),
        io.String.Input("layer", default="auto", tooltip="A recorded layer; auto is the first."),
        io.Int.Input(
            "step", default=-1, min=-1, max=10_000, tooltip="-1 is the last; for a word, all."
        ),
        io.String.Input("word", default="", tooltip="Of the prompt; cat#2 is the second cat."),
        io.Float.Input("x", **share, tooltip="Of the spot, from the left."),
        io.Float.Input("y", **share, tooltip="Of the spot, from the top."),
        io.Int.Input(
            "run",
            default=0,
            min=0,
            max=7,
            optional=True,
            advanced=True,
            tooltip="Where the tapped model sampled several times in a workflow: 0 is the newest.",
        ),
        io.Int.Input(
            "image",
            default=0,
            min=0,
            max=4095,
            optional=True,
            advanced=True,
            tooltip="Which of a batch.",
        ),
        io.Int.Input(
            "prompt",
            default=0,
            min=0,
            max=63,
            optional=True,
            advanced=True,
            tooltip="Which of several positives, in the order they were joined.",
        ),
        io.Image.Input(
            "picture",
            optional=True,
            tooltip="The picture sampled with the tapped model. It makes ComfyUI look after the "
            "sampler, and lies under words and spots. Not needed with Load Lens.",
        ),
    ]


def _under(record: LensRecord, picture: Any, image: int) -> torch.Tensor | None:
    """Return the picture ``(3, H, W)`` that belongs to a row of the batch."""
    from ....lens.record_view import require_same_form

    if picture is None:
        return None
    one = picture[min(image, len(picture) - 1), ..., :3].permute(2, 0, 1).float().cpu().clamp(0, 1)
    require_same_form(record, one.shape[1], one.shape[2])
    return one


def _pixels(record: LensRecord) -> tuple[int, int]:
    """Choose a size where there is no picture: cells large enough to see."""
    sizes = [(one.height, one.width) for one in (*record.spec.layers, *record.spec.words)]
    height, width = max(sizes, key=lambda size: size[0] * size[1])
    factor = max(_CELLS, 256 // max(height, width))
    return height * factor, width * factor


NODES = (SeedloupeLensView,)
