"""What all our nodes' descriptions have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from comfy_api.latest import io

__all__ = [
    "ANYTHING",
    "BY_HAND",
    "CATEGORY",
    "LARGEST_SEED",
    "LARGEST_SIDE",
    "LIKED",
    "REPORT_KEY",
    "USUAL",
    "node_schema",
    "side_inputs",
]

CATEGORY = "seedloupe"
LARGEST_SIDE = 16384
"""The longest side of a picture the host's own nodes take, in pixels."""
LARGEST_SEED = 2**53 - 1
"""The largest whole number that a page's JavaScript keeps exactly."""
USUAL, ANYTHING = "usual", "any"
"""What a widget of Pick Seeds says where nothing in particular is wanted."""
BY_HAND = "by hand"
"""The rule of somebody who chose the seeds: on the map, or by writing them."""
LIKED = "liked"
"""The rule that takes seeds whose pictures had thumbs up."""
REPORT_KEY = "seedloupe_report"
"""Under which name of a node's ``ui`` the page finds what to write on the node."""


def node_schema(
    node_id: str,
    *,
    name: str,
    description: str,
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] = (),
    aliases: Sequence[str] = (),
    **more: Any,
) -> io.Schema:
    """Describe a node; what the host's schema does not know of is left out.

    Args:
        node_id: begins with ``Seedloupe``.
        name: as the menu has it.
        description: one or two sentences.
        inputs: as the host describes them.
        outputs: likewise; each with a ``display_name``.
        aliases: what else people may search for.
        more: other fields of the host's schema.
    """
    known = {one.name for one in fields(io.Schema)}
    said = {
        "node_id": node_id,
        "display_name": name,
        "category": CATEGORY,
        "description": description,
        "inputs": list(inputs),
        "outputs": list(outputs),
        "search_aliases": list(aliases),
        **more,
    }
    return io.Schema(**{key: value for key, value in said.items() if key in known})


def side_inputs(default: int = 512) -> tuple[Any, Any]:
    """Return width and height in pixels; the noise of a seed is another for every size."""
    tooltip = "The same as in Empty Latent Image: a seed's noise depends on the picture's size."
    limits = {"default": default, "min": 16, "max": LARGEST_SIDE, "step": 8, "tooltip": tooltip}
    return io.Int.Input("width", **limits), io.Int.Input("height", **limits)
