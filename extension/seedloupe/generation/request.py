"""What to generate, checked before anything is loaded or computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ImageError, InputError, MaskError
from ..hosts.standalone.engine.denoise import Plan, Sampler
from ..noise import NoiseResize, NoiseSource, canonical_seed
from ..tensors import require_shape

if TYPE_CHECKING:
    from torch import Tensor

    from ..hosts.standalone.engine.models import Model

_MOST_STEPS = 1000


@dataclass(frozen=True, eq=False)
class Request:
    """One prompt and one picture for each seed.

    Attributes:
        prompt: may be empty.
        seeds: one for each picture; 0 to 2^64 - 1.
        negative: what to steer away from.
        width: in pixels; None takes the picture's, or the size the model was trained at.
        height: likewise.
        steps: of the whole schedule; ``strength`` runs only its last part.
        guidance: classifier-free guidance; 1 or less means none.
        sampler: how the steps are taken.
        noise: which generator draws the starting noise.
        image: ``(3, H, W)`` float32 in [0, 1], the picture to start from.
        mask: ``(H, W)`` float32, 1 where ``image`` is repainted; None repaints all of it.
        strength: in (0, 1], how much of the picture is forgotten.
        keep_outside: copy the unmasked pixels of ``image`` into the result, so that they are
            unchanged and not merely similar.
        carried: the size the noise is drawn at, and how it is taken to the picture's; None draws
            it at the picture's.
    """

    prompt: str
    seeds: tuple[int, ...]
    negative: str = ""
    width: int | None = None
    height: int | None = None
    steps: int = 20
    guidance: float = 4.0
    sampler: Sampler = Sampler.EULER
    noise: NoiseSource = NoiseSource()
    image: Tensor | None = None
    mask: Tensor | None = None
    strength: float = 1.0
    keep_outside: bool = True
    carried: NoiseResize | None = None

    @property
    def task(self) -> str:
        """``"txt2img"``, ``"img2img"`` or ``"inpaint"``, the words seed tables use."""
        if self.image is None:
            return "txt2img"
        return "img2img" if self.mask is None else "inpaint"

    @property
    def plan(self) -> Plan:
        """The part that says how steps are taken."""
        return Plan(self.sampler, self.steps, self.guidance)

    def size(self, model: Model) -> tuple[int, int]:
        """Return width and height in pixels, with what was left open filled in."""
        width, height = model.native_size
        if self.image is not None:
            height, width = self.image.shape[-2:]
        return (
            width if self.width is None else self.width,
            height if self.height is None else self.height,
        )


def check_request(request: Request, model: Model) -> None:
    """Raise for anything that cannot be generated, before the first step.

    Raises:
        InputError: or one of its kinds, naming the field.
    """
    _check_seeds(request)
    _check_numbers(request)
    _check_picture(request, model)
    shape = model.latent_shape(*request.size(model))
    if request.carried is not None:
        request.carried.onto(shape)


def _check_seeds(request: Request) -> None:
    if not request.seeds:
        raise InputError("seeds", expected="at least one seed", got="none")
    for seed in request.seeds:
        canonical_seed(seed, request.noise)


def _check_numbers(request: Request) -> None:
    if not 1 <= request.steps <= _MOST_STEPS:
        raise InputError("steps", expected=f"1 to {_MOST_STEPS}", got=str(request.steps))
    if not (math.isfinite(request.guidance) and request.guidance >= 0):
        raise InputError("guidance", expected="a number from 0 up", got=str(request.guidance))
    if not 0 < request.strength <= 1:
        raise InputError("strength", expected="more than 0, at most 1", got=str(request.strength))
    if int(request.steps * request.strength) < 1:
        raise InputError(
            "strength",
            expected=f"enough for one of {request.steps} steps",
            got=f"{request.strength}",
            advice=f"Take {1 / request.steps:.3g} or more, or more steps.",
        )


def _check_picture(request: Request, model: Model) -> None:
    if request.image is None:
        if request.mask is not None:
            raise MaskError("mask", expected="an image to repaint", got="a mask alone")
        return
    require_shape(request.image, "3 H W", field="image")
    height, width = request.image.shape[-2:]
    if request.size(model) != (width, height):
        raise ImageError(
            "image", expected="{}x{} pixels".format(*request.size(model)), got=f"{width}x{height}"
        )
    if request.mask is not None and tuple(request.mask.shape) != (height, width):
        sides = "x".join(str(side) for side in reversed(request.mask.shape))
        raise MaskError("mask", expected=f"the image's size {width}x{height}", got=sides)
