"""What one picture of a host's run says of its seed, where the host's own texts cannot.

ComfyUI writes one graph into all pictures of a run, so a picture of a batch or of a list does not
tell which of the seeds is its own. The record is one of :mod:`.image_record` without what the graph
already says, with ``host`` and ``shape`` ((C, H, W) of the noise, null where nobody knows).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..noise.resize import NoiseResize
from ..noise.seeds import canonical_seed
from ..noise.source import NoiseSource
from .image_record import IMAGE_FORMAT, IMAGE_VERSION

HOST_KEY = "host"


@dataclass(frozen=True)
class SeedRecord:
    """Which noise one picture of a host's run was made from.

    Attributes:
        tool: who wrote it, with its version.
        host: whose run it was.
        seed: of its starting noise.
        noise: which generator drew it.
        size: ``(width, height)`` of the picture in pixels.
        shape: of the noise, in latent cells; None where nobody knows.
        resize: where the noise was carried from, or None.
        cell: pixels a side of a latent cell.
        extras: further entries: where the seed comes from.
    """

    tool: str
    host: str
    seed: int
    noise: NoiseSource
    size: tuple[int, int]
    shape: tuple[int, ...] | None = None
    resize: NoiseResize | None = None
    cell: int = 8
    extras: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values; seeds are decimal text."""
        return {
            "format": IMAGE_FORMAT,
            "version": IMAGE_VERSION,
            "tool": self.tool,
            HOST_KEY: self.host,
            "seed": str(self.seed),
            "canonical_seed": str(canonical_seed(self.seed, self.noise)),
            "noise": self.noise.label,
            "size": list(self.size),
            "shape": None if self.shape is None else list(self.shape),
            **self._carried(),
            **self.extras,
        }

    def _carried(self) -> dict[str, object]:
        if self.resize is None:
            return {}
        shape = self.resize.shape
        size = [shape[2] * self.cell, shape[1] * self.cell]
        return {"carried": {"way": self.resize.way.value, "from": size, "shape": list(shape)}}
