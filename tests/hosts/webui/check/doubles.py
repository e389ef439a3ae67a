"""A job of img2img as far as the check touches it; anything else raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from seedloupe.artifacts import Availability, TextRegion

WIDE, HIGH = 96, 64
LINE = np.array(((20, 20), (70, 20), (70, 34), (20, 34)), np.float32)


class BrightReader:
    """Sees a word in every picture whose middle is bright."""

    name, version = "bright", "1"

    def __init__(self) -> None:
        self.looks = 0

    def available(self) -> Availability:
        return Availability(True, "here")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        self.looks += 1
        bright = float(image[:, 24:30, 30:60].mean()) > 0.5
        return (TextRegion(LINE, "EXIT", 0.9),) if bright else ()


def picture(seed: int, size: tuple[int, int] = (WIDE, HIGH)) -> Image.Image:
    """What the double draws: bright for seeds below 100."""
    return Image.new("RGB", size, (230, 230, 230) if seed < 100 else (20, 20, 20))


def mask_of(box: tuple[int, int, int, int], size: tuple[int, int] = (WIDE, HIGH)) -> Image.Image:
    mask = Image.new("L", size, 0)
    mask.paste(255, box)
    return mask


class Runner:
    def __init__(self, *scripts: Any) -> None:
        self.alwayson_scripts = list(scripts)
        self.callback_map: dict[str, Any] = {"script_process": (1, ["the original's"])}


@dataclass(slots=True)
class Processing:
    """After its ``init``, in the midst of its first batch."""

    seeds: list[int]
    init_images: list[Any]
    width: int = WIDE
    height: int = HIGH
    batch_size: int = 1
    n_iter: int = 1
    iteration: int = 0
    batch_index: int = 0
    resize_mode: int = 0
    image_mask: Any = None
    mask_for_overlay: Any = None
    overlay_images: Any = None
    paste_to: Any = None
    mask: Any = None
    nmask: Any = None
    color_corrections: Any = None
    prompt: Any = "a meadow"
    negative_prompt: Any = "blur"
    seed: Any = -1
    subseed: Any = -1
    subseed_strength: float = 0
    seed_resize_from_w: int = 0
    seed_resize_from_h: int = 0
    all_prompts: Any = None
    all_negative_prompts: Any = None
    all_seeds: Any = None
    all_subseeds: Any = None
    subseeds: Any = None
    sd_model: Any = field(default_factory=lambda: SimpleNamespace(latent_channels=4))
    sd_model_name: str = "stand-in"
    sampler_name: str = "Euler"
    scripts_value: Any = field(default_factory=Runner)
    script_args: Any = (0,)
    extra_generation_params: dict[str, Any] = field(default_factory=dict)
    override_settings: dict[str, Any] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)
    comments: dict[str, int] = field(default_factory=dict)
    cached_c: Any = None
    cached_uc: Any = None
    do_not_save_samples: bool = False
    do_not_save_grid: bool = False
    do_not_reload_embeddings: bool = False
    init: Any = None

    def __post_init__(self) -> None:
        self.init = lambda *_: None
        count = len(self.seeds)
        self.all_seeds = list(self.seeds)
        self.all_prompts = [f"{self.prompt} {place}" for place in range(count)]
        self.all_negative_prompts = [self.negative_prompt] * count
        self.all_subseeds = [1000 + place for place in range(count)]

    @property
    def scripts(self) -> Any:
        return self.scripts_value

    def comment(self, text: str) -> None:
        self.comments[text] = 1


@dataclass
class Host:
    """The web UI's modules; it draws a flat picture a seed and keeps each job it was given."""

    jobs: list[Any] = field(default_factory=list)
    interrupt_at: int = 99
    skip_at: int = 99
    state: Any = field(
        default_factory=lambda: SimpleNamespace(
            interrupted=False, skipped=False, stopping_generation=False, job_count=1, textinfo=None
        )
    )

    @property
    def shared(self) -> Any:
        return SimpleNamespace(
            state=self.state, opts=SimpleNamespace(img2img_background_color="#ffffff")
        )

    @property
    def images(self) -> Any:
        def resize_image(mode: int, image: Image.Image, width: int, height: int) -> Image.Image:
            return image.resize((width, height))

        return SimpleNamespace(flatten=lambda image, _: image, resize_image=resize_image)

    @property
    def processing(self) -> Any:
        def process_images_inner(p: Any) -> Any:
            if self.skip_at == len(self.jobs) + 1:
                self.state.skipped = True
            p.init(p.all_prompts, p.all_seeds, p.all_subseeds)
            self.state.skipped = False  # as the web UI does before a batch
            self.jobs.append(p)
            if len(self.jobs) >= self.interrupt_at:
                self.state.interrupted = True
            size = p.init_images[0].size if p.image_mask is not None else (p.width, p.height)
            return SimpleNamespace(images=[picture(p.seed, size)])

        return SimpleNamespace(process_images_inner=process_images_inner)
