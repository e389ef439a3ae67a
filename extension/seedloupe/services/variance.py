"""What the variance meter needs from any host: prompts, seeds, scorers, and one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..generation.model_info import Family, ModelInfo
from ..generation.request import Request
from ..noise import canonical_seed

if TYPE_CHECKING:
    from ..mining import Generator
    from ..mining.scorers import Scorer
    from ..mining.variance import VarianceReport

#: Seeds and prompts where nobody says: 96 pictures.
SEEDS, PROMPTS = 12, 8

#: Prompts for models that come without: unlike each other in what, where and how.
USUAL_PROMPTS = (
    "a portrait photograph of an old fisherman",
    "a red bicycle leaning against a white wall",
    "a bowl of fruit on a wooden table, oil painting",
    "a mountain lake at sunrise",
    "a black cat asleep on a sofa",
    "a busy street in the rain at night",
    "a watercolour of a small house in a field",
    "a close-up of a butterfly on a purple flower",
    "an astronaut walking in a desert",
    "a plate of pancakes with syrup",
    "an old sailing ship in a storm",
    "a pencil drawing of a sitting dog",
)


def variance_prompts(
    model: ModelInfo, given: tuple[str, ...] | None, count: int = PROMPTS
) -> tuple[str, ...]:
    """Return the prompts to measure with: those given, the model's own, or a usual dozen.

    Args:
        model: whose pictures are measured.
        given: prompts somebody named; the first ``count`` are taken.
        count: how many.
    """
    if given is not None:
        return given[:count]
    if model.family is Family.SEEDLING:
        from ..seedling.prompts import MINING, prompts

        return tuple(prompts(count, MINING))
    return USUAL_PROMPTS[:count]


def measure_variance(
    request: Request,
    prompts: Sequence[str],
    generator: Generator,
    scorers: Mapping[str, Scorer],
    *,
    batch: int = 16,
    tell: Callable[[int], object] = lambda done: None,
    say: Callable[[str], object] = lambda line: None,
) -> VarianceReport:
    """Make a picture of each seed and prompt, and part the variance in every space.

    Args:
        request: model, seeds, noise and size; its prompt is not used.
        prompts: different ones, three or more.
        generator: makes pictures.
        scorers: measure them.
        batch: pictures at once.
        tell: is told how many pictures have been measured.
        say: is told a line when a scorer is lost or memory ran out.

    Raises:
        InputError: there are too few seeds or prompts, or a noise nobody can draw.
    """
    import numpy as np

    from ..errors import InputError
    from ..mining.scorers import ScorerPanel
    from ..mining.variance import conclude_variance, measure_grid
    from ..mining.variance.components import FEWEST

    seeds = tuple(sorted({canonical_seed(seed, request.noise) for seed in request.seeds}))
    for field, count in (("seeds", len(seeds)), ("prompts", len(set(prompts)))):
        if count < FEWEST:
            raise InputError(field, expected=f"{FEWEST} different ones or more", got=f"{count}")
    grid = measure_grid(
        seeds,
        tuple(dict.fromkeys(prompts)),
        generator,
        ScorerPanel(scorers, tell=say),
        shape=request.shape,
        noise=request.noise,
        batch=batch,
        tell=tell,
        say=say,
    )
    return conclude_variance(grid, np.random.default_rng(0))
