"""``seedloupe lens layers --panel``: which layers a panel shows, and why."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .....lens import PanelChoice
    from ..console import Console

_WIDTH = 96


def run(args: argparse.Namespace, console: Console) -> int:
    """Say for each layer of a panel whose finding it follows."""
    from .....errors import InputError
    from .....lens import ENCODER_OR_DECODER, layer_words
    from .....lens.layer_panel import chosen_layers
    from ..opening import open_said

    if args.patterns:
        got = ", ".join(args.patterns)
        raise InputError("panel", expected="--panel alone, without names of layers", got=got)
    model = open_said(args.model, console, device=args.device, announce=False)
    chosen = chosen_layers(model.unet, (args.panel,))
    if not chosen:
        expected = "auto, published or a NAME.panel.json"
        raise InputError("panel", expected=expected, got=repr(args.panel))
    panel = [
        {
            "layer": choice.layer,
            "words": list(layer_words(choice.layer)),
            "paper": choice.paper,
            "task": choice.task,
            "figure": choice.figure,
            "inferred": choice.inferred,
        }
        for choice in chosen
    ]
    document = {"model": model.name, "panel": panel, "disagreement": ENCODER_OR_DECODER}
    console.result(document, _lines(chosen, usual=args.panel == "auto"))
    return 0


def _lines(chosen: Sequence[PanelChoice], *, usual: bool) -> list[str]:
    from .....lens import ENCODER_OR_DECODER, layer_words

    lines: list[str] = []
    for choice in chosen:
        lines.append(f"{choice.layer}  ({', '.join(layer_words(choice.layer))})")
        lines.append(f"  source   {choice.paper}")
        lines += _folded("  measured ", f"{choice.task}. {choice.figure}")
        lines.append(f"  here     {_INFERRED if choice.inferred else _MEASURED}")
    return [*lines, "", *_folded("", ENCODER_OR_DECODER)] if usual else lines


def _folded(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )


_INFERRED = "an inference of ours: the source tapped another place or another U-Net"
_MEASURED = "the layer that was measured, in a U-Net of this shape"
