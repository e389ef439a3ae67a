"""The format of our own record, the text ``seedloupe`` in a picture: a JSON object.

Version 1. Entries: ``format``, ``version``, ``tool``, ``prompt``, ``negative``, ``seed`` and
``canonical_seed`` (decimal text), ``noise`` (``cpu``, ``nv`` or ``cuda:GRID``), ``size``
([width, height] in pixels), ``steps``, ``guidance``, ``sampler``, ``schedule`` where it is not the
model's usual one, ``task``, ``strength`` (null from noise alone), ``model`` {name, family, sha256},
``carried`` {way, from, shape} where noise was taken from another size, and whatever else its writer
adds. Readers keep what they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import ImageError
from ..noise.resize import NoiseResize
from ..noise.seeds import canonical_seed
from ..noise.source import NoiseSource

IMAGE_FORMAT, IMAGE_VERSION = "seedloupe.image", "1"


@dataclass(frozen=True)
class ImageRecord:
    """Everything a picture was made from.

    Attributes:
        tool: who made it, with its version.
        prompt: what was asked for.
        negative: what was to be avoided.
        seed: of its starting noise.
        noise: which generator drew it.
        size: ``(width, height)`` in pixels.
        steps: of the whole schedule.
        guidance: classifier-free guidance.
        sampler: the sampler's name.
        task: ``"txt2img"``, ``"img2img"`` or ``"inpaint"``.
        strength: how much of a picture it started from was forgotten; None from noise alone.
        model: its name, family and SHA-256.
        resize: the size the noise was drawn at and how it was taken to the picture's; None where
            that is the picture's own.
        cell: pixels a side of a latent cell.
        schedule: at which noise levels, where they are not the model's usual ones; else None.
        extras: further entries.
    """

    tool: str
    prompt: str
    negative: str
    seed: int
    noise: NoiseSource
    size: tuple[int, int]
    steps: int
    guidance: float
    sampler: str
    task: str
    strength: float | None
    model: Mapping[str, str]
    resize: NoiseResize | None = None
    cell: int = 8
    schedule: str | None = None
    extras: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values; seeds are decimal text."""
        return {
            "format": IMAGE_FORMAT,
            "version": IMAGE_VERSION,
            "tool": self.tool,
            "prompt": self.prompt,
            "negative": self.negative,
            "seed": str(self.seed),
            "canonical_seed": str(canonical_seed(self.seed, self.noise)),
            "noise": self.noise.label,
            "size": list(self.size),
            "steps": self.steps,
            "guidance": self.guidance,
            "sampler": self.sampler,
            **({} if self.schedule is None else {"schedule": self.schedule}),
            "task": self.task,
            "strength": self.strength,
            "model": dict(self.model),
            **self._carried(),
            **self.extras,
        }

    def _carried(self) -> dict[str, object]:
        """Say where the noise was carried from; nothing where it was drawn at its own size."""
        if self.resize is None:
            return {}
        shape = self.resize.shape
        size = [shape[2] * self.cell, shape[1] * self.cell]
        return {"carried": {"way": self.resize.way.value, "from": size, "shape": list(shape)}}


def require_image_record(record: Mapping[str, object]) -> None:
    """Refuse an object that is no record of a version this reader knows.

    Raises:
        ImageError: it is none.
    """
    if record.get("format") != IMAGE_FORMAT or record.get("version") != IMAGE_VERSION:
        got = f"{record.get('format')!r}, version {record.get('version')!r}"
        raise ImageError(
            "seedloupe.format", expected=f"{IMAGE_FORMAT}, version {IMAGE_VERSION}", got=got[:80]
        )
