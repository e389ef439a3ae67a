"""The host's pictures and masks for the check for text, and what was found for the host."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...artifacts import ArtifactReport, ResultStore, TextCheck, draw_overlay, tally_folder
from ...artifacts.levels import Level
from ...artifacts.picture_set import PictureSet, text_mask
from ...artifacts.tally import Subject, purpose_of
from ...artifacts.tally.result_log import ResultLog, check_and_count
from ...errors import ShapeError
from ...noise import CPU_NOISE
from .identity import model_sha256
from .latents import latent_shape
from .readers import reader_named

__all__ = ["CheckInputs", "CheckedPictures", "check_pictures", "require_sizes"]


@dataclass(frozen=True, eq=False)
class CheckInputs:
    """What is known of the pictures to be checked.

    Attributes:
        mask: ``(B or 1, H, W)``, 1 where they were repainted; None where nobody says.
        before: ``(B or 1, H, W, C)``, the source picture; None where there is none.
        prompt: what was asked for.
        negative: what was refused.
        level: how suspicious to be.
        reader: its name, or ``auto``.
        model: what drew them; without it nothing is counted.
    """

    mask: Tensor | None = None
    before: Tensor | None = None
    prompt: str = ""
    negative: str = ""
    level: str = Level.NORMAL.value
    reader: str = "auto"
    model: Any = None

    def check_of(self, index: int) -> TextCheck:
        """Return the check of one picture of a batch."""
        mask = None if self.mask is None else _one(self.mask, index)
        before = None if self.before is None else _picture(_one(self.before, index))
        reader = reader_named(self.reader)
        return TextCheck(mask, reader, before, self.prompt, Level(self.level), self.negative)

    def log(self, width: int, height: int) -> ResultLog | None:
        """Return where checks of these pictures are counted; None where nobody knows the model."""
        known = model_sha256(self.model)
        if known is None:
            return None
        shape = latent_shape(width, height, self.model)
        subject = Subject(known, known[:10], purpose_of(self.prompt), CPU_NOISE, shape)
        return ResultLog(ResultStore(tally_folder(os.environ, sys.platform, Path.home())), subject)


@dataclass(frozen=True, eq=False)
class CheckedPictures:
    """A batch that was looked over.

    Attributes:
        images: ``(B, H, W, C)`` as they came.
        found: what was found in each.
        overlays: ``(B, H, W, 3)`` with a frame around each piece of text.
        text: ``(B, H, W)``: where flagged text stands.
        problem: why something could not be counted; empty where nothing went wrong.
    """

    images: Tensor
    found: PictureSet
    overlays: Tensor
    text: Tensor
    problem: str = ""

    def pictures(self, indices: Sequence[int]) -> list[Tensor]:
        """Return some of the pictures, each ``(1, H, W, C)``."""
        return [self.images[index : index + 1] for index in indices]


def check_pictures(
    images: Tensor, repaint: CheckInputs, seeds: Sequence[int] = ()
) -> CheckedPictures:
    """Look a batch over and count what is found where the seed of each picture is known.

    Args:
        images: ``(B, H, W, C)`` in ``[0, 1]``.
        repaint: what is known of them.
        seeds: one a picture, or none.

    Raises:
        ShapeError: mask or source are of another size than the pictures.
    """
    require_sizes(images, repaint)
    _, height, width, _ = images.shape
    log = repaint.log(width, height) if len(seeds) == len(images) else None
    reports, problems = [], []
    for index, image in enumerate(images):
        seed = seeds[index] if log is not None else 0
        report, counted = check_and_count(repaint.check_of(index), seed, _picture(image), log)
        reports.append(report)
        problems.append(counted.problem)
    return _checked(images, repaint, tuple(reports), next(filter(None, problems), ""))


def require_sizes(images: Tensor, repaint: CheckInputs) -> None:
    """Refuse a mask or a source that cannot belong to the pictures.

    Raises:
        ShapeError: it is of another size, or of another number than the pictures.
    """
    for field, other, cure in (
        ("mask", repaint.mask, "Wire the mask that the picture was repainted with."),
        ("before", repaint.before, "Wire the picture as it was before, at the same size."),
    ):
        if other is None:
            continue
        if other.shape[1:3] != images.shape[1:3] or len(other) not in (1, len(images)):
            raise ShapeError(field, expected=_size(images), got=_size(other), advice=cure)


def _checked(
    images: Tensor, repaint: CheckInputs, reports: tuple[ArtifactReport, ...], problem: str
) -> CheckedPictures:
    masks = [None if repaint.mask is None else _one(repaint.mask, i) for i in range(len(images))]
    drawn = [
        draw_overlay(_picture(image), report, mask)
        for image, report, mask in zip(images, reports, masks, strict=True)
    ]
    overlays = torch.stack(drawn).movedim(1, -1)
    return CheckedPictures(
        images, PictureSet(reports), overlays, torch.stack(list(map(text_mask, reports))), problem
    )


def _picture(image: Tensor) -> Tensor:
    """``(H, W, C)`` of the host to ``(3, H, W)``, numbers clamped as the host does on saving."""
    return image[..., :3].movedim(-1, 0).float().clamp(0, 1)


def _one(batch: Tensor, index: int) -> Tensor:
    return batch[index if len(batch) > 1 else 0]


def _size(batch: Tensor) -> str:
    height, width = batch.shape[1:3]
    many = "" if len(batch) == 1 else f", {len(batch)} of them"
    return f"{width}x{height} pixels{many}"
