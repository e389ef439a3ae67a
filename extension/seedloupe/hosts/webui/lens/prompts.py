"""The words of a batch's prompts, as the web UI cuts them for its text encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....lens import WordWatch
from ....lens.tokens import PromptTokens
from ....lens.words.clip_words import chunk_tokens
from .unet import LoadedModel


@dataclass(frozen=True, eq=False)
class BatchPrompts:
    """The prompts of one sampling.

    Args:
        prompts: of each picture, without the tags of extra networks.
        negatives: likewise.
        cond: what the web UI made of the first; an object of its ``prompt_parser``.
        uncond: what it made of the second; None where it computes none.
        steps: of the sampling, by which prompts with ``[a:b:0.5]`` change.
    """

    prompts: Sequence[str]
    negatives: Sequence[str]
    cond: Any
    uncond: Any
    steps: int


def watch_of_words(batch: BatchPrompts, model: LoadedModel) -> tuple[WordWatch | None, str]:
    """Return a watch of the words, or None and why there is none.

    Words are those of the first part of a prompt with ``AND``.
    """
    if len(set(batch.prompts)) > 1 or len(set(batch.negatives)) > 1:
        return None, "words are not watched: the pictures of this batch have different prompts"
    engine = _text_engine(model)
    if engine is None:
        return None, "words are not watched: the lens does not know this model's text encoder"
    texts = [_first_part(batch.prompts[0]), batch.negatives[0]]
    if any(_changes(text, batch.steps) for text in texts):
        return None, "words are not watched: [a:b:0.5] exchanges them while the picture forms"
    lengths = _lengths(batch, model)
    prompt, negative = (
        _tokens(engine, text).fitted(length) if length else None
        for text, length in zip(texts, lengths, strict=True)
    )
    if prompt is None or not prompt.words:
        return None, ""
    return WordWatch(prompt, negative), ""


def _tokens(engine: Any, text: str) -> PromptTokens:
    (chunks,), _ = engine.process_texts([text])
    ids = []
    for chunk in chunks:
        numbers: list[int | None] = list(chunk.tokens)
        for fix in chunk.fixes:  # vectors of a textual inversion stand in the place of tokens
            vectors = int(getattr(fix.embedding, "vectors", 1))
            for place in range(fix.offset + 1, min(fix.offset + 1 + vectors, len(numbers))):
                numbers[place] = None
        ids.append(numbers)
    return chunk_tokens(engine.tokenizer, ids)


def _text_engine(model: LoadedModel) -> Any:
    """Return what cuts prompts into chunks: in Forge an engine, in A1111 the encoder's wrapper."""
    whole = model.model
    candidates = [
        getattr(whole, "text_processing_engine", None),
        getattr(whole, "text_processing_engine_l", None),
        *(getattr(getattr(whole, "conditioner", None), "embedders", None) or ()),
        getattr(whole, "cond_stage_model", None),
    ]
    fits = (one for one in candidates if hasattr(one, "process_texts") and _names_tokens(one))
    return next(fits, None)


def _names_tokens(engine: Any) -> bool:
    return hasattr(getattr(engine, "tokenizer", None), "convert_ids_to_tokens")


def _first_part(prompt: str) -> str:
    from modules import prompt_parser

    return str(prompt_parser.get_multicond_prompt_list([prompt])[1][0])


def _changes(text: str, steps: int) -> bool:
    from modules import prompt_parser

    schedules = prompt_parser.get_learned_conditioning_prompt_schedules([text], steps)
    return len(schedules[0]) > 1


def _lengths(batch: BatchPrompts, model: LoadedModel) -> tuple[int, int]:
    """Return how many columns each prompt has when the U-Net reads it; 0 where there is none.

    A1111 fills the shorter one up, or cuts the negative one, where its settings say so.
    """
    from modules import shared

    parts = [part.schedules for parts in batch.cond.batch for part in parts]
    cond = max(map(_columns, parts))
    uncond = max(map(_columns, batch.uncond)) if batch.uncond else 0
    if not uncond or model.forge:
        return cond, uncond
    if getattr(shared.opts, "pad_cond_uncond_v0", False):
        return cond, cond
    if getattr(shared.opts, "pad_cond_uncond", False):
        return max(cond, uncond), max(cond, uncond)
    return cond, uncond


def _columns(schedules: Sequence[Any]) -> int:
    conds = [one.cond for one in schedules]
    return max(len(one["crossattn"] if isinstance(one, dict) else one) for one in conds)
