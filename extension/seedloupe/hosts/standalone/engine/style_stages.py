"""The mined model's own U-Net as the network that style is taken from."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ....services.style_layers import style_layers
from .latents import encode_pictures
from .loading import quiet_libraries
from .models import Model
from .single_pass import look_once
from .text import encode_text

if TYPE_CHECKING:
    from torch import Tensor

#: Training time a picture is noised to: hardly at all, as DIFT and Revelio look at finished ones.
_TIME = 50


def unet_stages(model: Model) -> Callable[[Tensor], Sequence[Tensor]] | None:
    """Return what the U-Net's layers compute of finished pictures; None where it cannot be asked.

    Each picture is encoded, noised a little with one and the same noise, and shown to the U-Net
    without a prompt. The U-Net is a twin on the same weights: hooks on it are not on the one that
    paints, which may be at work in another thread.

    Args:
        model: from :func:`~.models.open_model`.

    Returns:
        images ``(B, 3, H, W)`` in [0, 1], sides whole latent cells, to maps ``(B, C, h, w)``.
    """
    if not hasattr(model.pipe.scheduler, "alphas_cumprod"):
        return None  # flow models are noised in another way
    kept: list[Model] = []

    def stages(images: Tensor) -> list[Tensor]:
        if not kept:
            kept.append(_twin(model))
        twin = kept[0]
        layers = style_layers(twin.unet)
        clean = encode_pictures(twin, _whole_cells(twin, images))
        text = encode_text(twin, [""], negative="", guided=False).repeated(len(images))
        seen = look_once(twin, clean, text, layers=layers, time=_TIME, seed=0)
        found = {feature.layer: feature.values for feature in seen}
        return [found[layer] for layer in layers]

    return stages


def _whole_cells(model: Model, images: Tensor) -> Tensor:
    """Cut off what does not fill a cell; pictures that a model made have none."""
    height, width = (side // model.cell * model.cell for side in images.shape[-2:])
    return images[..., :height, :width].float()


def _twin(model: Model) -> Model:
    """Return the model with a U-Net of its own modules, which hold the very same weights."""
    unet = model.unet
    shared = {id(one): one for one in (*unet.parameters(), *unet.buffers())}
    twin, pipe = copy.deepcopy(unet, shared), model.pipe
    for module in twin.modules():  # whoever watches the one that paints does not watch this one
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
    with quiet_libraries():
        whole = type(pipe)(**{**pipe.components, "unet": twin})
    whole.set_progress_bar_config(disable=True)
    return Model(model.name, model.family, whole)
