"""Noticing that what is given as a mask may be none, such as the picture itself."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import MaskQuestionError

#: Greys between these are neither black nor white, JPEG's ripples at an edge left out.
_DARK, _LIGHT = 16 / 255, 239 / 255
#: Fewest different greys of a photograph; drawings of a few flat tones have fewer.
_GREYS = 16
#: Share of grey pixels beyond which nothing but a photograph is likely, and beyond which it is if
#: its greys are rough as well.
_MOSTLY_GREY, _HALF_GREY = 0.9, 0.5
#: Mean bend of the greys, in 8-bit steps: soft edges are smooth, photographs are not.
_ROUGH = 1.4


def ask_about_mask(mask: Tensor, *, field: str = "mask") -> None:
    """Ask about a mask that looks like a photograph; two tones and soft edges pass.

    The limits were chosen on 2,280 drawn masks, blurred by up to 64 pixels, as PNG and JPEG, of
    which 12 are asked about, all 64 by 48 pixels, and on 260 pictures that hosts wrote and
    photographs, of which all are.

    Args:
        mask: ``(H, W)`` in ``[0, 1]``.
        field: what to call it in the question.

    Raises:
        MaskQuestionError: most of it is neither black nor white, as in a photograph.
    """
    share = _grey_share(mask)
    if _like_a_photograph(mask, share):
        raise MaskQuestionError(
            field,
            expected="white where the picture was repainted and black elsewhere",
            got=f"{share:.0%} greys, as in a photograph",
            advice="Name the mask, or say that its greys are meant (--soft-mask).",
        )


def _like_a_photograph(mask: Tensor, share: float) -> bool:
    if share <= _HALF_GREY or torch.unique(_tones(mask)).numel() < _GREYS:
        return False
    return share > _MOSTLY_GREY or _roughness(mask) > _ROUGH


def _tones(mask: Tensor) -> Tensor:
    return mask.detach().to("cpu", torch.float32).mul(255).round()


def _grey(mask: Tensor) -> Tensor:
    return (mask >= _DARK) & (mask <= _LIGHT)


def _grey_share(mask: Tensor) -> float:
    return float(_grey(mask).float().mean()) if mask.numel() else 0.0


def _roughness(mask: Tensor) -> float:
    """Mean second difference at grey pixels, along rows or columns, whichever is less.

    An edge bends across itself and is straight along itself; texture bends both ways.
    """
    tones = _tones(mask)
    across = (tones[1:-1, 2:] - 2 * tones[1:-1, 1:-1] + tones[1:-1, :-2]).abs()
    down = (tones[2:, 1:-1] - 2 * tones[1:-1, 1:-1] + tones[:-2, 1:-1]).abs()
    bends = torch.minimum(across, down)[_grey(mask)[1:-1, 1:-1]]
    return float(bends.mean()) if bends.numel() else 0.0
