"""How many seeds are drafted, asked only where drafts are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from .....services.seed_columns import SeedSource
from ..events import SILENT, on

USUAL = 16
MOST = 64


class DraftForm:
    """The slider.

    Attributes:
        drafts: how many seeds are drafted.
    """

    def __init__(self, ways: gr.CheckboxGroup) -> None:
        """Build it inside the open block; ``ways`` are the columns ticked."""
        self.drafts = gr.Slider(
            2,
            MOST,
            USUAL,
            step=1,
            label="Drafts",
            info="So many seeds are drafted in two fifths of the steps; the best are finished",
            visible=False,
            elem_id="sl-drafts",
        )
        on(ways.change, wanted, ways, self.drafts, **SILENT)


def wanted(ways: Sequence[str]) -> Any:
    """Show the slider where drafts are wanted."""
    return gr.update(visible=SeedSource.EARLY.value in ways)
