"""What a picture of any program says of itself, as settings another picture can be drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..metadata import noise_in_file, read_picture_file
from ..metadata.generation_info import GenerationInfo, told_by_file
from ..sampler_names import SamplerName, read_sampler_name


@dataclass(frozen=True)
class PictureSettings:
    """What can be taken over from a picture; empty or None is what it does not say.

    Attributes:
        prompt: what was asked for.
        negative: what was to be avoided.
        seed: of its noise.
        size: ``(width, height)`` in pixels its noise was drawn for.
        steps: of the schedule.
        guidance: classifier-free guidance.
        sampler: how the steps were taken, and at which levels, where we have both.
        model: the model's name.
        said: on its noise and on what cannot be taken over, one sentence each.
    """

    prompt: str = ""
    negative: str = ""
    seed: int | None = None
    size: tuple[int, int] | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: SamplerName | None = None
    model: str = ""
    said: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the picture says neither what was asked for nor which seed it was."""
        return not self.prompt and self.seed is None


def settings_in_file(path: Path) -> PictureSettings:
    """Read the settings of a picture, whoever made it.

    Raises:
        ImageError: the file is no picture, or one that cannot be read.
    """
    read_picture_file(path)  # refuses what is no picture
    told = told_by_file(path)
    sampler = _sampler(told.sampler, told.schedule)
    said = (*_noise_words(path), *_foreign_sampler(told, sampler))
    return PictureSettings(
        told.prompt,
        told.negative,
        told.seed,
        told.size,
        told.steps,
        told.guidance,
        sampler,
        told.model,
        said,
    )


def _sampler(name: str, schedule: str) -> SamplerName | None:
    """Return the sampler that a host knows by these names, or None where we have none such."""
    try:
        return read_sampler_name(name, schedule or None)
    except InputError:
        return None


def _noise_words(path: Path) -> tuple[str, ...]:
    """Say of the noise what the command line says of it."""
    try:
        found = noise_in_file(path)
    except InputError as error:
        said = f"Needed is {error.expected}, found is {error.got}. {error.advice}".rstrip()
        return (f"Its noise cannot be told. {said}",)
    return (f"{found.written_by}, noise {found.level.value}: {found.sentence}", *found.notes)


def _foreign_sampler(told: GenerationInfo, own: SamplerName | None) -> tuple[str, ...]:
    if own is not None or not told.sampler:
        return ()
    named = f"{told.sampler} {told.schedule}".strip()
    return (f"Its sampler, {named}, is none of ours.",)
