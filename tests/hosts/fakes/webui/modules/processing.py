"""One job: the order of things, and what happens to its seeds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from . import shared
from .scripts import ScriptRunner

RANDOM_SEED = 4_000_000_000
"""What a seed left to chance becomes here."""
_OPEN_TO_SCRIPTS = ("seedloupe_", "sample", "txt2img_upscale")
"""How names begin that the host lets scripts set, its own scripts' names among them."""


@dataclass(eq=False)
class StableDiffusionProcessing:
    prompt: Any = ""
    seed: Any = -1
    subseed: int = -1
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
    denoising_strength: float | None = None
    eta: float | None = None
    extra_generation_params: dict[str, Any] = field(default_factory=dict)
    scripts: ScriptRunner | None = None
    script_args: list[Any] = field(default_factory=list)
    comments: dict[str, int] = field(default_factory=dict)
    all_prompts: Any = None
    all_seeds: Any = None
    all_subseeds: Any = None
    seeds: Any = None
    prompts: Any = None
    iteration: int = 0
    sd_model_hash: str | None = None
    is_api: bool = False

    def __post_init__(self) -> None:
        if self.scripts is not None:
            self.scripts.setup(self, is_ui=not self.is_api)

    def __setattr__(self, name: str, value: object) -> None:
        # Extensions may leave attributes of their own here; ours say whose they are.
        if name not in self.__dataclass_fields__ and not name.startswith(_OPEN_TO_SCRIPTS):
            raise AttributeError(f"the web UI's processing object has no {name}")
        object.__setattr__(self, name, value)

    @property
    def sd_model(self) -> Any:
        return shared.sd_model

    def comment(self, text: str) -> None:
        self.comments[text] = 1


@dataclass(eq=False)
class StableDiffusionProcessingTxt2Img(StableDiffusionProcessing):
    enable_hr: bool = False


@dataclass(eq=False)
class StableDiffusionProcessingImg2Img(StableDiffusionProcessing):
    init_images: Any = None
    image_mask: Any = None
    inpainting_fill: int = 0


@dataclass
class Processed:
    """``images`` holds each picture's starting noise, which is all this double draws."""

    images: list[Tensor]
    infotexts: list[dict[str, Any]]
    grid_infotext: dict[str, Any]
    p: StableDiffusionProcessing
    seed: int

    def js(self) -> str:
        told = {
            "all_seeds": self.p.all_seeds,
            "extra_generation_params": self.p.extra_generation_params,
        }
        return json.dumps(told, default=lambda unknown: None)


def get_fixed_seed(seed: Any) -> Any:
    if seed in ("", None) or isinstance(seed, str):
        seed = int(seed) if seed and str(seed).lstrip("-").isdigit() else -1
    return RANDOM_SEED if seed == -1 else seed


def fix_seed(p: StableDiffusionProcessing) -> None:
    p.seed = get_fixed_seed(p.seed)
    p.subseed = get_fixed_seed(p.subseed)


def process_images(p: StableDiffusionProcessing) -> Processed:
    """Run one job; raises where the real one would answer with an error 500."""
    runner = p.scripts
    assert runner is not None
    runner.call("before_process", p)
    _set_up_prompts_and_seeds(p)
    runner.call("process", p)
    images: list[Tensor] = []
    infotexts: list[dict[str, Any]] = []
    for iteration in range(p.n_iter):
        p.iteration = iteration
        batch = slice(p.iteration * p.batch_size, (p.iteration + 1) * p.batch_size)
        p.prompts, p.seeds = p.all_prompts[batch], p.all_seeds[batch]
        drawn_from = list(p.seeds)  # the generators exist before the next callback
        runner.call("before_process_batch", p, batch_number=p.iteration)
        runner.call("process_batch", p, batch_number=p.iteration)
        images += [_noise(p, drawn_from[index]) for index in range(len(p.prompts))]
        runner.call("postprocess_batch", p, batch_number=p.iteration)
        infotexts += [create_infotext(p, p.seeds, index=i) for i in range(len(p.prompts))]
    grid = create_infotext(p, p.seeds, use_main_prompt=True)
    processed = Processed(images, infotexts, grid, p, p.all_seeds[0])
    runner.call("postprocess", p, processed)
    return processed


def create_infotext(
    p: StableDiffusionProcessing,
    all_seeds: Any,
    index: int = 0,
    use_main_prompt: bool = False,
) -> dict[str, Any]:
    """One picture's parameters; ``all_seeds`` and ``index`` are those of its batch."""
    params = {
        "Seed": p.all_seeds[0] if use_main_prompt else all_seeds[index],
        **p.extra_generation_params,
    }
    for key, value in params.items():
        try:
            if isinstance(value, list):
                params[key] = value[index]
            elif callable(value):
                params[key] = value(**locals())
        except Exception:  # noqa: BLE001 - as the host does
            params[key] = None
    return {key: value for key, value in params.items() if value is not None}


def _set_up_prompts_and_seeds(p: StableDiffusionProcessing) -> None:
    p.all_prompts = p.prompt if isinstance(p.prompt, list) else p.batch_size * p.n_iter * [p.prompt]
    seed = p.seed if isinstance(p.seed, list) else get_fixed_seed(p.seed)
    step = 1 if p.subseed_strength == 0 else 0
    count = range(len(p.all_prompts))
    p.all_seeds = seed if isinstance(seed, list) else [int(seed) + step * place for place in count]
    p.all_subseeds = [RANDOM_SEED + place for place in count]


def _noise(p: StableDiffusionProcessing, seed: Any) -> Tensor:
    size = (p.height, p.width)
    noise = _drawn(seed, size)
    before = (p.seed_resize_from_h, p.seed_resize_from_w)
    if min(before) <= 0 or before == size:
        return noise
    old = _drawn(seed, before)
    (top, height), (left, width) = (
        (max(0, new - was) // 16, min(new, was) // 8) for new, was in zip(size, before, strict=True)
    )
    cut_top, cut_left = (max(0, was - new) // 16 for new, was in zip(size, before, strict=True))
    cut = old[:, cut_top : cut_top + height, cut_left : cut_left + width]
    noise[:, top : top + height, left : left + width] = cut
    return noise


def _drawn(seed: Any, size: tuple[int, int]) -> Tensor:
    generator = torch.Generator("cpu").manual_seed(int(seed))
    return torch.randn((4, size[0] // 8, size[1] // 8), generator=generator)
