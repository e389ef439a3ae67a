"""What the web UI says before each evaluation of its denoiser, as the lens reads it."""

from __future__ import annotations

from typing import Any

from ....errors import ShapeError
from ....lens import webui_rows
from ....lens.denoiser_watch import AnnouncedRows
from ....lens.levels import NoiseLevels
from .unet import LoadedModel


def announced_rows(params: Any) -> AnnouncedRows:
    """Return what the evaluation will compute.

    Which of its last rows are left out (*Negative guidance minimum sigma*, *Ignore negative prompt
    during early sampling*) is decided after the web UI has told us; the next evaluation begins
    anew in any case.

    Args:
        params: what ``on_cfg_denoiser`` hands over.

    Raises:
        ShapeError: another extension has changed the prompts to a number that fits no picture.
    """
    denoiser = params.denoiser
    batch = denoiser.sampler.sampler_extra_args["cond"].batch
    weights = [[float(part.weight) for part in parts] for parts in batch]
    weights = _as_given(weights, _length(params.text_cond))
    conds, row = [], 0
    for parts in weights:
        conds.append([(row + n, weight) for n, weight in enumerate(parts)])
        row += len(parts)
    # Forge takes as many prompts of each picture as the picture with the fewest has.
    joined = tuple(column[-1] for column in zip(*weights, strict=False))
    return AnnouncedRows(webui_rows(conds, edit=_edits(denoiser)), joined)


def announced_sigma(params: Any, model: LoadedModel, levels: NoiseLevels | None) -> float | None:
    """Return the noise level of the evaluation; None where it cannot be known.

    A1111 hands over the training time in place of the level under DDIM, PLMS and UniPC.

    Args:
        params: what ``on_cfg_denoiser`` hands over.
        model: the model in use.
        levels: its noise levels.
    """
    value = float(params.sigma.flatten()[0])
    if model.forge or hasattr(params.denoiser.inner_model, "sigmas"):
        return value
    if levels is None or not 0 <= int(value) < len(levels.sigmas):
        return None
    return levels.sigma(int(value))


def _length(text: Any) -> int:
    """Return how many prompts there are; XL models have several tensors of each."""
    return len(text["crossattn"] if isinstance(text, dict) else text)


def _as_given(weights: list[list[float]], rows: int) -> list[list[float]]:
    """Take the number of prompts another extension may have changed, as many for each picture."""
    if sum(map(len, weights)) == rows:
        return weights
    each, rest = divmod(rows, len(weights))
    if rest or not each:
        raise ShapeError("prompts", expected=f"as many for each of {len(weights)}", got=str(rows))
    return [[1.0] * each for _ in weights]


def _edits(denoiser: Any) -> bool:
    """Tell whether the model is an InstructPix2Pix that goes by the picture as well."""
    from modules import shared

    scale = getattr(denoiser, "image_cfg_scale", None)
    return getattr(shared.sd_model, "cond_stage_key", "") == "edit" and scale not in (None, 1.0)
