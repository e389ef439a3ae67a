"""What somebody sets by hand on *Create*: seeds, the size, what to avoid, a picture to follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from .....errors import InputError
from .....generation.model_info import ModelInfo
from .....generation.picture_size import SizeWish, parse_size, usual_sizes
from .....noise import ResizeWay, parse_seeds
from .....services.picture_settings import PictureSettings, settings_in_file
from ..pictures_in import not_a_picture

#: As many as can be drawn in one go and still be looked at.
MOST_SEEDS = 48
_NEW_NOISE = "new"
_KEEPING = [
    ("No: new noise at this size", _NEW_NOISE),
    ("Yes: the whole layout, stretched", ResizeWay.STRETCH.value),
    ("Yes: in the middle (the web UI's seed resize)", ResizeWay.MIDDLE.value),
]


@dataclass(frozen=True)
class OwnWishes:
    """What was set by hand.

    Attributes:
        seeds: drawn as a column of their own; may be none.
        negative: what to steer away from.
        size: of the pictures, and how noise is taken there.
    """

    seeds: tuple[int, ...] = ()
    negative: str = ""
    size: SizeWish = field(default_factory=SizeWish)


def own_wishes(
    seeds: str | None, negative: str | None, size: str | None, keeping: str | None
) -> OwnWishes:
    """Read the form as Gradio hands it over.

    Raises:
        InputError: the seeds or the size cannot be read; the field says which.
    """
    way = None if keeping in (None, _NEW_NOISE) else ResizeWay(keeping)
    wanted = parse_size(size) if size and size.strip() else None
    return OwnWishes(
        parse_seeds(seeds or "", most=MOST_SEEDS), negative or "", SizeWish(wanted, way)
    )


def followed(path: str) -> PictureSettings:
    """Read the settings of a picture somebody dropped.

    Raises:
        PageError: it is no picture.
    """
    try:
        return settings_in_file(Path(path))
    except InputError as error:
        raise not_a_picture(path) from error


class OwnForm:
    """The components, and how to fill them.

    Attributes:
        seeds: seeds typed, sent or kept.
        picture: a picture whose settings are to be taken over.
        inputs: what :func:`own_wishes` reads, in its order.
    """

    def __init__(self) -> None:
        """Hold nothing yet; the parts are built where they belong."""
        self.inputs: list[Any] = []

    def build_seeds(self) -> None:
        """Build the field for seeds inside the open block."""
        self.seeds = gr.Textbox(
            "",
            label="Your seeds",
            info="What stands here is drawn as a column of its own",
            placeholder="3, 7, 10-14",
            lines=1,
            elem_id="sl-own-seeds",
        )

    def build_rest(self, model: ModelInfo) -> None:
        """Build what is needed more rarely, folded away; after :meth:`build_seeds`."""
        with gr.Accordion("Negative prompt, size", open=False, elem_id="sl-own-more"):
            self._negative = gr.Textbox(
                "", label="Negative prompt", lines=1, max_lines=4, elem_id="sl-negative"
            )
            self._size = gr.Dropdown(
                sizes_offered(model),
                value="",
                label="Size",
                info="Width x height in pixels; others can be typed",
                allow_custom_value=True,
                elem_id="sl-size",
            )
            self._keeping = gr.Dropdown(
                _KEEPING, value=_NEW_NOISE, label="Keep the layout", elem_id="sl-keep-layout"
            )
        with gr.Accordion("Settings from a picture", open=False, elem_id="sl-own-picture"):
            gr.HTML('<p class="sl-status">Of any program: its prompt, seed and settings.</p>')
            self.picture = gr.File(
                label="Drop a picture of any program",
                show_label=False,
                file_types=["image"],
                height=120,
                elem_id="sl-follow",
            )
        self.sizing = [self._size, self._keeping]
        self.inputs = [self.seeds, self._negative, *self.sizing]

    def fill(self, told: PictureSettings) -> dict[Any, Any]:
        """Take over what a picture says; what it does not say stays as it is."""
        page: dict[Any, Any] = {}
        if told.seed is not None:
            page[self.seeds] = str(told.seed)
        if told.prompt:
            page[self._negative] = told.negative
        if told.size is not None:
            page[self._size] = "{}x{}".format(*told.size)
        return page

    def fresh_sizes(self, model: ModelInfo) -> dict[Any, Any]:
        """Offer another model's sizes, its own chosen."""
        return {self._size: gr.update(choices=sizes_offered(model), value="")}


def sizes_offered(model: ModelInfo) -> list[tuple[str, str]]:
    """Return what to call each size, and the size; the model's own is an empty text."""
    (width, height), *others = usual_sizes(model)
    own = (f"{width}x{height}, the model's own", "")
    return [own, *((f"{wide}x{high}", f"{wide}x{high}") for wide, high in others)]
