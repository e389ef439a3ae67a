"""What the web UI's own scripts do with a job's seed and pictures; each runs jobs itself.

In the web UI they are files under ``scripts/``. Here they are functions of a job and a few values.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from PIL import Image

from . import errors, images, shared, standin_model
from .processing import Processed, create_infotext, fix_seed, process_images


def xyz_plot(
    p: Any, apply: Callable[[Any, Any], None], values: list[Any], *, no_fixed_seeds: bool = False
) -> Processed:
    """Run a copy of the job for each value; a cell that raises is an empty one."""
    if not no_fixed_seeds:
        fix_seed(p)
    result: Any = None
    for value in values:
        cell = copy.copy(p)
        cell.styles = cell.styles[:]
        apply(cell, value)
        done = _cell(p, cell)
        if result is None:
            result = copy.copy(done)
            result.images, result.infotexts, result.all_seeds = [], [], []
        blank = Image.new("RGB", (p.width, p.height))
        result.images.append(done.images[0] if done.images else blank)
        result.infotexts.append(done.infotexts[0] if done.infotexts else "")
        result.all_seeds.append(done.seed)
    grid = images.image_grid(result.images, 1, rows=1)
    result.images.insert(0, grid)
    text = create_infotext(cell, cell.all_prompts, cell.all_seeds, cell.all_subseeds)
    result.infotexts.insert(0, text)
    result.index_of_first_image = 1
    return result


def _cell(p: Any, cell: Any) -> Processed:
    if shared.state.interrupted or shared.state.stopping_generation:
        return Processed(p, [], p.seed, "")
    try:
        return process_images(cell)
    except Exception as error:  # noqa: BLE001 - as the host does
        errors.display(error, "generating image for xyz plot")
        return Processed(p, [], p.seed, "")


def prompt_matrix(p: Any, *, different_seeds: bool = False) -> Processed:
    """Run all combinations of the prompt's parts between bars, in one job."""
    fix_seed(p)
    first, *parts = p.prompt.split("|")
    prompts = [
        ", ".join([first, *(part for place, part in enumerate(parts) if number & (1 << place))])
        for number in range(2 ** len(parts))
    ]
    p.n_iter = math.ceil(len(prompts) / p.batch_size)
    p.do_not_save_grid = True
    p.prompt = prompts
    p.seed = [p.seed + (place if different_seeds else 0) for place in range(len(prompts))]
    p.prompt_for_display = first
    done = process_images(p)
    done.images.insert(0, images.image_grid(done.images, p.batch_size))
    done.infotexts.insert(0, done.infotexts[0])
    done.index_of_first_image = 1
    return done


def loopback(p: Any, loops: int) -> Processed:
    """Feed each picture back in, with the next seed; the grid's texts are lost."""
    fix_seed(p)
    batch_count = p.n_iter
    p.extra_generation_params = {"Final denoising strength": p.denoising_strength}
    p.batch_size = p.n_iter = 1
    p.do_not_save_grid = True
    original, history, seed, text = p.init_images, [], None, None
    for _ in range(batch_count):
        p.init_images = original
        for _ in range(loops):
            done = process_images(p)
            if shared.state.interrupted or shared.state.stopping_generation:
                break
            if seed is None:
                seed, text = done.seed, done.info
            p.seed = done.seed + 1
            p.init_images = [done.images[0]]
            p.inpainting_fill = 1
            history.append(done.images[0])
    return Processed(p, history, seed, text or "")


def sd_upscale(p: Any, *, overlap: int = 0, scale: int = 2) -> Processed:
    """Run the enlarged picture's tiles, batch by batch on one processing object."""
    fix_seed(p)
    p.extra_generation_params["SD upscale overlap"] = overlap
    seed, size, repeats = p.seed, p.batch_size, p.n_iter
    picture = images.flatten(p.init_images[0])
    large = picture.resize((picture.width * scale, picture.height * scale))
    corners = [
        (x, y) for y in range(0, large.height, p.height) for x in range(0, large.width, p.width)
    ]
    tiles = [large.crop((x, y, x + p.width, y + p.height)) for x, y in corners]
    p.n_iter, p.do_not_save_grid, p.do_not_save_samples = 1, True, True
    results, text = [], None
    for repeat in range(repeats):
        p.seed = seed + repeat
        done_tiles = []
        for start in range(0, len(tiles), size):
            p.batch_size = size
            p.init_images = tiles[start : start + size]
            done = process_images(p)
            text = text or done.info
            p.seed = done.seed + 1
            done_tiles += done.images
        combined = Image.new("RGB", large.size)
        for corner, tile in zip(corners, done_tiles, strict=False):
            combined.paste(tile, corner)
        results.append(combined)
    return Processed(p, results, seed, text or "")


def prompts_from_file(p: Any, lines: list[str], *, iterate: bool = False) -> Processed:
    """Run a copy of the job for each line; unless told to iterate, -1 stays -1 for each."""
    if iterate and p.seed == -1:
        fix_seed(p)
    p.do_not_save_grid = True
    pictures: list[Any] = []
    texts: list[Any] = []
    prompts: list[str] = []
    for line in lines:
        line_job = copy.copy(p)
        line_job.prompt = line
        done = process_images(line_job)
        pictures += done.images
        texts += done.infotexts
        prompts += done.all_prompts
        if iterate:
            p.seed = p.seed + p.batch_size * p.n_iter
    return Processed(p, pictures, p.seed, "", all_prompts=prompts, infotexts=texts)


def batch_img2img(p: Any, pictures: list[Image.Image], masks: Any = None) -> Processed | None:
    """Run the same processing object for each picture of a folder; the seed is fixed once."""
    fix_seed(p)
    result: Any = None
    for place, picture in enumerate(pictures):
        shared.state.skipped = False
        if shared.state.interrupted or shared.state.stopping_generation:
            break
        p.init_images = [picture] * p.batch_size
        if masks is not None:
            p.image_mask = masks[place]
        done = process_images(p)
        if result is None:
            result = done
        else:
            result.images.extend(done.images)
            result.infotexts.extend(done.infotexts)
    return result


def nested_inpaint(p: Any, picture: Image.Image, mask: Image.Image, **fields: Any) -> Processed:
    """What detailers do inside ``postprocess_image``: a job of their own with few scripts."""
    from .processing import StableDiffusionProcessingImg2Img

    inner = StableDiffusionProcessingImg2Img(
        **{
            "prompt": p.all_prompts[0],
            "negative_prompt": p.all_negative_prompts[0],
            "seed": p.seeds[p.batch_index],
            "subseed": p.subseeds[p.batch_index],
            "sampler_name": p.sampler_name,
            "steps": p.steps,
            "cfg_scale": p.cfg_scale,
            "width": p.width,
            "height": p.height,
            "init_images": [picture],
            "mask": mask,
            "denoising_strength": 0.4,
            "do_not_save_samples": True,
            "do_not_save_grid": True,
            **fields,
        }
    )
    inner.extra_generation_params = copy.copy(p.extra_generation_params)
    done = process_images(inner)
    inner.close()
    return done


def swap_model() -> Any:
    """Load another checkpoint in place of this one, as a refiner does in the middle of a job."""
    from .script_callbacks import model_loaded_callback

    shared.sd_model = standin_model.real_model()
    model_loaded_callback(shared.sd_model)
    return shared.sd_model
