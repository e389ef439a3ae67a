"""What to generate: checked when it is made, so that none is ever invalid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ImageError, InputError, MaskError
from ..noise import NoiseResize, NoiseSource, canonical_seed
from ..tensors import require_shape
from .model_info import ModelInfo
from .sampler import Plan, Sampler, ScheduleType

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Request:
    """One prompt and one picture for each seed, by one model.

    Attributes:
        model: facts of the model that makes the pictures.
        prompt: may be empty.
        seeds: one for each picture; 0 to 2^64 - 1.
        width: in pixels, a multiple of the model's cell.
        height: likewise.
        plan: sampler, steps and guidance; ``strength`` runs only the last part of the steps.
        negative: what to steer away from.
        noise: which generator draws the starting noise.
        image: ``(3, height, width)`` float32 in [0, 1], the picture to start from.
        mask: ``(height, width)`` float32, 1 where ``image`` is repainted; None repaints all of it.
        strength: in (0, 1], how much of the picture is forgotten.
        keep_outside: copy the unmasked pixels of ``image`` into the result, so that they are
            unchanged and not merely similar.
        resize: the size the noise is drawn at, and how it is taken to the picture's; None draws
            it at the picture's.

    Raises:
        InputError: or one of its kinds, naming the field.
    """

    model: ModelInfo
    prompt: str
    seeds: tuple[int, ...]
    width: int
    height: int
    plan: Plan
    negative: str = ""
    noise: NoiseSource = NoiseSource()
    image: Tensor | None = None
    mask: Tensor | None = None
    strength: float = 1.0
    keep_outside: bool = True
    resize: NoiseResize | None = None

    def __post_init__(self) -> None:
        """Refuse anything that cannot be generated, before the first step."""
        _check_seeds(self.seeds, self.noise)
        _check_strength(self.strength, self.steps)
        _check_picture(self)
        if self.resize is not None:
            self.resize.onto(self.shape)

    @classmethod
    def of(
        cls,
        model: ModelInfo,
        prompt: str,
        seeds: tuple[int, ...],
        *,
        width: int | None = None,
        height: int | None = None,
        plan: Plan | None = None,
        negative: str = "",
        noise: NoiseSource = NoiseSource(),
        image: Tensor | None = None,
        mask: Tensor | None = None,
        strength: float = 1.0,
        keep_outside: bool = True,
        resize: NoiseResize | None = None,
    ) -> Request:
        """Return a request with what is left open filled in.

        Args:
            model: facts of the model.
            prompt: may be empty.
            seeds: one for each picture.
            width: None takes that of ``image``, or the one the model was trained at.
            height: likewise.
            plan: None takes the model's usual one.
            negative: as for :class:`Request`, like all that follow.
            noise: likewise.
            image: likewise.
            mask: likewise.
            strength: likewise.
            keep_outside: likewise.
            resize: likewise.

        Raises:
            InputError: or one of its kinds, naming the field.
        """
        wide, high = model.native_size
        if image is not None:
            _, high, wide = require_shape(image, "3 H W", field="image").shape
        return cls(
            model,
            prompt,
            seeds,
            wide if width is None else width,
            high if height is None else height,
            model.usual if plan is None else plan,
            negative=negative,
            noise=noise,
            image=image,
            mask=mask,
            strength=strength,
            keep_outside=keep_outside,
            resize=resize,
        )

    @property
    def task(self) -> str:
        """``"txt2img"``, ``"img2img"`` or ``"inpaint"``, the words seed tables use."""
        if self.image is None:
            return "txt2img"
        return "img2img" if self.mask is None else "inpaint"

    @property
    def sampler(self) -> Sampler:
        """How the steps are taken."""
        return self.plan.sampler

    @property
    def schedule(self) -> ScheduleType:
        """At which noise levels."""
        return self.model.schedule_of(self.plan)

    @property
    def steps(self) -> int:
        """How many steps the whole schedule has."""
        return self.plan.steps

    @property
    def guidance(self) -> float:
        """Classifier-free guidance; 1 or less means none."""
        return self.plan.guidance

    @property
    def steps_each(self) -> int:
        """How many steps one picture takes: a part of the schedule where it starts from another."""
        return self.steps if self.image is None else int(self.steps * self.strength)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def shape(self) -> tuple[int, int, int]:
        """Latent ``(C, H, W)`` of one picture."""
        return self.model.latent_shape(self.width, self.height)


def _check_seeds(seeds: tuple[int, ...], source: NoiseSource) -> None:
    if not seeds:
        raise InputError("seeds", expected="at least one seed", got="none")
    for seed in seeds:
        canonical_seed(seed, source)


def _check_strength(strength: float, steps: int) -> None:
    if not 0 < strength <= 1:
        raise InputError("strength", expected="more than 0, at most 1", got=str(strength))
    if int(steps * strength) < 1:
        raise InputError(
            "strength",
            expected=f"enough for one of {steps} steps",
            got=f"{strength}",
            advice=f"Take {1 / steps:.3g} or more, or more steps.",
        )


def _check_picture(request: Request) -> None:
    width, height = request.size
    request.model.latent_shape(width, height)
    if request.image is None:
        if request.mask is not None:
            raise MaskError("mask", expected="an image to repaint", got="a mask alone")
        return
    _, rows, columns = require_shape(request.image, "3 H W", field="image").shape
    if (columns, rows) != (width, height):
        raise ImageError("image", expected=f"{width}x{height} pixels", got=f"{columns}x{rows}")
    if request.mask is not None and tuple(request.mask.shape) != (height, width):
        sides = "x".join(str(side) for side in reversed(request.mask.shape))
        raise MaskError("mask", expected=f"the image's size {width}x{height}", got=sides)
