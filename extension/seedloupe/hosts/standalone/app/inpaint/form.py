"""The form of the tab *Inpaint*: the picture to brush on, what should be there, how to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from .....artifacts import Level
from .....generation.sampler import Plan
from .....sampler_names import sampler_choices
from .....services.table_fit import settings_from
from ..events import EXAMPLES
from .canvas import CropChoice, Framing
from .mask_editor import BRUSH, EDITOR_SIDE
from .session import Repaint
from .upload import DIVERT

#: What should be there, before somebody says it.
WISH = "a blue ball on grass"
_SEEN = {
    CropChoice.MOST: "As much as fits its shape",
    CropChoice.CLOSE: "Only around the brush, enlarged",
}
#: Retries after which most people would rather change the prompt.
RETRIES, MOST_RETRIES = 4, 16
_LEVELS = {
    Level.LOW: "Low: words anybody can read",
    Level.NORMAL: "Normal: two letters or digits, and clear rows of letter shapes",
    Level.HIGH: "High: fainter and shorter rows too; expect false alarms",
}


class InpaintForm:
    """The components of the form.

    Attributes:
        editor: holds a view of the picture and what was brushed.
        source: the picture at full size.
        upload: takes a file for it.
        crop: says which part the model sees.
        seen: how much that is.
        source_prompt: what picture to draw, for those who have none.
        draw_one: draws it.
        place: how many draw before it.
        prompt: what the brushed part should show.
        go: repaints.
        stop: stops.
        level: what counts as text.
        limit: most retries.
        alone: whether to retry unasked.
        wishes: everything :meth:`wish` reads, apart from the model.
        sampling: steps, guidance and sampler.
    """

    def __init__(self, settings: Plan) -> None:
        """Build the form inside the open column."""
        self.source = gr.State(None)
        self._build_picture()
        self._build_prompt()
        self._build_check()
        self._build_more(settings)
        self.sampling = [self._steps, self._guidance, self._sampler]
        typed = [self._seeds, self._count, self._strength]
        framed = [self.source, self.seen, self._surroundings, self._softness]
        self.wishes = {
            *(self.editor, self.prompt, self.level),
            *typed,
            *framed,
            *self.sampling,
        }

    def wish(self, given: Mapping[Any, Any], model: str) -> Repaint:
        """Read what somebody wants from what Gradio hands over."""
        return Repaint(
            given[self.editor],
            given[self.prompt],
            given[self._seeds],
            int(given[self._count]),
            float(given[self._strength]),
            settings_from(*(given[part] for part in self.sampling)),
            model,
            Level(given[self.level]),
            given[self.source],
            Framing(
                CropChoice(given[self.seen]),
                float(given[self._surroundings]),
                float(given[self._softness]),
            ),
        )

    def _build_picture(self) -> None:
        title = '<p class="sl-label">Picture: brush over what should change</p>'
        gr.HTML(title, js_on_load=DIVERT)
        self.editor = gr.ImageEditor(
            label="Picture",
            show_label=False,
            height=460,
            type="pil",
            sources=("upload", "clipboard"),
            transforms=(),
            layers=False,
            brush=gr.Brush(default_size=48, colors=[BRUSH], color_mode="fixed"),
            eraser=gr.Eraser(default_size=48),
            canvas_size=(EDITOR_SIDE, EDITOR_SIDE),
            buttons=[],
            elem_id="sl-editor",
        )
        with gr.Row(elem_classes="sl-buttons"):
            self.upload = gr.UploadButton(
                "Upload", scale=1, min_width=96, elem_id="sl-upload", size="md"
            )
            self.source_prompt = gr.Textbox(
                EXAMPLES[3],
                show_label=False,
                lines=1,
                max_lines=1,
                container=False,
                scale=3,
                elem_id="sl-source-prompt",
            )
            self.draw_one = gr.Button("Draw me one", scale=1, min_width=120, elem_id="sl-draw-one")
        self.place = gr.HTML("", visible=False, elem_id="sl-draw-one-place")
        self.crop = gr.HTML("", elem_id="sl-crop")
        self.seen = gr.Radio(
            [(words, seen.value) for seen, words in _SEEN.items()],
            value=CropChoice.MOST.value,
            label="What the model sees",
            elem_id="sl-seen",
        )

    def _build_prompt(self) -> None:
        self.prompt = gr.Textbox(
            WISH,
            label="What should be there",
            lines=1,
            max_lines=5,
            elem_id="sl-repaint-prompt",
        )
        with gr.Row(elem_classes="sl-buttons"):
            self.go = gr.Button(
                "Repaint", variant="primary", scale=3, min_width=80, elem_id="sl-repaint"
            )
            self.stop = gr.Button(
                "Stop", interactive=False, scale=1, min_width=80, elem_id="sl-repaint-stop"
            )
        self._count = gr.Slider(1, 16, 6, step=1, label="Seeds to try", elem_id="sl-repaint-count")

    def _build_check(self) -> None:
        self.level = gr.Radio(
            [(words, level.value) for level, words in _LEVELS.items()],
            value=Level.NORMAL.value,
            label="What counts as text",
            info="In the pictures that are drawn next",
            elem_id="sl-level",
        )
        self.limit = gr.Slider(
            1, MOST_RETRIES, RETRIES, step=1, label="Retries at most", elem_id="sl-limit"
        )
        self.alone = gr.Checkbox(
            value=False,
            label="Retry by itself when text is found",
            container=False,
            elem_id="sl-alone",
        )

    def _build_more(self, settings: Plan) -> None:
        with gr.Accordion("More", open=False):
            self._seeds = gr.Textbox(
                "",
                label="These seeds",
                placeholder="any",
                info="Numbers such as 4, 8, 15; leave empty to throw dice",
                lines=1,
                elem_id="sl-repaint-seeds",
            )
            self._strength = gr.Slider(
                0.05, 1, 1, step=0.05, label="How much is forgotten", elem_id="sl-strength"
            )
            self._softness = gr.Slider(
                0,
                5,
                Framing.softness,
                step=0.5,
                label="Soft edge",
                info="In percent of what the model paints; 0 is a hard edge",
                elem_id="sl-softness",
            )
            self._surroundings = gr.Slider(
                0,
                2,
                Framing.surroundings,
                step=0.25,
                label="Surroundings, around the brush",
                info="1 shows the model as much again on each side",
                elem_id="sl-surroundings",
            )
            self._steps = gr.Slider(
                1, 60, settings.steps, step=1, label="Steps", elem_id="sl-repaint-steps"
            )
            self._guidance = gr.Slider(0, 15, settings.guidance, step=0.5, label="Guidance")
            self._sampler = gr.Dropdown(
                sampler_choices(),
                value=settings.name.key,
                label="Sampler",
            )
