"""Opening a model for a command, saying what of it was guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arguments import say_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from ..engine.models import Model
    from .console import Console


def open_said(
    model: str,
    console: Console,
    *,
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    announce: bool = True,
) -> Model:
    """Open a model as :func:`~..engine.models.open_model` does, and note what was guessed.

    Raises:
        ModelError: nothing usable is there; the message says why.
        InputError: this machine has no such device.
    """
    from ..engine.models import open_model

    if announce:
        console.note(f"opening {model}")
    with console.activity(f"opening {model}"):
        opened = open_model(model, device=device, dtype=dtype)
    say_notes(console, opened.notes)
    return opened


def say_cut_prompts(console: Console, model: Model, prompts: Sequence[str]) -> None:
    """Note which prompts are longer than the model reads, with the words that are cut off."""
    from ..engine.watching import cut_notes

    notes = cut_notes(model, {f"prompt {n}": text for n, text in enumerate(prompts, 1)})
    say_notes(console, notes[:_MOST_NOTES])
    if len(notes) > _MOST_NOTES:
        console.note(f"note: {len(notes)} of {len(prompts)} prompts are cut, these and others")


_MOST_NOTES = 5
