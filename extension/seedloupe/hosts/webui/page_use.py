"""What the page as it stands would use a table with, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import InputError
from ...tables import TableUse, Task
from .use import use_of_processing


@dataclass(frozen=True)
class PageSettings:
    """The page's own controls that a table is compared with.

    Attributes:
        width: of a picture, in pixels.
        height: likewise.
        sampler: its label.
        scheduler: its label.
        steps: how many.
        guidance: the CFG scale.
        is_img2img: whether the page begins with a picture.
    """

    width: int
    height: int
    sampler: str
    scheduler: str
    steps: int
    guidance: float
    is_img2img: bool = False

    @classmethod
    def of(cls, values: Sequence[Any], *, is_img2img: bool) -> PageSettings:
        """Read the controls' values: width, height, sampler, schedule, steps and guidance.

        Raises:
            InputError: one of them is no such value, as while somebody is typing.
        """
        width, height, sampler, scheduler, steps, guidance = values
        try:
            return cls(
                int(width),
                int(height),
                str(sampler),
                str(scheduler),
                int(steps),
                float(guidance),
                is_img2img,
            )
        except (TypeError, ValueError) as error:
            raise InputError(
                "page", expected="numbers for size, steps and CFG Scale", got=f"{error}"
            ) from error


@dataclass
class _PageJob:
    """The page in the shape of a processing object, as far as a table's use is read from it."""

    width: int
    height: int
    sampler_name: str
    scheduler: str
    steps: int
    cfg_scale: float
    sd_model: Any
    init_images: Any = None
    image_mask: Any = None
    inpainting_fill: int = 0
    denoising_strength: float | None = 1.0
    eta: float | None = None
    seed_resize_from_w: int = 0
    seed_resize_from_h: int = 0
    all_prompts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _ChosenModel:
    """The checkpoint chosen in the web UI, which may not be loaded yet."""

    sd_checkpoint_info: Any
    latent_channels: int = 4


def use_of_page(
    page: PageSettings, opts: Any, device: Any, task: Task, mask_fill: str | None = None
) -> TableUse:
    """Translate the page; nothing is loaded for it.

    Args:
        page: its controls.
        opts: the web UI's ``shared.opts``.
        device: the ``torch.device`` the web UI computes on.
        task: what the page is for where it begins with a picture.
        mask_fill: what the masked part starts from, when inpainting.

    Raises:
        NoiseError: the device has a generator nobody can name.
    """
    from modules import sd_samplers

    job = _PageJob(
        page.width,
        page.height,
        page.sampler,
        page.scheduler,
        page.steps,
        page.guidance,
        _chosen_model(opts),
        init_images=[None] if page.is_img2img else None,
        image_mask=True if task is Task.INPAINT else None,
    )
    use = use_of_processing(job, opts, device, sd_samplers.find_sampler_config(page.sampler))
    if use.sampling is None or not page.is_img2img:
        return use
    return replace(use, sampling=replace(use.sampling, strength=None, mask_fill=mask_fill))


def _chosen_model(opts: Any) -> Any:
    from modules import sd_models

    loaded = getattr(sd_models.model_data, "sd_model", None)
    chosen = sd_models.get_closet_checkpoint_match(str(opts.sd_model_checkpoint or ""))
    if chosen is None:
        return loaded
    known = getattr(loaded, "sd_checkpoint_info", None)
    if known is not None and known.filename == chosen.filename:
        return loaded
    return _ChosenModel(chosen)
