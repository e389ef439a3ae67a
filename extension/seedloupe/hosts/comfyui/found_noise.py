"""NOISE of a picture that says what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from ...errors import NoiseError
from ...metadata import Answers, FoundNoise, draw_found, is_drawable, settled

__all__ = ["PictureNoise", "found_lines"]

_MOST_SEEDS = 8


class PictureNoise:
    """The noise a picture was made from, for every picture of a batch.

    Attributes:
        found: what the picture says.
        seed: what samplers seed the noise of their steps with.
    """

    def __init__(self, found: FoundNoise, index: int | None = None) -> None:
        """Keep what is needed to draw later; whether it can be drawn shows then."""
        self.found = found
        self.seed = found.seeds[0] if found.seeds else 0
        self._index = index

    def generate_noise(self, input_latent: Mapping[str, Any]) -> Tensor:
        """Draw the noise for a latent, ``(B, C, H, W)``, float32, CPU, in every row the same.

        Raises:
            NoiseError: the picture does not tell its noise, or it was made at another size.
        """
        samples = input_latent["samples"]
        shape = tuple(samples.shape[1:])
        told = self.found
        if told.channels_assumed:
            told = settled(told, Answers(channels=shape[0]))
        noise = draw_found(told, index=self._index)
        if tuple(noise.shape) != shape:
            raise NoiseError(
                "latent",
                expected=f"{tuple(noise.shape)}, as the picture's noise was drawn",
                got=f"{shape}",
                advice=_size_advice(told),
            )
        return noise[None].expand(len(samples), *shape).clone().to(samples.dtype)


def found_lines(found: FoundNoise) -> str:
    """Say which noise it is, what is missing, and whether it can be drawn."""
    seeds = ", ".join(map(str, found.seeds[:_MOST_SEEDS])) or "not told"
    source = "not told" if found.source is None else found.source.label
    shape = "not told" if found.shape is None else f"{found.shape}"
    lines = [
        f"{found.written_by}: {found.sentence}",
        f"Seed {seeds}, source {source}, noise {shape}, {found.task}.",
        *found.notes,
    ]
    if not is_drawable(found):
        missing = ", ".join(one.value for one in found.missing)
        told = f"say {missing} in this node" if missing else "the picture does not tell"
        lines.append(f"The noise cannot be drawn yet: {told}.")
    return "\n".join(lines)


def _size_advice(found: FoundNoise) -> str:
    assert found.shape is not None
    height, width = (side * found.cell for side in found.shape[-2:])
    return f"Set width and height to {width}x{height}."
