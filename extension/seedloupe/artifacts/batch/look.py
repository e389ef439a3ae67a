"""Checking one of many pictures: what is wrong with it is its own row, never the batch's end."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import SeedloupeError
from ...images import read_image, read_mask
from ...metadata.generation_info import GenerationInfo, told_by_file
from ..levels import Level
from ..region import OcrReader
from ..report import ArtifactReport
from ..score import check_text_artifacts, flag_text_artifacts
from .pictures import Picture
from .row import Row, row_of, row_without


@dataclass(frozen=True)
class BatchSettings:
    """What holds for every picture.

    Attributes:
        level: how suspicious to be.
        prompt: what was asked for; None for what each picture says itself.
        reader: who reads, with the version.
        negative: the negative prompt; counts only beside a prompt.
    """

    level: Level = Level.NORMAL
    prompt: str | None = None
    reader: str = ""
    negative: str = ""

    @classmethod
    def of(
        cls, reader: OcrReader | None, level: Level, prompt: str | None, negative: str = ""
    ) -> BatchSettings:
        """Return the settings with the reader's own name and version."""
        parts = () if reader is None else (reader.name, str(getattr(reader, "version", "")))
        return cls(level, prompt, " ".join(parts).strip(), negative)

    def to_json(self) -> dict[str, object]:
        """Return them as JSON types."""
        return {
            "level": self.level.value,
            "prompt": self.prompt,
            "negative": self.negative,
            "reader": self.reader,
            # Reports of other rules for what a prompt asks for are not taken over.
            "asked_text_rules": 2,
        }


@dataclass(frozen=True, eq=False)
class Checked:
    """A picture that was looked at, or could not be.

    Attributes:
        picture: which.
        row: what is reported of it.
        told: what it says of itself.
        report: what was found; None where it could not be looked at.
        image: ``(3, H, W)`` float32 in ``[0, 1]``; None where it could not be read.
        mask: ``(H, W)`` in ``[0, 1]``; None for the whole picture.
        prompt: what the check was told was asked for.
    """

    picture: Picture
    row: Row
    told: GenerationInfo
    report: ArtifactReport | None = None
    image: Tensor | None = None
    mask: Tensor | None = None
    prompt: str = ""


def look_at(picture: Picture, reader: OcrReader | None, settings: BatchSettings) -> Checked:
    """Check a picture file for text; never fails, as there are others waiting.

    Args:
        picture: the file, with its mask and source.
        reader: finds the text; None looks at nothing, and says so.
        settings: level and prompt.
    """
    told = GenerationInfo() if picture.problem else told_by_file(picture.path)
    try:
        if picture.problem:
            return Checked(
                picture, row_without(picture, picture.problem, told, settings.level), told
            )
        return _look(picture, reader, settings, told)
    except SeedloupeError as error:
        why = str(error)
    except Exception as error:  # noqa: BLE001 - a bug of ours or of Pillow's costs one row
        why = f"this should not have happened: {type(error).__name__}: {error}"
    return Checked(picture, row_without(picture, why, told, settings.level), told)


def look_back(picture: Picture, row: Row) -> Checked:
    """Return a picture with the row it had before; only its pixels are read, for a thumbnail."""
    try:
        image = read_image(picture.path)
    except SeedloupeError:
        image = None
    return Checked(picture, row, GenerationInfo(), image=image)


def _look(
    picture: Picture, reader: OcrReader | None, settings: BatchSettings, told: GenerationInfo
) -> Checked:
    image = read_image(picture.path)
    _, height, width = image.shape
    mask = None if picture.mask is None else read_mask(picture.mask, (width, height))
    prompt = told.prompt if settings.prompt is None else settings.prompt
    negative = told.negative if settings.prompt is None else settings.negative
    where = torch.ones(height, width) if mask is None else mask
    before = None if picture.before is None else read_image(picture.before)
    if reader is None:
        report = check_text_artifacts(
            image,
            where,
            None,
            before=before,
            prompt=prompt,
            level=settings.level,
            negative=negative,
        )
    else:
        report = flag_text_artifacts(
            image,
            where,
            reader,
            before=before,
            prompt=prompt,
            level=settings.level,
            negative=negative,
        )
    return Checked(
        picture, row_of(picture, report, told, prompt), told, report, image, mask, prompt
    )
