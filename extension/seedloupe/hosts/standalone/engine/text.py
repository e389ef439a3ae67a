"""Prompts as the U-Net reads them, one form for Stable Diffusion 1, 2 and XL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .checkpoint import Family

if TYPE_CHECKING:
    from torch import Tensor

    from .models import Model


@dataclass(frozen=True, eq=False)
class Conditioning:
    """What the U-Net attends to.

    Attributes:
        guided: whether every batch holds the unconditional rows first, then the prompted ones.
        tokens: ``(B, T, D)``, or ``(2 B, T, D)`` when guided.
        pooled: ``(B or 2 B, D)`` for XL, else None.
    """

    guided: bool
    tokens: Tensor
    pooled: Tensor | None = None

    def repeated(self, count: int) -> Conditioning:
        """Return the same for ``count`` pictures of each prompt, neighbours side by side."""
        pooled = None if self.pooled is None else self.pooled.repeat_interleave(count, 0)
        return Conditioning(self.guided, self.tokens.repeat_interleave(count, 0), pooled)

    @classmethod
    def of(cls, texts: Sequence[Conditioning]) -> Conditioning:
        """Return those of single prompts as that of a batch, in their order."""
        first = texts[0]
        pooled = [text.pooled for text in texts if text.pooled is not None]
        return cls(
            first.guided,
            _stacked([text.tokens for text in texts]),
            _stacked(pooled) if pooled else None,
        )

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        parts = [self.tokens] if self.pooled is None else [self.tokens, self.pooled]
        return sum(part.numel() * part.element_size() for part in parts)


def _stacked(parts: Sequence[Tensor]) -> Tensor:
    """One row each, or two with the unconditional one first, to all of these before all others."""
    import torch

    return torch.stack(list(parts), 1).flatten(0, 1)


def encode_text(
    model: Model, prompts: Sequence[str], *, negative: str, guided: bool
) -> Conditioning:
    """Run the text encoder on ``prompts``; one ``negative`` serves them all.

    XL models get diffusers' default for an empty negative, which is zeros.
    """
    import torch

    from .loading import quiet_libraries

    given: str | list[str] | None = [negative] * len(prompts)
    if model.family is Family.SDXL and not negative:
        given = None
    with torch.no_grad(), quiet_libraries():  # a prompt that is cut is noted by whoever runs it
        out = model.pipe.encode_prompt(
            prompt=list(prompts),
            device=model.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=guided,
            negative_prompt=given if guided else None,
        )
    tokens, unconditional = out[:2]
    pooled, unconditional_pooled = out[2:] if len(out) == 4 else (None, None)
    if getattr(model.unet, "reads_pooled", False):
        whole = pooled_caption(model)
        pooled = torch.stack([whole(prompt) for prompt in prompts]).to(tokens)
        unconditional_pooled = whole(negative).to(tokens).expand_as(pooled)
    if guided:
        tokens = torch.cat([unconditional, tokens])
        pooled = None if pooled is None else torch.cat([unconditional_pooled, pooled])
    return Conditioning(guided, tokens, pooled)


def pooled_caption(model: Model) -> Callable[[str], Tensor]:
    """Return what turns a prompt into the text encoder's pooled output ``(D,)``."""
    import torch

    @torch.no_grad()
    def pooled(prompt: str) -> Tensor:
        tokenizer = model.pipe.tokenizer
        ids = tokenizer(
            prompt,
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        output = model.pipe.text_encoder(ids.to(model.device))
        return output.pooler_output[0].float().cpu()

    return pooled
