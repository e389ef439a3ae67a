"""Pictures and masks on their way in, and the composite on the way out."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps

from . import images, masking, sd_samplers, standin_model


def prepare(p: Any) -> None:
    """Do what the web UI does between ``process`` and the first batch."""
    p.extra_generation_params["Denoising strength"] = p.denoising_strength
    p.sampler = sd_samplers.create_sampler(p.sampler_name, p.sd_model)
    crop, mask = _prepare_mask(p) if p.image_mask is not None else (None, None)
    pictures = [_prepare_picture(p, picture, crop, mask) for picture in p.init_images]
    if len(pictures) == 1:
        pictures = pictures * p.batch_size
        if p.overlay_images is not None:
            p.overlay_images = p.overlay_images * p.batch_size
    elif len(pictures) <= p.batch_size:
        p.batch_size = len(pictures)
    else:
        raise RuntimeError(
            f"bad number of images passed: {len(pictures)}; expecting {p.batch_size} or less"
        )
    p.init_latent = standin_model.encode(torch.stack(pictures))
    if mask is not None:
        _latent_masks(p, p.latent_mask if p.latent_mask is not None else mask)


def _prepare_mask(p: Any) -> tuple[Any, Any]:
    mask = _binary(p.image_mask, rounds=p.mask_round)
    if p.inpainting_mask_invert:
        mask = ImageOps.invert(mask)
        p.extra_generation_params["Mask mode"] = "Inpaint not masked"
    if p.mask_blur_x > 0:
        mask = mask.filter(ImageFilter.GaussianBlur(p.mask_blur_x))
        p.extra_generation_params["Mask blur"] = p.mask_blur_x
    p.overlay_images = []
    if not p.inpaint_full_res:
        mask = images.resize_image(p.resize_mode, mask, p.width, p.height)
        p.mask_for_overlay = mask.point(lambda value: min(value * 2, 255))
        return None, mask
    crop = masking.get_crop_region_v2(mask, p.inpaint_full_res_padding)
    if crop is None:
        p.mask_for_overlay, p.inpaint_full_res, p.overlay_images = None, False, None
        p.comment(
            'Unable to perform "Inpaint Only mask" because mask is blank, switch to img2img mode.'
        )
        return None, None
    p.mask_for_overlay = mask
    crop = masking.expand_crop_region(crop, p.width, p.height, mask.width, mask.height)
    p.paste_to = (crop[0], crop[1], crop[2] - crop[0], crop[3] - crop[1])
    p.extra_generation_params["Inpaint area"] = "Only masked"
    p.extra_generation_params["Masked area padding"] = p.inpaint_full_res_padding
    return crop, images.resize_image(2, mask.crop(crop), p.width, p.height)


def _binary(mask: Image.Image, *, rounds: bool) -> Image.Image:
    # The page's canvas hands over the mask as transparency, the API as grey levels.
    if mask.mode == "RGBA" and mask.getextrema()[-1] != (255, 255):
        mask = mask.getchannel("A")
    mask = mask.convert("L")
    return mask.point(lambda value: 255 if value > 128 else 0) if rounds else mask


def _prepare_picture(p: Any, picture: Image.Image, crop: Any, mask: Any) -> torch.Tensor:
    picture = images.flatten(picture)
    if crop is None and p.resize_mode != 3:
        picture = images.resize_image(p.resize_mode, picture, p.width, p.height)
    if mask is not None:
        if p.mask_for_overlay.size != picture.size:
            p.mask_for_overlay = images.resize_image(
                p.resize_mode, p.mask_for_overlay, *picture.size
            )
        overlay = picture.convert("RGBA")
        overlay.putalpha(ImageOps.invert(p.mask_for_overlay))
        p.overlay_images.append(overlay)
    if crop is not None:
        picture = images.resize_image(2, picture.crop(crop), p.width, p.height)
    if mask is not None and p.inpainting_fill != 1:
        picture = masking.fill(picture, mask)
        p.extra_generation_params["Masked content"] = "fill"
    array = np.asarray(picture).astype(np.float32) / 255
    return torch.from_numpy(np.moveaxis(array, 2, 0).copy())


def _latent_masks(p: Any, mask: Image.Image) -> None:
    height, width = p.init_latent.shape[2:]
    small = np.asarray(mask.convert("L").resize((width, height)), np.float32) / 255
    small = np.around(small) if p.mask_round else small
    p.nmask = torch.from_numpy(np.tile(small[None], (p.init_latent.shape[1], 1, 1)))
    p.mask = 1 - p.nmask


def apply_overlay(image: Image.Image, paste_to: Any, overlay: Any) -> Image.Image:
    """Put the untouched part of the original over what was drawn, at the original's size."""
    if overlay is None:
        return image
    if paste_to is not None:
        x, y, width, height = paste_to
        base = Image.new("RGBA", overlay.size)
        base.paste(images.resize_image(1, image, width, height), (x, y))
        image = base
    image = image.convert("RGBA")
    image.alpha_composite(overlay)
    return image.convert("RGB")
