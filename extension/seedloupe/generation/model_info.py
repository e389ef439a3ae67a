"""What must be known of a model to make pictures with it, apart from the model itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from ..errors import InputError, ShapeError
from .sampler import FEW, Plan, ScheduleType


class Family(str, Enum):
    """Which line of Stable Diffusion a model belongs to; decides its configuration."""

    SEEDLING = "seedling"
    SD1 = "sd1"
    SD2 = "sd2"
    SDXL = "sdxl"


@dataclass(frozen=True)
class ModelPatch:
    """What changes a model's weights, above all a LoRA.

    Attributes:
        name: what the user calls it, without folder and suffix.
        strength: the factor it is added with; 0 changes nothing.
        sha256: of its file, in lower-case hexadecimal; None where nobody knows.
    """

    name: str
    strength: float = 1.0
    sha256: str | None = None

    @property
    def label(self) -> str:
        """File and strength in one text, as seed tables list what a model was patched with."""
        return f"{self.sha256 or self.name}@{self.strength:g}"


@dataclass(frozen=True)
class ModelInfo:
    """Facts of a model; two models with equal facts make the same pictures.

    Attributes:
        name: short name for messages and metadata, e.g. ``"seedling"``.
        family: which line of Stable Diffusion it belongs to.
        cell: how many pixels a side one latent cell covers.
        latent_channels: of the autoencoder's latents.
        in_channels: of the denoiser: as many as of latents, or 9 where it was trained to inpaint.
        native_size: ``(width, height)`` in pixels the model was trained at.
        prediction: ``"epsilon"`` or ``"v_prediction"``.
        sha256: of the base weights' file, or of several one after the other.
        trailing: whether it was saved to be stepped from the noisiest level on, as models of few
            steps are.
        patches: what changes the weights, in any order.
        guessed: how ``prediction`` was guessed, in words; empty where the model says it. It is no
            fact of the model, and does not tell two apart.
    """

    name: str
    family: Family
    cell: int
    latent_channels: int
    in_channels: int
    native_size: tuple[int, int]
    prediction: str
    sha256: str
    trailing: bool = False
    patches: tuple[ModelPatch, ...] = ()
    guessed: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Put patches in one order, as weights do not depend on it; those of strength 0 go.

        Raises:
            InputError: a patch is named twice.
        """
        patches = sorted((p for p in self.patches if p.strength), key=lambda patch: patch.label)
        object.__setattr__(self, "patches", tuple(patches))
        names = [patch.sha256 or patch.name for patch in patches]
        for name in names:
            if names.count(name) > 1:
                raise InputError("patches", expected="each patch once", got=f"{name} twice")

    @property
    def identity(self) -> str:
        """A hash of base and patches: :attr:`sha256` itself where nothing is patched."""
        return patched_identity(self.sha256, self.patch_labels)

    @property
    def patch_labels(self) -> tuple[str, ...]:
        """The patches as seed tables list them."""
        return tuple(patch.label for patch in self.patches)

    @property
    def usual(self) -> Plan:
        """How it is sampled by default."""
        return FEW if self.trailing else Plan()

    @property
    def usual_schedule(self) -> ScheduleType:
        """The noise levels it is sampled at by default."""
        return ScheduleType.SGM_UNIFORM if self.trailing else ScheduleType.UNIFORM

    def schedule_of(self, plan: Plan) -> ScheduleType:
        """Return the noise levels a plan stands for with this model.

        What a plan leaves open is the model's usual schedule, or the sampler's only one.
        """
        if plan.schedule is not None:
            return plan.schedule
        usual = self.usual_schedule
        return usual if usual in plan.sampler.schedules else plan.sampler.schedules[0]

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        """Return the latent ``(C, H, W)`` of a picture of ``width`` by ``height`` pixels.

        Raises:
            ShapeError: a side is no positive multiple of the cell.
        """
        return self.latent_channels, *latent_cells(width, height, self.cell)


def latent_cells(width: int, height: int, cell: int) -> tuple[int, int]:
    """Return height and width in latent cells of a picture of ``width`` by ``height`` pixels.

    Raises:
        ShapeError: a side is no positive multiple of ``cell``.
    """
    if width < cell or height < cell or width % cell or height % cell:
        expected = f"positive multiples of {cell} pixels"
        raise ShapeError("size", expected=expected, got=f"{width}x{height}")
    return height // cell, width // cell


def patched_identity(sha256: str, patch_labels: Sequence[str]) -> str:
    """Return a hash of a model and its patches: ``sha256`` itself where nothing is patched.

    Args:
        sha256: of the model's file.
        patch_labels: the patches as seed tables list them.
    """
    if not patch_labels:
        return sha256
    text = json.dumps([sha256, *patch_labels])
    return hashlib.sha256(text.encode()).hexdigest()
