"""Turning what the lens saw of one picture into a lens file's record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...lens import FeatureMap
    from ...lens.record import LensRecord
    from .models import Model
    from .request import Request


def panel_of(model: Model, words: Sequence[str]) -> tuple[str, ...]:
    """Return layer names; the single word ``auto`` stands for the panel made for the model.

    Raises:
        LayerNotFoundError: a name fits no layer.
        ModelError: the U-Net has no known shape.
    """
    from ...lens import default_panel, find_layers

    if tuple(words) == ("auto",):
        return default_panel(model.unet)
    return tuple(layer.name for layer in find_layers(model.unet, words))


def record(model: Model, request: Request, seed: int, features: Sequence[FeatureMap]) -> LensRecord:
    """Reduce one picture's features to colours and say what they come from.

    Raises:
        InputError: or one of its kinds: the features cannot be reduced.
    """
    from ...lens.record import LensRecord, LensSpec

    levels = {feature.step: feature.sigma or 0.0 for feature in features}
    spec = LensSpec(
        model=model.name,
        sampler=request.sampler.value,
        model_sha256=model.sha256,
        prompt=request.prompt,
        tokens=_tokens(model, request.prompt),
        negative=request.negative,
        sigmas=tuple(levels[step] for step in sorted(levels)),
        seeds=(str(seed),),
        rows="conditional" if request.plan.guided else "all",
    )
    return LensRecord.of_features(spec, features)


def _tokens(model: Model, prompt: str) -> tuple[str, ...]:
    tokenizer = model.pipe.tokenizer
    numbers = tokenizer(prompt, truncation=True).input_ids
    return tuple(tokenizer.convert_ids_to_tokens(numbers))
