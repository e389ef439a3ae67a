"""What can be said about a picture's noise."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ..noise.resize import NoiseResize
from ..noise.source import NoiseSource
from ..noise.webui import WebuiExtras


class FoundHost(str, Enum):
    """Who made a picture."""

    WEBUI = "web UI"
    """AUTOMATIC1111's, Forge, and what writes pictures as they do."""
    COMFYUI = "ComfyUI"
    SEEDLOUPE = "Seedloupe"


class FoundLevel(str, Enum):
    """Whether the noise can be drawn again."""

    EXACT = "exact"
    """Everything that decides it is known."""
    DEPENDS = "depends"
    """Something is missing that somebody may know: the card, or which picture of a batch it is."""
    UNKNOWN = "unknown"
    """The picture does not tell, or tells of something nobody here knows."""


@dataclass(frozen=True)
class FoundNoise:
    """Which noise a picture says it was made from.

    Attributes:
        host: who made it.
        level: whether the noise can be drawn again.
        verdict: the same for people, with what is missing.
        seeds: of the starting noise; more than one where the picture may be of either.
        source: which generator drew; None where that depends on the machine.
        shape: ``(C, H, W)`` of the starting noise in latent cells; None where it is not known.
        subseed: of a variation.
        extras: what the web UI does to the noise besides.
        carried: where the noise was carried from by Seedloupe.
        batch: how many pictures came from one stream (ComfyUI).
        batch_index: which parts of that stream, where they were picked (ComfyUI).
        task: ``"txt2img"``, ``"img2img"`` or ``"inpaint"``.
        strength: how much of the picture it started from was forgotten; None from noise alone.
        later: the sizes in pixels of passes that draw new noise, e.g. ``"1024x768"``.
        notes: what else a reader should know, whole sentences.
    """

    host: FoundHost
    level: FoundLevel
    verdict: str
    seeds: tuple[int, ...] = ()
    source: NoiseSource | None = None
    shape: tuple[int, int, int] | None = None
    subseed: int | None = None
    extras: WebuiExtras = field(default_factory=WebuiExtras)
    carried: NoiseResize | None = None
    batch: int = 1
    batch_index: tuple[int, ...] | None = None
    task: str = "txt2img"
    strength: float | None = None
    later: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values; seeds are decimal text."""
        resize, carried = self.extras.resize_from, self.carried
        return {
            "host": self.host.value,
            "level": self.level.value,
            "verdict": self.verdict,
            "seeds": [str(seed) for seed in self.seeds],
            "source": None if self.source is None else self.source.label,
            "shape": None if self.shape is None else list(self.shape),
            "variation": None
            if self.subseed is None
            else {"seed": str(self.subseed), "strength": self.extras.variation},
            "resize_from": None if resize is None else list(resize),
            "step_seed_delta": self.extras.step_seed_delta,
            "carried": None
            if carried is None
            else {"way": carried.way.value, "shape": list(carried.shape)},
            "batch": self.batch,
            "batch_index": None if self.batch_index is None else list(self.batch_index),
            "task": self.task,
            "strength": self.strength,
            "later": list(self.later),
            "notes": list(self.notes),
        }
