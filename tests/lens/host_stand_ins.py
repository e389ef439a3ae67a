"""How hosts cut one evaluation of the denoiser into calls of the U-Net, as their sources do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

#: Receives what one call of the U-Net is given: latents ``(B, C, H, W)`` and words ``(B, T, D)``.
Unet = Callable[[Tensor, Tensor], object]


def webui_step(
    unet: Unet,
    latents: Tensor,
    conds: Sequence[Sequence[tuple[int, float]]],
    prompted: Tensor,
    unprompted: Tensor,
    *,
    batched: bool = True,
    skip_uncond: bool = False,
    edit: bool = False,
) -> None:
    """One denoiser step of A1111 1.10.1 (modules/sd_samplers_cfg_denoiser.py)."""
    images = len(conds)
    rows = [latents[i] for i, parts in enumerate(conds) for _ in parts]
    rows += [*latents] * (1 + edit)
    whole = torch.stack(rows[: len(rows) - images * skip_uncond])
    if prompted.shape[1] == unprompted.shape[1] or skip_uncond:
        words = [prompted] + [unprompted] * (0 if skip_uncond else 1 + edit)
        together = torch.cat(words)
        size = len(whole) if batched else images
        for start in range(0, len(whole), size):
            unet(whole[start : start + size], together[start : start + size])
        return
    size = 2 * images if batched else images
    for start in range(0, len(prompted), size):
        stop = min(start + size, len(prompted))
        unet(whole[start:stop], prompted[start:stop])
    unet(whole[-images:], unprompted)


def comfy_step(
    unet: Callable[[Tensor, Tensor, list[int], list[int]], object],
    latents: Tensor,
    positives: Sequence[Tensor],
    negatives: Sequence[Tensor],
    *,
    most: int = 1000,
) -> None:
    """One evaluation of ComfyUI (comfy/samplers.py, ``calc_cond_batch``).

    The U-Net also gets ``cond_or_uncond`` and, for each chunk, its number in the user's order.
    """
    run = [(words, 0, n) for n, words in enumerate(positives)]
    run += [(words, 1, n) for n, words in enumerate(negatives)]
    while run:
        fitting = list(range(len(run)))
        fitting.reverse()
        batch = fitting[:1]
        for i in range(1, len(fitting) + 1):
            amount = fitting[: len(fitting) // i]
            if len(amount) * len(latents) <= most:
                batch = amount
                break
        chunks = [run.pop(place) for place in batch]
        longest = max(words.shape[1] for words, _, _ in chunks)
        words = [w.repeat(1, longest // w.shape[1], 1) for w, _, _ in chunks]
        kinds, numbers = [kind for _, kind, _ in chunks], [n for _, _, n in chunks]
        unet(latents.repeat(len(chunks), 1, 1, 1), torch.cat(words), kinds, numbers)
