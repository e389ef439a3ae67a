"""Between pixels and latent cells: the autoencoder's two ways, and what a run starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....generation.preview_colours import preview_colours
from ....images import in_8_bits, to_pil
from .denoise import InitLatents

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from ....generation.request import Request
    from .models import Model

#: Previews are no larger than this a side, in cells where they are decoded and in pixels.
_PREVIEW_CELLS, _PREVIEW_PIXELS = 32, 256


def decode_latents(model: Model, latents: Tensor) -> Tensor:
    """Turn latents ``(B, C, H, W)`` into pictures ``(B, 3, H, W)``, float32 in [0, 1], CPU."""
    import torch

    with torch.no_grad():
        scaled = latents.to(model.vae.dtype) / model.vae.config.scaling_factor
        pixels = model.vae.decode(scaled, return_dict=False)[0]
    return (pixels / 2 + 0.5).clamp(0, 1).float().cpu()


def encode_pictures(model: Model, images: Tensor) -> Tensor:
    """Turn pictures ``(B, 3, H, W)`` in [0, 1] into the mean of their latents, scaled."""
    import torch

    with torch.no_grad():
        pixels = (images * 2 - 1).to(model.device, model.vae.dtype)
        mean = model.vae.encode(pixels).latent_dist.mode()
    return (mean * model.vae.config.scaling_factor).to(model.dtype)


def source_of(model: Model, request: Request) -> InitLatents:
    """Encode what a request starts from; an inpainting U-Net is always shown something."""
    import torch
    from torch.nn.functional import interpolate

    if request.image is None:
        return source_without_picture(model, request.shape)
    picture = request.image[None].float()
    clean = encode_pictures(model, picture)
    if request.mask is None and model.info.in_channels == 4:
        return InitLatents(clean, strength=request.strength)
    given = request.mask if request.mask is not None else torch.ones(picture.shape[-2:])
    mask = (given.float() >= 0.5).float()[None, None]
    cells = interpolate(mask, size=clean.shape[-2:]).to(clean)
    # Grey, 0 between -1 and 1, is what an inpainting U-Net saw in place of the masked part.
    masked = (
        encode_pictures(model, picture * (1 - mask) + 0.5 * mask)
        if model.info.in_channels == 9
        else None
    )
    return InitLatents(clean, cells, masked, request.strength)


def source_without_picture(model: Model, shape: Sequence[int]) -> InitLatents:
    """Return nothing for an ordinary U-Net, an all-masked picture for an inpainting one."""
    import torch

    if model.info.in_channels == 4:
        return InitLatents()
    height, width = shape[-2:]
    grey = torch.full((1, 3, height * model.cell, width * model.cell), 0.5)
    masked = encode_pictures(model, grey)
    return InitLatents(mask=torch.ones_like(masked[:, :1]), masked=masked)


def finished(model: Model, request: Request, latents: Tensor) -> Tensor:
    """Decode a request's last latents ``(1, C, H, W)`` into its picture ``(3, H, W)``."""
    picture = decode_latents(model, latents)[0]
    if request.keep_outside and request.image is not None and request.mask is not None:
        inside = request.mask.to(picture) >= 0.5
        picture = picture.where(inside, request.image.to(picture))
    return in_8_bits(picture)


def preview_of(model: Model, clean: Tensor) -> Image:
    """Paint a predicted latent ``(1, C, H, W)``: its cells' colours, blown up to a small picture.

    Where nobody knows how a model's latents look, it is decoded.
    """
    from PIL.Image import Resampling

    colours = preview_colours(model.info)
    if colours is None:
        return decoded_preview(model, clean)
    cells = to_pil(colours.paint(clean)[0])
    larger = max(1, min(model.cell, _PREVIEW_PIXELS // max(cells.size)))
    size = cells.width * larger, cells.height * larger
    return cells.resize(size, Resampling.BICUBIC) if larger > 1 else cells


def decoded_preview(model: Model, clean: Tensor) -> Image:
    """Decode a predicted latent ``(1, C, H, W)``, made coarser first where it is large.

    On a CPU that takes as long as a step or two of a small U-Net.
    """
    from torch.nn.functional import avg_pool2d

    coarse = max(1, -(-max(clean.shape[-2:]) // _PREVIEW_CELLS))
    return to_pil(decode_latents(model, avg_pool2d(clean, coarse) if coarse > 1 else clean)[0])
