"""Checking one of many pictures: what is wrong with it is its own row, never the batch's end."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...errors import SeedloupeError
from ...images import read_image, read_mask
from ...metadata.generation_info import GenerationInfo, told_by_file
from ..levels import Level
from ..mask_doubt import ask_about_mask
from ..region import OcrReader
from ..report import ArtifactReport
from ..score import TextCheck
from .pictures import Picture
from .row import Row, row_of, row_without


@dataclass(frozen=True)
class BatchSettings:
    """What holds for every picture.

    Attributes:
        level: how suspicious to be.
        prompt: what was asked for; None for what each picture says itself.
        reader: who reads, with the version.
        soft_masks: take masks that look like photographs as they are.
        negative: the negative prompt; counts only beside a prompt.
    """

    level: Level = Level.NORMAL
    prompt: str | None = None
    reader: str = ""
    soft_masks: bool = False
    negative: str = ""

    @classmethod
    def of(
        cls,
        reader: OcrReader | None,
        level: Level,
        prompt: str | None,
        negative: str = "",
        *,
        soft_masks: bool = False,
    ) -> BatchSettings:
        """Return the settings with the reader's own name and version."""
        parts = () if reader is None else (reader.name, str(getattr(reader, "version", "")))
        return cls(level, prompt, " ".join(parts).strip(), soft_masks, negative)

    def to_json(self) -> dict[str, object]:
        """Return them as JSON types; soft masks only where they are, as earlier reports know none.

        Reports of the same settings are gone on from, so these must stay as they were written.
        """
        plain: dict[str, object] = {
            "level": self.level.value,
            "prompt": self.prompt,
            "negative": self.negative,
            "reader": self.reader,
            # Reports of other rules for what a prompt asks for are not taken over.
            "asked_text_rules": 2,
        }
        return {**plain, "soft_masks": True} if self.soft_masks else plain


@dataclass(frozen=True, eq=False)
class Checked:
    """A picture that was looked at, or could not be.

    Attributes:
        picture: which.
        row: what is reported of it.
        generation_info: what it says of itself.
        report: what was found; None where it could not be looked at.
        image: ``(3, H, W)`` float32 in ``[0, 1]``; None where it could not be read.
        mask: ``(H, W)`` in ``[0, 1]``; None for the whole picture.
        prompt: what the check took as asked for.
    """

    picture: Picture
    row: Row
    generation_info: GenerationInfo
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
    generation_info = GenerationInfo() if picture.problem else told_by_file(picture.path)
    why = picture.problem
    try:
        if not why:
            return _look(picture, reader, settings, generation_info)
    except SeedloupeError as error:
        why = str(error)
    except Exception as error:  # noqa: BLE001 - a bug of ours or of Pillow's costs one row
        why = f"this should not have happened: {type(error).__name__}: {error}"
    row = row_without(picture, why, generation_info, settings.level)
    return Checked(picture, row, generation_info)


def look_back(picture: Picture, row: Row) -> Checked:
    """Return a picture with the row it had before; only its pixels are read, for a thumbnail."""
    try:
        image = read_image(picture.path)
    except SeedloupeError:
        image = None
    return Checked(picture, row, GenerationInfo(), image=image)


def _look(
    picture: Picture,
    reader: OcrReader | None,
    settings: BatchSettings,
    generation_info: GenerationInfo,
) -> Checked:
    image = read_image(picture.path)
    _, height, width = image.shape
    mask = None if picture.mask is None else read_mask(picture.mask, (width, height))
    if mask is not None and not settings.soft_masks:
        ask_about_mask(mask, field=str(picture.mask))

    prompt = generation_info.prompt if settings.prompt is None else settings.prompt
    check = TextCheck(
        mask,
        reader,
        before=None if picture.before is None else read_image(picture.before),
        prompt=prompt,
        level=settings.level,
        negative=generation_info.negative if settings.prompt is None else settings.negative,
    )
    report = check.check(image) if reader is None else check.flag(image)
    row = row_of(picture, report, generation_info, prompt)
    return Checked(picture, row, generation_info, report, image, mask, prompt)
