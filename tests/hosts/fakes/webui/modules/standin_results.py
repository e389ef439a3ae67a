"""What a job returns: pictures, and the text of each."""

from __future__ import annotations

import json
from typing import Any

from . import errors, infotext_utils, launch_utils, rng, sd_samplers_common, shared, standin


class Infotext(str):
    """A picture's parameters as the web UI writes them; a key gives the value itself."""

    params: dict[str, Any]

    def __getitem__(self, key: Any) -> Any:
        return self.params[key] if isinstance(key, str) else super().__getitem__(key)

    def __contains__(self, part: object) -> bool:
        return part in self.params or (isinstance(part, str) and super().__contains__(part))


class Processed:
    """``grid_infotext`` is the double's own: the text of a grid, whether there is one or not."""

    def __init__(
        self,
        p: Any,
        images_list: list[Any],
        seed: Any = -1,
        info: str = "",
        subseed: Any = None,
        all_prompts: Any = None,
        all_negative_prompts: Any = None,
        all_seeds: Any = None,
        all_subseeds: Any = None,
        index_of_first_image: int = 0,
        infotexts: Any = None,
        comments: str = "",
    ) -> None:
        self.images, self.prompt, self.negative_prompt = images_list, p.prompt, p.negative_prompt
        self.seed, self.subseed, self.info = seed, subseed, info
        self.width, self.height, self.steps, self.batch_size = (
            p.width,
            p.height,
            p.steps,
            p.batch_size,
        )
        self.cfg_scale, self.sampler_name = p.cfg_scale, p.sampler_name
        self.extra_generation_params = p.extra_generation_params
        self.index_of_first_image = index_of_first_image
        self.comments = "".join(f"{comment}\n" for comment in p.comments)
        self.all_prompts = all_prompts or p.all_prompts or [self.prompt]
        self.all_negative_prompts = all_negative_prompts or p.all_negative_prompts
        self.all_seeds = all_seeds or p.all_seeds or [self.seed]
        self.all_subseeds = all_subseeds or p.all_subseeds or [self.subseed]
        self.infotexts = infotexts or [info] * len(images_list)
        self.grid_infotext: Any = None
        self.p = p

    def js(self) -> str:
        told = {
            "prompt": self.prompt,
            "seed": self.seed,
            "all_seeds": self.all_seeds,
            "all_subseeds": self.all_subseeds,
            "index_of_first_image": self.index_of_first_image,
            "infotexts": self.infotexts,
            "extra_generation_params": self.extra_generation_params,
        }
        return json.dumps(told, default=lambda unknown: None)


def create_infotext(
    p: Any,
    all_prompts: Any,
    all_seeds: Any,
    all_subseeds: Any,
    comments: Any = None,
    iteration: int = 0,
    position_in_batch: int = 0,
    use_main_prompt: bool = False,
    index: int | None = None,
    all_negative_prompts: Any = None,
) -> Infotext:
    """One picture's parameters; ``all_seeds`` and ``index`` are those of whatever was handed in.

    The web UI hands in its batch's, so a list in ``extra_generation_params`` starts anew there.
    """
    if use_main_prompt:
        index = 0
    elif index is None:
        index = position_in_batch + iteration * p.batch_size
    source = rng.standin_noise_source()
    tells_rng = standin.variant.always_tells_rng or source != "GPU"
    ensd = shared.opts.eta_noise_seed_delta
    uses_ensd = ensd and sd_samplers_common.is_sampler_using_eta_noise_seed_delta(p)
    varied = p.subseed_strength != 0
    resized = p.seed_resize_from_w > 0 and p.seed_resize_from_h > 0
    params = {
        "Steps": p.steps,
        "Sampler": p.sampler_name,
        "Schedule type": p.scheduler,
        "CFG scale": p.cfg_scale,
        "Seed": p.all_seeds[0] if use_main_prompt else all_seeds[index],
        "Size": f"{p.width}x{p.height}",
        "Model hash": p.sd_model_hash,
        "Model": p.sd_model_name,
        "Variation seed": (p.all_subseeds if use_main_prompt else all_subseeds)[index]
        if varied
        else None,
        "Variation seed strength": p.subseed_strength if varied else None,
        "Seed resize from": f"{p.seed_resize_from_w}x{p.seed_resize_from_h}" if resized else None,
        "Denoising strength": p.extra_generation_params.get("Denoising strength"),
        "ENSD": ensd if uses_ensd else None,
        "RNG": source if tells_rng else None,
        **p.extra_generation_params,
        "Version": launch_utils.git_tag() if shared.opts.add_version_to_infotext else None,
    }
    for key, value in params.items():
        try:
            if isinstance(value, list):
                params[key] = value[index]
            elif callable(value):
                params[key] = value(**locals())
        except Exception:  # noqa: BLE001 - as the host does
            errors.report(f'Error creating infotext for key "{key}"', exc_info=True)
            params[key] = None
    prompt = p.main_prompt if use_main_prompt else all_prompts[index]
    negatives = p.negative_prompts if all_negative_prompts is None else all_negative_prompts
    negative = p.main_negative_prompt if use_main_prompt else (negatives or [""])[index]
    return _as_text(prompt, negative, {k: v for k, v in params.items() if v is not None})


def _as_text(prompt: str, negative: str, params: dict[str, Any]) -> Infotext:
    line = ", ".join(
        key if key == value else f"{key}: {infotext_utils.quote(value)}"
        for key, value in params.items()
    )
    negative = f"\nNegative prompt: {negative}" if negative else ""
    text = Infotext(f"{prompt}{negative}\n{line}".strip())
    text.params = params
    return text
