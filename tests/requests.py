"""Requests by keyword, for tests that care for one setting at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from seedloupe.generation.model_info import Family, ModelInfo
from seedloupe.generation.request import Request
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.engine.sampling import Generated
from seedloupe.images import to_pil

#: Facts of a model nobody opens.
INFO = ModelInfo("tiny", Family.SD1, 8, 4, 4, (32, 32), "epsilon", "ab" * 32)


def request_of(
    model: ModelInfo,
    prompt: str,
    seeds: tuple[int, ...],
    *,
    steps: int = 20,
    guidance: float = 4.0,
    sampler: Sampler = Sampler.EULER,
    plan: Plan | None = None,
    **rest: Any,
) -> Request:
    chosen = Plan(sampler, steps, guidance) if plan is None else plan
    return Request.of(model, prompt, seeds, plan=chosen, **rest)


def pixels(picture: Generated) -> np.ndarray:
    """What a file of the picture holds, ``(H, W, 3)`` in bytes."""
    return np.asarray(to_pil(picture.image))
