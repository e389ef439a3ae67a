"""Which scorers mining has in this web UI; Seedling's critic is asked with the host's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from modules import paths, shared
from torch import Tensor

from ....generation.model_info import Family, ModelInfo
from ....mining.scorers import Scorer
from ....places import HOST_REFERENCES, HOST_WEIGHTS
from ....services.mining_runs import MiningOrder
from ....services.scorer_form import ScorerForm, ScorerOffer
from ....services.scorers import scorers_of, survey_scorers
from ....tables import TableUse
from ..plug_ins import webui_plugins

_CELL = 8


def scorer_list(reference: Path | None = None) -> list[dict[str, object]]:
    """Return every scorer for the chosen checkpoint with what it lacks; nothing is opened.

    Args:
        reference: what pictures are compared with.
    """
    family = chosen_family()
    offer = webui_scorers()
    registry = offer.scorers
    if family is Family.SEEDLING:
        registry = scorers_of(registry, None)
    found = survey_scorers(registry, offer.sources(ScorerForm(reference=reference)))
    return [answer.to_json() for answer in found]


def scorers_for(
    order: MiningOrder, model: ModelInfo, *, prompts: int, tell: Callable[[str], object]
) -> dict[str, Scorer]:
    """Open scorers.

    Args:
        order: names them; with none those that need nothing, and all whose weights are here.
        model: whose pictures are measured.
        prompts: how many there are to mine with.
        tell: is told one line for each that is left out.

    Raises:
        UnknownNameError: there is no scorer of that name.
        InputError: none could be opened, or there is no such reference.
    """
    offer = webui_scorers()
    pooled = _pooled_caption(shared.sd_model) if model.family is Family.SEEDLING else None
    form = ScorerForm(order.scorers, (), offer.reference(order.reference), order.objective)
    return offer.opened(form, model, prompts=prompts, pooled=pooled, tell=tell)


def chosen_family() -> Family:
    """Return what the chosen checkpoint is by its name; nothing is loaded."""
    return _family(None, str(getattr(shared.opts, "sd_model_checkpoint", "") or ""))


def webui_scorers() -> ScorerOffer:
    """Return the scorers here; weights and references have names, and nobody can ask for a path.

    They lie in the web UI's folder of models and in the user's own, where all hosts find them.
    """
    models = Path(paths.models_path)
    return ScorerOffer.of_user(
        webui_plugins().scorers,
        webui_plugins().readers,
        weights=(models / HOST_WEIGHTS,),
        references=(models / HOST_REFERENCES,),
    )


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
