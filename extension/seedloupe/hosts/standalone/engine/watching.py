"""What the lens must know of a pipeline to watch a run: its tokens, noise levels and sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ....errors import InputError
from ....generation.model_info import latent_cells
from ....lens.levels import NoiseLevels
from ....lens.run_record import budgeted
from ....lens.run_watch import RunWatch, empty_word_maps
from ....lens.shapes import predict_shapes
from ....lens.words.clip_words import prompt_tokens, token_names, words_beyond

if TYPE_CHECKING:
    from ....generation.request import Request
    from ....lens import FeatureSink, PromptTokens, WordsSeen
    from ....lens.budget import Budgeted
    from .models import Model


def run_watch(
    model: Model,
    request: Request,
    panel: Sequence[str],
    *,
    words: bool,
    sinks: Sequence[FeatureSink],
) -> RunWatch:
    """Return what watches a run of ``request``, as :class:`~...lens.run_watch.RunWatch` does.

    Raises:
        LayerNotFoundError: a name fits no layer, or there is no attention to words.
    """
    return RunWatch(
        model.unet,
        panel,
        guided=request.plan.guided,
        levels=levels_of(model) if panel or words else None,
        words=word_maps_of(model, request) if words else None,
        sinks=sinks,
    )


def levels_of(model: Model) -> NoiseLevels | None:
    """Return the noise levels the model was trained at, or None if its schedule has no such."""
    products = getattr(model.pipe.scheduler, "alphas_cumprod", None)
    try:
        return None if products is None else NoiseLevels.of_alphas(products)
    except InputError:
        return None


def tokens_of(model: Model, prompt: str) -> PromptTokens:
    """Return a prompt's tokens as the pipeline sends them."""
    from .loading import quiet_libraries

    tokenizer = model.pipe.tokenizer
    convert = getattr(model.pipe, "maybe_convert_prompt", None)
    with quiet_libraries():  # a prompt that is too long is said by whoever runs it
        return prompt_tokens(tokenizer, convert(prompt, tokenizer) if convert else prompt)


def cut_notes(model: Model, prompts: Mapping[str, str]) -> tuple[str, ...]:
    """Say of each prompt that is longer than the model reads which of its words are cut off.

    Args:
        model: whose tokenizer cuts.
        prompts: by what they are called.
    """
    said = ((what, words_beyond(tokens_of(model, text))) for what, text in prompts.items())
    return tuple(f"{what} is {cut}" for what, cut in said if cut)


def request_cut_notes(model: Model, request: Request) -> tuple[str, ...]:
    """Say of the prompts of ``request`` which words are cut off, of those that are read at all."""
    negative = {"the negative prompt": request.negative} if request.plan.guided else {}
    return cut_notes(model, {"the prompt": request.prompt, **negative})


def token_names_of(model: Model, prompt: str) -> tuple[str, ...]:
    """Return a prompt's tokens by name, without padding."""
    return token_names(model.pipe.tokenizer, prompt)


def word_maps_of(model: Model, request: Request) -> WordsSeen | None:
    """Return the empty word maps of a run; None where neither prompt has any words."""
    negative = tokens_of(model, request.negative) if request.plan.guided else None
    return empty_word_maps(tokens_of(model, request.prompt), negative)


def recording_budget(
    model: Model, request: Request, layers: Sequence[str], *, budget: int, words: bool = False
) -> Budgeted:
    """Cut what is to be recorded of one picture of ``request`` until it fits ``budget`` bytes.

    Raises:
        ModelError: the U-Net has no known shape.
    """
    return budgeted(
        model.unet,
        request.shape[1:],
        layers,
        text_length=model.pipe.tokenizer.model_max_length,
        steps=request.plan.calls,
        budget=budget,
        words=word_maps_of(model, request) if words else None,
    )


def layer_shapes(
    model: Model, layers: Sequence[str], width: int, height: int
) -> dict[str, tuple[int, int, int]]:
    """Return ``(C, H, W)`` of each layer, for pictures of ``width`` by ``height`` pixels.

    Nothing is run: the shapes follow from the modules.

    Raises:
        ShapeError: no picture can have that size.
    """
    rows, columns = latent_cells(width, height, model.cell)
    words = model.pipe.tokenizer.model_max_length
    shapes = predict_shapes(model.unet, layers, height=rows, width=columns, words=words)
    return {name: (shape.channels, shape.height, shape.width) for name, shape in shapes.items()}
