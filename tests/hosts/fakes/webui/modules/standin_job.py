"""One job: the order of things, and what happens to its seeds and pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from . import images, scripts, shared, standin, standin_img2img, standin_model
from .rng import ImageRNG
from .standin_results import Processed, create_infotext

RANDOM_SEED = 4_000_000_000
"""What a seed left to chance becomes here."""


def get_fixed_seed(seed: Any) -> Any:
    if seed == "" or seed is None:
        seed = -1
    elif isinstance(seed, str):
        try:
            seed = int(seed)
        except ValueError:
            seed = -1
    return RANDOM_SEED if seed == -1 else seed


def fix_seed(p: Any) -> None:
    p.seed = get_fixed_seed(p.seed)
    p.subseed = get_fixed_seed(p.subseed)


def process_images(p: Any) -> Processed:
    """Run one job; raises where the real one would answer with an error 500."""
    if p.scripts is not None:
        p.scripts.before_process(p)
    load_model()
    stored = {key: getattr(shared.opts, key) for key in p.override_settings}
    try:
        for key, value in p.override_settings.items():
            setattr(shared.opts, key, value)
        return _process_images_inner(p)
    finally:
        for key, value in stored.items():
            setattr(shared.opts, key, value)


def load_model() -> None:
    """Forge loads the model now, A1111 had it since the start."""
    if isinstance(shared.sd_model, standin_model.Placeholder):
        shared.sd_model = standin_model.real_model()


def _process_images_inner(p: Any) -> Processed:
    step = standin.variant.size_step
    p.width, p.height = ((size + step // 2) // step * step or step for size in (p.width, p.height))
    p.sd_model_name = getattr(p.sd_model.sd_checkpoint_info, "name_for_extra", None)
    p.sd_model_hash = getattr(p.sd_model, "sd_model_hash", None)
    _set_up_prompts_and_seeds(p)
    if p.scripts is not None:
        p.scripts.process(p)
    pictures: list[Any] = []
    infotexts: list[Any] = []
    with torch.inference_mode() if standin.variant.forge else torch.no_grad():
        p.init(p.all_prompts, p.all_seeds, p.all_subseeds)
        if shared.state.job_count == -1:
            shared.state.job_count = p.n_iter
        for iteration in range(p.n_iter):
            p.iteration = iteration
            shared.state.skipped = False
            if shared.state.interrupted or shared.state.stopping_generation:
                break
            if not _one_batch(p, pictures, infotexts):
                break
        if not infotexts:
            infotexts.append(create_infotext(p, p.all_prompts, p.all_seeds, p.all_subseeds))
        first, grid_text = _add_grid(p, pictures, infotexts)
    processed = Processed(
        p,
        pictures,
        p.all_seeds[0],
        infotexts[0],
        subseed=p.all_subseeds[0],
        index_of_first_image=first,
        infotexts=infotexts,
    )
    processed.grid_infotext = grid_text
    if p.scripts is not None:
        p.scripts.postprocess(p, processed)
    return processed


def _one_batch(p: Any, pictures: list[Any], infotexts: list[Any]) -> bool:
    number, size = p.iteration, p.batch_size
    batch = slice(number * size, (number + 1) * size)
    p.prompts, p.negative_prompts = p.all_prompts[batch], p.all_negative_prompts[batch]
    p.seeds, p.subseeds = p.all_seeds[batch], p.all_subseeds[batch]
    p.rng = noise_of(p, (standin_model.CHANNELS, p.height // 8, p.width // 8))
    told = {"batch_number": number, "prompts": p.prompts, "seeds": p.seeds, "subseeds": p.subseeds}
    runner = p.scripts or scripts.ScriptRunner(arguments_each=0)
    runner.before_process_batch(p, **told)
    if len(p.prompts) == 0:
        return False
    runner.process_batch(p, **told)
    p.setup_conds()
    samples = p.sample(conditioning=p.c, unconditional_conditioning=p.uc, seeds=p.seeds)
    after = scripts.PostSampleArgs(samples)
    runner.post_sample(p, after)
    drawn = standin_model.decode(after.samples)
    shared.state.nextjob()
    runner.postprocess_batch(p, drawn, batch_number=number)
    p.prompts, p.negative_prompts = p.all_prompts[batch], p.all_negative_prompts[batch]
    listed = scripts.PostprocessBatchListArgs(list(drawn))
    runner.postprocess_batch_list(p, listed, batch_number=number)
    for place, tensor in enumerate(listed.images):
        p.batch_index = place
        picture = _picture(tensor)
        picture.noise = p.rng.first_noise[place] if place < len(p.rng.first_noise) else None
        picture = standin_model.painted(shared.sd_model, p, place, picture)
        _finish(p, runner, place, picture, pictures, infotexts)
    return True


def _finish(
    p: Any, runner: Any, place: int, picture: Any, pictures: list[Any], infotexts: list[Any]
) -> None:
    noise = getattr(picture, "noise", None)
    number = place + p.iteration * p.batch_size
    after = scripts.PostprocessImageArgs(picture, number)
    runner.postprocess_image(p, after)
    mask = getattr(p, "mask_for_overlay", None)
    overlays = p.overlay_images if shared.opts.overlay_inpaint else None
    overlay = overlays[place] if overlays is not None and place < len(overlays) else None
    shown = scripts.PostProcessMaskOverlayArgs(place, mask, overlay)
    runner.postprocess_maskoverlay(p, shown)
    mask, overlay = shown.mask_for_overlay, shown.overlay_image
    composite = standin_img2img.apply_overlay(after.image, p.paste_to, overlay)
    after = scripts.PostprocessImageArgs(composite, number)
    runner.postprocess_image_after_composite(p, after)
    picture = after.image
    picture.noise = noise
    text = create_infotext(p, p.prompts, p.seeds, p.subseeds, index=place)
    if p.save_samples():
        images.save_image(
            picture, p.outpath_samples, "", p.seeds[place], p.prompts[place], info=text, p=p
        )
    infotexts.append(text)
    if shared.opts.enable_pnginfo:
        picture.info["parameters"] = str(text)
    pictures.append(picture)
    if mask is not None and shared.opts.return_mask:
        pictures.append(mask.convert("RGB"))
    if mask is not None and shared.opts.return_mask_composite:
        pictures.append(picture.convert("RGBA"))


def _add_grid(p: Any, pictures: list[Any], infotexts: list[Any]) -> tuple[int, Any]:
    text = create_infotext(p, p.prompts, p.seeds, p.subseeds, use_main_prompt=True)
    options = shared.opts
    too_few = len(pictures) < 2 and options.grid_only_if_multiple
    wanted = options.return_grid or options.grid_save
    if not pictures or not wanted or p.do_not_save_grid or too_few:
        return 0, text
    grid = images.image_grid(pictures, p.batch_size)
    if options.return_grid:
        infotexts.insert(0, text)
        grid.info["parameters"] = str(text)
        pictures.insert(0, grid)
    if options.grid_save:
        images.save_image(grid, p.outpath_grids, "grid", p.all_seeds[0], info=text, p=p, grid=True)
    return int(options.return_grid), text


def _set_up_prompts_and_seeds(p: Any) -> None:
    p.setup_prompts()
    seed, subseed = get_fixed_seed(p.seed), get_fixed_seed(p.subseed)
    step = 1 if p.subseed_strength == 0 else 0
    count = range(len(p.all_prompts))
    p.all_seeds = seed if isinstance(seed, list) else [int(seed) + step * place for place in count]
    p.all_subseeds = subseed if isinstance(subseed, list) else [int(subseed) + n for n in count]


def _picture(tensor: Tensor) -> Image.Image:
    shown = 255.0 * np.moveaxis(tensor.cpu().numpy(), 0, 2)
    return Image.fromarray(shown.astype(np.uint8))


def noise_of(p: Any, shape: Any) -> ImageRNG:
    return ImageRNG(
        tuple(shape),
        p.seeds,
        subseeds=p.subseeds,
        subseed_strength=p.subseed_strength,
        seed_resize_from_h=p.seed_resize_from_h,
        seed_resize_from_w=p.seed_resize_from_w,
    )
