"""The words of a prompt, as ComfyUI's CLIP cuts it."""

from __future__ import annotations

from typing import Any

from ....errors import InputError
from ....lens.tokens import PromptTokens
from ....lens.words.clip_words import chunk_tokens

__all__ = ["clip_prompt_tokens"]


def clip_prompt_tokens(clip: Any, text: str) -> PromptTokens:
    """Cut a prompt as CLIP does, with weights, embeddings and chunks of 77.

    XL models read it with two encoders side by side in the same columns.

    Raises:
        InputError: the text encoder cuts no words, such as T5 alone.
    """
    tokenizer = getattr(clip.tokenizer, "clip_l", None) or getattr(clip.tokenizer, "clip_g", None)
    chunks = clip.tokenize(text)
    chosen = chunks.get("l") or chunks.get("g")
    if tokenizer is None or not chosen:
        raise InputError(
            "clip",
            expected="a CLIP text encoder",
            got=type(clip.tokenizer).__name__,
            advice="Leave clip unwired; layers are shown without words.",
        )
    ids = [[token if isinstance(token, int) else None for token, *_ in one] for one in chosen]
    return chunk_tokens(tokenizer.tokenizer, ids)
