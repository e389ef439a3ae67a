"""The critic as an instrument of mining: alignment, Fréchet, style, composition, text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..tables import MetricSpec
from .critic import BACKGROUND, TEXT, Critic, CriticReading
from .prompts import MINING, plain_scenes, real_pictures
from .world import ObjectKind

#: Share of the picture above which painted text counts, and above which an object does.
TEXT_SHARE, OBJECT_SHARE = 0.01, 0.01
#: Rendered pictures a prompt that a seed's pictures are compared with.
REAL_EACH = 24


class CriticInstrument:
    """Scores Seedling's pictures against their prompt and against rendered pictures.

    Args:
        critic: the trained critic.
        pooled_caption: the text encoder's pooled output ``(D,)`` for a prompt; the
            host's, because the host holds the text encoder.
        prompts: how many mining prompts the reference pictures answer.
    """

    metrics: Sequence[MetricSpec] = (
        MetricSpec("alignment", "1", True, "cosine of Seedling's critic, picture and prompt"),
        MetricSpec("frechet", "1", False, "diagonal Fréchet distance to rendered pictures"),
    )
    classes: Mapping[str, tuple[str, ...]] = {
        "composition": tuple(kind.value for kind in ObjectKind)
    }

    def __init__(
        self, critic: Critic, pooled_caption: Callable[[str], Tensor], *, prompts: int
    ) -> None:
        self._critic = critic
        self._pooled = pooled_caption
        self.references: Mapping[str, NDArray[np.float32]] = {
            "frechet.frechet": _reference(critic, prompts)
        }

    @torch.no_grad()
    def measure(self, images: Tensor, prompt: str) -> Mapping[str, Tensor]:
        """Measure images ``(B, 3, H, W)`` in [0, 1] made for ``prompt``.

        Raises:
            ShapeError: ``images`` is laid out differently.
        """
        reading = self._critic(images)
        words = functional.normalize(self._critic.words(self._pooled(prompt)), dim=-1)
        return {
            "score.alignment": reading.embedding @ words,
            "frechet.frechet": reading.embedding,
            "feature.style": reading.style,
            "place.composition": composition(reading),
            "tag.text": (text_share(reading) > TEXT_SHARE).float(),
        }


def composition(reading: CriticReading) -> Tensor:
    """Where the object stands: column, row, size and depth for each kind, ``(B, 4 * kinds)``.

    All in [0, 1]; NaN for every kind but the one that takes most of the picture, and
    for that one too when it takes less than one percent (Xu et al., 2024, sec. 4.2).
    """
    found = reading.planes.argmax(1)
    counts = torch.stack([(found == 1 + kind).sum((1, 2)) for kind in range(len(ObjectKind))], 1)
    places = torch.full((len(found), len(ObjectKind), 4), float("nan"))
    cells = found.shape[1] * found.shape[2]
    for row, kind in enumerate(counts.argmax(1).tolist()):
        mask = found[row] == 1 + kind
        if float(mask.sum()) >= OBJECT_SHARE * cells:
            places[row, kind] = _place(mask, reading.depth[row])
    return places.flatten(1)


def text_share(reading: CriticReading) -> Tensor:
    """Share of each picture taken by painted text, ``(B,)``."""
    return (reading.planes.argmax(1) == TEXT).float().mean((1, 2))


def object_mask(reading: CriticReading) -> Tensor:
    """Where some object stands, ``(B, h, w)`` bool."""
    found = reading.planes.argmax(1)
    return (found != BACKGROUND) & (found != TEXT)


def _place(mask: Tensor, depth: Tensor) -> Tensor:
    rows, columns = mask.nonzero(as_tuple=True)
    height, width = mask.shape
    return torch.tensor(
        [
            (float(columns.float().mean()) + 0.5) / width,
            (float(rows.float().mean()) + 0.5) / height,
            float(mask.float().mean()),
            float(depth[mask].mean()),
        ]
    )


@torch.no_grad()
def _reference(critic: Critic, prompts: int) -> NDArray[np.float32]:
    pictures = real_pictures(plain_scenes(prompts, MINING), REAL_EACH)
    images = torch.stack([torch.from_numpy(p.image.copy()) for p in pictures])
    parts = [
        critic(chunk.permute(0, 3, 1, 2).float() / 255).embedding
        for chunk in torch.split(images, 32)
    ]
    reference: NDArray[np.float32] = torch.cat(parts).numpy()
    return reference
