"""Which seeds of a pool come next, and the box they are to put things in."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from .....atlas.page import Place, frame_html
from .....atlas.queries import places_from
from .....geometry import Box
from .....picking import PickOrder
from .....services.seed_columns import ColumnPlaces, ColumnSource, SeedSource
from .....services.table_fit import require_whole
from ..atlas.links import gradio_frame_script
from ..events import SILENT, on

#: Where things should stand before anybody drew a box: on the left, large enough for most objects.
FIRST_BOX: Place = (0.05, 0.3, 0.45, 0.85)


class PoolForm:
    """The components, and how to read them.

    Attributes:
        frame: the small picture with boxes on it.
        position: the place in the pool the next pictures begin at.
        best_first: whether the pool is not turned over.
        inputs: all of them, in the order :func:`column_places` takes them.
    """

    def __init__(self, ways: tuple[ColumnSource, ...], aspect: float) -> None:
        """Build them inside the open block.

        Args:
            ways: the columns that can be drawn.
            aspect: width over height of the pictures.
        """
        with gr.Column(visible=SeedSource.LAYOUT in ways, elem_classes="sl-box-form") as self._box:
            gr.HTML('<p class="sl-label">Your box: put things here</p>')
            self.frame = gr.HTML(
                _frame_text(aspect),
                html_template=frame_html(),
                js_on_load=gradio_frame_script(),
                apply_default_css=False,
                elem_id="sl-box",
            )
        with gr.Row(elem_classes="sl-pool"):
            self.position = gr.Number(
                0,
                label="Next position in the pool",
                minimum=0,
                precision=None,
                info="Each Draw goes on from here",
                min_width=110,
                elem_id="sl-position",
            )
            self.best_first = gr.Checkbox(
                False,
                label="Best first",
                info="From the top instead of in turn",
                min_width=110,
                elem_id="sl-best-first",
            )
        self.inputs = [self.frame, self.position, self.best_first]
        on(self.best_first.input, from_the_top, self.best_first, self.position, **SILENT)

    def offered(self, ways: tuple[ColumnSource, ...], aspect: float) -> dict[Any, Any]:
        """Return what changes with another table: whether a box can be asked for, and its shape."""
        return {
            self._box: gr.update(visible=SeedSource.LAYOUT in ways),
            self.frame: _frame_text(aspect),
            self.position: 0,
        }

    @property
    def outputs(self) -> list[Any]:
        """What :meth:`offered` changes."""
        return [self._box, self.frame, self.position]


def from_the_top(best_first: bool) -> Any:
    """Return the position that goes with a tick of *Best first*; without it the pool goes on."""
    return 0 if best_first else gr.skip()


def column_places(frame: str | None, position: float | None, best_first: bool) -> ColumnPlaces:
    """Read what the page asks for.

    Raises:
        InputError: the position is no whole number, or the boxes are none.
    """
    boxes = tuple(Box(*place) for place in places_from(frame))
    order = PickOrder.BEST if best_first else PickOrder.TURNING
    return ColumnPlaces(require_whole(position, "position"), order, boxes)


def _frame_text(aspect: float) -> str:
    return json.dumps({"aspect": aspect, "boxes": [FIRST_BOX]})
