"""The processing objects: what a job is asked for, and how it is sampled."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor

from . import prompt_parser, scripts, sd_samplers, shared, standin, standin_img2img
from .standin_job import RANDOM_SEED, fix_seed, get_fixed_seed, noise_of, process_images
from .standin_results import Processed, create_infotext

__all__ = [
    "RANDOM_SEED",
    "Processed",
    "StableDiffusionProcessing",
    "StableDiffusionProcessingImg2Img",
    "StableDiffusionProcessingTxt2Img",
    "create_infotext",
    "fix_seed",
    "get_fixed_seed",
    "process_images",
]

_SET_WHILE_RUNNING = frozenset({"batch_index", "clip_skip", "txt2img_upscale"})
_FORGE_ONLY = frozenset({"latents_after_sampling", "pixels_after_sampling", "extra_result_images"})
_OURS = "seedloupe"
"""Extensions may keep things on a processing object under a name of their own."""


@dataclass(repr=False)
class StableDiffusionProcessing:
    """Compared by value and so without a hash, as the real one is; strict about names."""

    sd_model: Any = None
    prompt: Any = ""
    negative_prompt: Any = ""
    styles: list[str] = field(default_factory=list)
    seed: Any = -1
    subseed: Any = -1
    subseed_strength: float = 0
    seed_resize_from_h: int = -1
    seed_resize_from_w: int = -1
    sampler_name: str | None = None
    scheduler: str | None = None
    batch_size: int = 1
    n_iter: int = 1
    steps: int = 50
    cfg_scale: float = 7.0
    width: int = 512
    height: int = 512
    do_not_save_samples: bool = False
    do_not_save_grid: bool = False
    outpath_samples: str = "/nowhere/outputs"
    outpath_grids: str = "/nowhere/grids"
    extra_generation_params: dict[str, Any] = field(default_factory=dict)
    overlay_images: Any = None
    eta: float | None = None
    denoising_strength: float | None = None
    s_min_uncond: float | None = None
    override_settings: dict[str, Any] = field(default_factory=dict)
    override_settings_restore_afterwards: bool = True
    refiner_checkpoint: str | None = None
    refiner_switch_at: float | None = None
    disable_extra_networks: bool = False
    scripts: Any = None
    script_args: Any = field(default_factory=list)
    color_corrections: Any = None
    is_api: bool = False

    is_hr_pass: bool = field(default=False, init=False)
    paste_to: Any = field(default=None, init=False)
    iteration: int = field(default=0, init=False)
    sampler: Any = field(default=None, init=False)
    rng: Any = field(default=None, init=False)
    comments: dict[str, int] = field(default_factory=dict, init=False)
    main_prompt: Any = field(default=None, init=False)
    main_negative_prompt: Any = field(default=None, init=False)
    prompts: Any = field(default=None, init=False)
    negative_prompts: Any = field(default=None, init=False)
    seeds: Any = field(default=None, init=False)
    subseeds: Any = field(default=None, init=False)
    all_prompts: Any = field(default=None, init=False)
    all_negative_prompts: Any = field(default=None, init=False)
    all_seeds: Any = field(default=None, init=False)
    all_subseeds: Any = field(default=None, init=False)
    c: Any = field(default=None, init=False)
    uc: Any = field(default=None, init=False)
    sd_model_name: str | None = field(default=None, init=False)
    sd_model_hash: str | None = field(default=None, init=False)
    prompt_for_display: Any = field(default=None, init=False)
    scripts_setup_complete: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.setup_scripts()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "sd_model":
            return  # the web UI ignores it, too: the model is whatever is loaded
        known = {one.name for one in fields(self)} | _SET_WHILE_RUNNING
        if standin.variant.forge:
            known = known | _FORGE_ONLY
        method = callable(getattr(type(self), name, None))
        if name not in known and not method and not name.lstrip("_").startswith(_OURS):
            raise AttributeError(f"the web UI's processing object has no {name}")
        object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        return shared.sd_model if name == "sd_model" else object.__getattribute__(self, name)

    def setup_scripts(self) -> None:
        if self.scripts is not None and self.script_args and not self.scripts_setup_complete:
            self.scripts_setup_complete = True
            self.scripts.setup_scrips(self, is_ui=not self.is_api)

    def comment(self, text: str) -> None:
        self.comments[text] = 1

    def close(self) -> None:
        self.sampler = self.c = self.uc = None

    def save_samples(self) -> bool:
        return shared.opts.samples_save and not self.do_not_save_samples

    def init(self, all_prompts: Any, all_seeds: Any, all_subseeds: Any) -> None:
        pass

    def setup_prompts(self) -> None:
        count = self.batch_size * self.n_iter
        given = self.prompt
        self.all_prompts = given if isinstance(given, list) else count * [given]
        negative = self.negative_prompt
        count = len(self.all_prompts)
        self.all_negative_prompts = negative if isinstance(negative, list) else count * [negative]
        self.main_prompt, self.main_negative_prompt = (
            self.all_prompts[0],
            self.all_negative_prompts[0],
        )

    def setup_conds(self) -> None:
        self.c = prompt_parser.conditions(self.prompts, self.steps)
        skips = standin.variant.forge and self.cfg_scale == 1
        self.uc = None if skips else prompt_parser.unconditions(self.negative_prompts, self.steps)

    def sample(self, *given: Any, **named: Any) -> Tensor:
        raise NotImplementedError

    def before_sampling(self, x: Tensor, noise: Tensor, c: Any, uc: Any) -> None:
        if self.scripts is not None:
            self.scripts.process_before_every_sampling(p=self, x=x, noise=noise, c=c, uc=uc)


@dataclass(repr=False)
class StableDiffusionProcessingTxt2Img(StableDiffusionProcessing):
    enable_hr: bool = False
    denoising_strength: float | None = 0.75
    hr_scale: float = 2.0
    hr_upscaler: str | None = None
    hr_second_pass_steps: int = 0
    hr_resize_x: int = 0
    hr_resize_y: int = 0
    hr_checkpoint_name: str | None = None
    hr_sampler_name: str | None = None
    hr_prompt: Any = ""
    hr_negative_prompt: Any = ""
    firstpass_image: Any = None

    hr_upscale_to_x: int = field(default=0, init=False)
    hr_upscale_to_y: int = field(default=0, init=False)
    all_hr_prompts: Any = field(default=None, init=False)
    all_hr_negative_prompts: Any = field(default=None, init=False)
    hr_c: Any = field(default=None, init=False)
    hr_uc: Any = field(default=None, init=False)

    def init(self, all_prompts: Any, all_seeds: Any, all_subseeds: Any) -> None:
        if not self.enable_hr:
            return
        self.extra_generation_params["Denoising strength"] = self.denoising_strength
        width, height = self.hr_resize_x, self.hr_resize_y
        if not width and not height:
            self.extra_generation_params["Hires upscale"] = self.hr_scale
            width, height = int(self.width * self.hr_scale), int(self.height * self.hr_scale)
        else:
            self.extra_generation_params["Hires resize"] = f"{width}x{height}"
        self.hr_upscale_to_x, self.hr_upscale_to_y = width or height, height or width

    def setup_prompts(self) -> None:
        super().setup_prompts()
        if self.enable_hr:
            self.all_hr_prompts = list(self.all_prompts)
            self.all_hr_negative_prompts = list(self.all_negative_prompts)

    def sample(self, *given: Any, **named: Any) -> Tensor:
        self.sampler = sd_samplers.create_sampler(self.sampler_name, self.sd_model)
        noise = self.rng.next()
        self.before_sampling(noise, noise, self.c, self.uc)
        samples = self.sampler.sample(self, noise, self.c, self.uc)
        return self._second_pass(samples) if self.enable_hr else samples

    def _second_pass(self, samples: Tensor) -> Tensor:
        if shared.state.interrupted:
            return samples
        self.is_hr_pass = True
        self.sampler = sd_samplers.create_sampler(
            self.hr_sampler_name or self.sampler_name, self.sd_model
        )
        size = (self.hr_upscale_to_y // 8, self.hr_upscale_to_x // 8)
        samples = torch.nn.functional.interpolate(samples, size=size, mode="nearest")
        shared.state.nextjob()
        self.rng = noise_of(self, samples.shape[1:])
        noise = self.rng.next()
        self.hr_c, self.hr_uc = self.c, self.uc
        if self.scripts is not None:
            self.scripts.before_hr(self)
        for _ in range(standin.variant.second_pass_told):
            self.before_sampling(samples, noise, self.hr_c, self.hr_uc)
        steps = self.hr_second_pass_steps or self.steps
        samples = self.sampler.sample_img2img(
            self, samples, noise, self.hr_c, self.hr_uc, steps=steps
        )
        self.sampler = None
        self.is_hr_pass = False
        return samples


@dataclass(repr=False)
class StableDiffusionProcessingImg2Img(StableDiffusionProcessing):
    init_images: Any = None
    resize_mode: int = 0
    denoising_strength: float | None = 0.75
    mask: Any = None
    mask_blur_x: int = 4
    mask_blur_y: int = 4
    mask_round: bool = True
    inpainting_fill: int = 0
    inpaint_full_res: bool = True
    inpaint_full_res_padding: int = 0
    inpainting_mask_invert: int = 0
    latent_mask: Any = None
    image_mask: Any = None

    nmask: Any = field(default=None, init=False)
    init_latent: Any = field(default=None, init=False)
    mask_for_overlay: Any = field(default=None, init=False)
    image_conditioning: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.mask is not None:
            self.image_mask, self.mask = self.mask, None
        super().__post_init__()

    def init(self, all_prompts: Any, all_seeds: Any, all_subseeds: Any) -> None:
        standin_img2img.prepare(self)

    def sample(self, *given: Any, **named: Any) -> Tensor:
        noise = self.rng.next()
        self.before_sampling(self.init_latent, noise, self.c, self.uc)
        samples = self.sampler.sample_img2img(self, self.init_latent, noise, self.c, self.uc)
        if self.mask is not None:
            blended = samples * self.nmask + self.init_latent * self.mask
            args = scripts.MaskBlendArgs(samples, self.nmask, self.init_latent, self.mask, blended)
            if self.scripts is not None:
                self.scripts.on_mask_blend(self, args)
            samples = args.blended_latent
        return samples
