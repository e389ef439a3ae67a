"""Drawing one picture of a job again from another seed, and nothing else of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch

from .frame import init_image_of
from .others import runner_within

#: What a job makes for itself; a copy must make its own.
_FRESH = (
    *("mask", "nmask", "init_latent", "image_conditioning", "mask_for_overlay", "overlay_images"),
    *("paste_to", "sampler", "rng", "c", "uc", "extra_network_data", "modified_noise"),
    *("prompts", "negative_prompts", "seeds", "subseeds"),
    *("all_prompts", "all_negative_prompts", "all_seeds", "all_subseeds"),
    *("main_prompt", "main_negative_prompt", "color_corrections"),
)
#: Collections the copy must not share with the original; Forge has the last three.
_OWN: dict[str, Any] = {
    **{"extra_generation_params": dict, "comments": dict, "override_settings": dict},
    **{"styles": list, "latents_after_sampling": list, "pixels_after_sampling": list},
    "extra_result_images": list,
}


class DrawingStoppedError(Exception):
    """Somebody pressed *Skip* or *Interrupt* before a picture of ours was begun."""


def draw_alone(
    p: Any, place: int, seed: int, processing: Any, *, stopped: Callable[[], bool]
) -> Any:
    """Return the picture that the web UI makes of ``seed`` alone, everything else being the same.

    The web UI's own ``process_images`` would also read settings and models again for a job that is
    in the middle of its own; what runs inside it is called instead.

    Args:
        p: the processing object, in the midst of its batch.
        place: the picture's number within the batch.
        seed: what to draw from.
        processing: the web UI's ``modules.processing``.
        stopped: whether somebody pressed *Skip* or *Interrupt*.

    Raises:
        DrawingStoppedError: somebody did, while the picture was made ready.
    """
    alone = _alone(p, place, seed)
    _heed_a_skip(alone, stopped)
    # Later pictures of the job draw from generators of their own; others may not.
    with torch.random.fork_rng(devices=[]):
        return processing.process_images_inner(alone).images[0]


def _heed_a_skip(alone: Any, stopped: Callable[[], bool]) -> None:
    """Ask once more before the first batch, where the web UI forgets a *Skip*."""
    prepare = alone.init

    def init(*args: Any, **named: Any) -> None:
        prepare(*args, **named)
        if stopped():
            raise DrawingStoppedError

    alone.init = init


def _alone(p: Any, place: int, seed: int) -> Any:
    number = p.iteration * p.batch_size + place
    alone = copy.copy(p)
    _begin_anew(alone)
    alone.prompt, alone.negative_prompt = p.all_prompts[number], p.all_negative_prompts[number]
    alone.seed, alone.subseed = seed, p.all_subseeds[number]
    alone.batch_size = alone.n_iter = 1
    alone.iteration = 0
    alone.init_images = [init_image_of(p, place)]
    if getattr(p, "mask_for_overlay", None) is None:
        alone.image_mask = None  # a blank one, which the web UI has set aside
    if getattr(p, "color_corrections", None):
        alone.color_corrections = [p.color_corrections[min(place, len(p.color_corrections) - 1)]]
    alone.scripts_value = runner_within(p)
    return alone


def _begin_anew(alone: Any) -> None:
    for name in _FRESH:
        if hasattr(alone, name):
            setattr(alone, name, None)
    for name, kind in _OWN.items():
        if hasattr(alone, name):
            setattr(alone, name, kind())
    alone.cached_c, alone.cached_uc = [None, None, None], [None, None, None]
    alone.do_not_save_samples = alone.do_not_save_grid = True
    alone.do_not_reload_embeddings = True
