"""Which scorers mining has in this web UI; Seedling's critic is asked with the host's words."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from modules import shared
from torch import Tensor

from ....generation.model_info import Family, ModelInfo
from ....mining.scorers import Scorer, ScorerPlugin, ScorerSources
from ....places import own_folder
from ....registry import Registry
from ....services.scorers import (
    ScorerWish,
    open_scorers,
    scorers_of,
    survey_scorers,
    with_weights,
)
from ....tables import TableUse
from ..plug_ins import webui_plugins

_CELL = 8


def scorer_list() -> list[dict[str, object]]:
    """Return every scorer for any model with what it lacks here; nothing is opened."""
    found = survey_scorers(webui_plugins().scorers, _sources())
    return [answer.to_json() for answer in found]


def scorers_for(
    names: tuple[str, ...], model: ModelInfo, *, prompts: int, tell: Callable[[str], object]
) -> dict[str, Scorer]:
    """Open scorers.

    Args:
        names: which; none takes those that need nothing, and all whose weights are here.
        model: whose pictures are measured.
        prompts: how many there are to mine with.
        tell: is told one line for each that is left out.

    Raises:
        UnknownNameError: there is no scorer of that name.
        InputError: none could be opened.
    """
    pooled = _pooled_caption(shared.sd_model) if model.family is Family.SEEDLING else None
    registry: Registry[ScorerPlugin] = scorers_of(
        webui_plugins().scorers, model, pooled=pooled, prompts=prompts
    )
    wishes = [ScorerWish(name) for name in names] or None
    return open_scorers(wishes, registry, _sources(), tell=tell)


def model_info_of(use: TableUse) -> ModelInfo:
    """Return the facts of the loaded checkpoint."""
    model = shared.sd_model
    channels, height, width = use.shape
    return ModelInfo(
        use.model_name,
        _family(model, use.model_name),
        _CELL,
        channels,
        channels,
        (_CELL * width, _CELL * height),
        "v_prediction" if _predicts_v(model) else "epsilon",
        use.model_sha256 or "",
    )


def _sources() -> ScorerSources:
    """Weights lie in ``scorers`` in the user's own folder, where all hosts find them."""
    own = own_folder(os.environ, sys.platform, Path.home())
    return with_weights(ScorerSources(), (), own)


def _family(model: Any, name: str) -> Family:
    if name.replace("\\", "/").rpartition("/")[2].startswith("seedling"):
        return Family.SEEDLING
    if getattr(model, "is_sdxl", False):
        return Family.SDXL
    return Family.SD2 if getattr(model, "is_sd2", False) else Family.SD1


def _predicts_v(model: Any) -> bool:
    unet = getattr(getattr(model, "forge_objects", None), "unet", None)
    if unet is None:
        return getattr(model, "parameterization", "eps") == "v"
    predictor = getattr(unet.model, "predictor", None)
    return "v" in str(getattr(predictor, "prediction_type", ""))


def _pooled_caption(model: Any) -> Callable[[str], Tensor]:
    """Return what turns a prompt into the text encoder's pooled output ``(D,)``."""
    encoder = model.cond_stage_model.wrapped

    @torch.no_grad()
    def pooled(prompt: str) -> Tensor:
        tokenizer = encoder.tokenizer
        ids = tokenizer(
            prompt,
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        device = next(encoder.transformer.parameters()).device
        return encoder.transformer(ids.to(device)).pooler_output[0].float().cpu()

    return pooled
