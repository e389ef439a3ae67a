"""What each kind of node does, as far as noise asks for it. A kind that is not here is not known.

Every node in these tables stands there for a reason: it is the program's own and does what its rule
says, or it is in a list of harmless nodes that gives its reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..evaluation import Rule
from . import (
    empty_latents,
    harmless_others,
    latent_batches,
    latents,
    models,
    numbers,
    packs,
    picture_batches,
    pixels,
    samplers,
    schedules,
    switches,
)

RULES: Mapping[str, Rule] = {
    **numbers.RULES,
    **switches.RULES,
    **models.RULES,
    **schedules.RULES,
    **samplers.RULES,
    **empty_latents.RULES,
    **latent_batches.RULES,
    **latents.RULES,
    **picture_batches.RULES,
    **pixels.RULES,
    **packs.RULES,
    **harmless_others.RULES,
}
"""Every known kind of node."""

WHOLE_LISTS = latent_batches.WHOLE_LISTS | picture_batches.WHOLE_LISTS | {"CreateList"}
"""Kinds that take a list as a whole instead of running for each of its items."""
