"""The picture without text that nobody asked for; other seeds are drawn until there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from comfy_api.latest import io
from server import PromptServer

from ....artifacts.overlay import draw_overlay
from ....artifacts.picture_set import PictureSet
from ....artifacts.retry import MOST_RETRIES
from ..readers import reader_advice
from ..retrying import Tries, begin_tries, draw_again
from ..schema import LARGEST_SEED, REPORT_KEY, node_schema
from ..text_check import CheckInputs
from .check_text import repaint_inputs

__all__ = ["NODES", "SeedloupeRetry"]

_TRIES = "tries"
_KNOWN = ("mask", "before", "prompt", "negative", "level", "reader", "model")


class SeedloupeRetry(io.ComfyNode):
    """The best of several pictures; where all have text, more are drawn with other seeds."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return node_schema(
            "SeedloupeRetry",
            name="Retry on Text",
            description="Keeps the picture without text that nobody asked for. Where all have "
            "some, it draws again: whatever hangs on the seeds runs once more with another seed.",
            aliases=("retry", "inpaint retry", "best of", "text artifacts", "loop"),
            is_input_list=True,
            enable_expand=True,
            is_output_node=True,
            hidden=[io.Hidden.unique_id, io.Hidden.dynprompt],
            inputs=_inputs(),
            outputs=_outputs(),
        )

    @classmethod
    def execute(
        cls,
        images: Sequence[Any],
        seeds: Sequence[int],
        retries: Sequence[int],
        tries: Sequence[Tries] = (),
        more_seeds: Sequence[int] = (),
        **known: Sequence[Any],
    ) -> io.NodeOutput:
        """Look the pictures over, and draw again or choose."""
        repaint = CheckInputs(**{name: given[0] for name, given in known.items() if name in _KNOWN})
        node_of = cls.hidden.dynprompt.get_node
        if tries:
            now = tries[0].add(images[0], repaint)
        else:
            now = begin_tries(
                images,
                seeds,
                repaint,
                more=more_seeds,
                limit=retries[0],
                images=node_of(cls.hidden.unique_id)["inputs"]["images"],
            )
        again = draw_again(now, node_of, cls.hidden.unique_id, state=_TRIES)
        if again is None:
            return _chosen(now, repaint)
        graph, last = again
        # No ui here: the host would show it again in place of what comes of it.
        PromptServer.instance.send_progress_text(now.retry.progress, _shown_at(cls.hidden))
        links = [[last, place] for place in range(len(_outputs()))]
        return io.NodeOutput(*links, expand=graph)


def _shown_at(hidden: Any) -> str:
    """The node of the page; the copies are none."""
    return str(hidden.dynprompt.get_display_node_id(hidden.unique_id))


def _chosen(tries: Tries, repaint: CheckInputs) -> io.NodeOutput:
    kept = tries.retry.attempts[tries.retry.best]
    found = PictureSet(tuple(one.report for one in tries.retry.attempts))
    parts = (_story(tries), found.read_by, tries.problem, reader_advice())
    report = "\n".join(filter(None, parts))
    picture = kept.picture[0, ..., :3].movedim(-1, 0).float().clamp(0, 1)
    mask = None if repaint.mask is None else repaint.mask[0]
    overlay = draw_overlay(picture, kept.report, mask).movedim(0, -1)[None]
    return io.NodeOutput(
        kept.picture,
        kept.seed,
        tries.retry.explanation,
        overlay,
        torch.cat([attempt.picture for attempt in tries.retry.attempts]),
        report,
        ui={REPORT_KEY: [report]},
    )


def _story(tries: Tries) -> str:
    over = "" if tries.retry.upcoming is None else _NOT_DEPENDING
    lines = [f"Seed {one.seed}: {one.report.message}" for one in tries.retry.attempts]
    return "\n".join(filter(None, (tries.retry.explanation, over, *lines)))


_NOT_DEPENDING = (
    "Nothing was drawn again: the pictures do not depend on what is wired to seeds. Wire one list "
    "of seeds to the sampler's seed and to this node."
)


def _inputs() -> list[Any]:
    seeds = {"force_input": True, "min": 0, "max": LARGEST_SEED}
    return [
        io.Image.Input("images", tooltip="The pictures, one for each seed."),
        io.Int.Input(
            "seeds", **seeds, tooltip="The seeds they were drawn from: the list the sampler has."
        ),
        io.Int.Input(
            "retries",
            default=4,
            min=0,
            max=MOST_RETRIES,
            tooltip="How often at most to draw again; 0 only chooses among what came in.",
        ),
        *repaint_inputs(),
        io.Int.Input(
            "more_seeds",
            optional=True,
            **seeds,
            tooltip="Seeds to try first, such as those a table found clean; then come seeds that "
            "never wrote, then dice.",
        ),
        io.Custom("SEEDLOUPE_TRIES").Input(
            _TRIES,
            display_name="(internal)",  # the page hides no input without a widget
            optional=True,
            tooltip="Used by the node itself while it draws again; nothing is to be wired here.",
        ),
    ]


def _outputs() -> list[Any]:
    return [
        io.Image.Output("image", display_name="image", tooltip="The picture to keep."),
        io.Int.Output("seed", display_name="seed", tooltip="What it was drawn from."),
        io.String.Output(
            "verdict", display_name="verdict", tooltip="Which was kept, and why, in one line."
        ),
        io.Image.Output(
            "overlay", display_name="overlay", tooltip="The kept picture with what was found in it."
        ),
        io.Image.Output(
            "tried",
            display_name="tried",
            # A batch and no list: the host takes only the first of a list through an expansion.
            tooltip="Every picture that was looked at, in order, as a batch.",
        ),
        io.String.Output("report", display_name="report", tooltip="A line for every picture."),
    ]


NODES = (SeedloupeRetry,)
