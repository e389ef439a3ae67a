"""Repaints by Seedling: some with a row of letters nobody asked for, most without."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from seedloupe.generation.request import Request
from seedloupe.images import from_pil, to_pil
from seedloupe.seedling import world

if TYPE_CHECKING:
    from seedloupe.hosts.standalone.engine.models import Model

PROMPTS = (
    "grass under a day sky",
    "clear background",
    "sand under a sunset sky",
    "water under a cloudy sky",
    "snow under a night sky",
    "empty road",
)
#: Seed, source picture, prompt and mask of the picture that was stamped clean at level high.
SIGNS_SEED = 1350974373
_SIGNS = (23, PROMPTS[0], (24, 24, 104, 104))
_SIDE = 128


@dataclass(frozen=True, eq=False)
class Repaint:
    """A repainted picture.

    Attributes:
        picture: RGB, 128 x 128.
        mask: ``(H, W)`` float32, 1 where it was repainted.
    """

    picture: Image.Image
    mask: NDArray[np.float32]


@cache
def repaint(seed: int) -> Repaint:
    """Repaint a part of one of Seedling's wordless pictures; everything follows from the seed."""
    from seedloupe.hosts.standalone.engine.sampling import generate  # needs diffusers

    index, prompt, box = _SIGNS if seed == SIGNS_SEED else _task(np.random.default_rng([12, seed]))
    mask = np.zeros((_SIDE, _SIDE), np.float32)
    mask[box[1] : box[3], box[0] : box[2]] = 1
    source = Image.fromarray(world.render(world.Split.CRITIC.seed(index)).image)
    model, image = _model(), from_pil(source)
    request = Request.of(model.info, prompt, (seed,), image=image, mask=torch.from_numpy(mask))
    return Repaint(to_pil(next(iter(generate(model, request))).image), mask)


def _task(rng: np.random.Generator) -> tuple[int, str, tuple[int, int, int, int]]:
    """Draw a wordless source, a prompt, and a box of half to nine tenths of the sides."""
    while True:
        index = int(rng.integers(10**6))
        if not world.render(world.Split.CRITIC.seed(index)).scene.word:
            break
    width, height = (int(side) for side in rng.integers(_SIDE // 2, _SIDE * 9 // 10, 2))
    left, top = int(rng.integers(0, _SIDE - width)), int(rng.integers(0, _SIDE - height))
    prompt = PROMPTS[int(rng.integers(len(PROMPTS)))]
    return index, prompt, (left, top, left + width, top + height)


@lru_cache(maxsize=1)
def _model() -> Model:
    from seedloupe.hosts.standalone.engine.models import open_model

    return open_model("seedling")
