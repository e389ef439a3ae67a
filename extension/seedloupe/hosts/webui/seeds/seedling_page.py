"""Adding Seedling so that the next press of Generate draws with it."""

from __future__ import annotations

from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from ....errors import SeedloupeError
from ..demo_model import add_seedling, seedling_in
from .controls import OF_THE_MODEL

_PROMPT = "a red mushroom on snow under a night sky"
_SIZE = 128
_USUAL = (_SIZE, _SIZE, "DPM++ 2M", "Uniform", 8, 4.0)
"""What Seedling's own table was made with: width, height, sampler, schedule, steps, guidance."""


def lacks_seedling() -> bool:
    """Tell whether Seedling could be added; Forge knows no checkpoints as small."""
    return find_spec("modules_forge") is None and not seedling_in(_checkpoints()).exists()


def add_seedling_to_page(prompt: str) -> list[Any]:
    """Add Seedling, load it, and set the page up for it.

    Args:
        prompt: the page's; one that is there stays.

    Returns:
        Updates of the answer, the prompt, our table's dropdown, then width, height, sampler,
        schedule, steps and guidance.
    """
    from modules import sd_models

    try:
        added = add_seedling(_checkpoints())
    except SeedloupeError as error:
        return [escape(str(error)), *[gr.update()] * 8]
    sd_models.list_models()
    title = _load(added)
    told = (
        f"{added.name} was added and is loaded: press Generate."
        if title
        else f"{added.name} was added. Refresh the list of checkpoints, choose it, then Generate."
    )
    answer = (
        f'<span class="seedloupe-added" data-checkpoint="{escape(title)}">{escape(told)}</span>'
    )
    words = gr.update() if prompt.strip() else gr.update(value=_PROMPT)
    page = [gr.update(value=value) for value in _USUAL]
    return [answer, words, gr.update(value=OF_THE_MODEL), *page]


def _load(added: Path) -> str:
    """Choose the checkpoint, as the web UI's own dropdown does; it loads at once.

    Returns:
        Its title there, empty where the web UI does not list it.
    """
    from modules import sd_models, shared

    found = [
        known
        for known in sd_models.checkpoints_list.values()
        if Path(known.filename).resolve() == added.resolve()
    ]
    if not found:
        return ""
    shared.opts.set("sd_model_checkpoint", found[0].title)
    shared.opts.save(shared.config_filename)
    return str(found[0].title)  # by now with its hash


def _checkpoints() -> Path:
    from modules import sd_models

    return Path(sd_models.model_path)
