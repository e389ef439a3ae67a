"""What a picture says about how it was made, as far as the check for text asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from .containers.file import read_picture_file
from .containers.hidden_text import hidden_texts
from .found_noise import FoundLevel, FoundNoise, Missing
from .infotext.settings import settings
from .parsing import read_json
from .picture import noise_in_picture
from .programs.records import object_in, program_in
from .prompt_text import graph_words, parameters_negative, parameters_prompt, record_words
from .seed_record import HOST_KEY

_LONGEST_NAME = 200
_WITH_TEXTS = (".png", ".apng", ".jpg", ".jpeg", ".webp", ".avif")
_HIDING = (".png", ".webp")
"""Kinds whose pixels can hide a text."""
_RECORDS = ("parameters", "invokeai_metadata", "Comment", "generation_data", "sd-metadata")
"""Texts in which other programs keep an object of JSON."""


@dataclass(frozen=True)
class GenerationInfo:
    """What a picture says of itself; empty where it says nothing.

    Attributes:
        seed: of its starting noise; None where it names none, or does not tell which of several.
        alone: whether that noise is the seed's and nothing else's: no variation, no later picture
            of a batch drawn as one stream, not carried over from another size.
        noise: which generator drew it, such as ``"cpu"``; empty where that is not known.
        size: ``(width, height)`` the noise was drawn for, in pixels; None where it is not known.
        prompt: what was asked for.
        model: the model's name.
        model_sha: its SHA-256, or the first digits of it.
        sampler: the sampler's name.
        task: ``"txt2img"``, ``"img2img"``, ``"inpaint"``, or empty.
        problem: why the texts could not be read; empty where they could, or where there are none.
        negative: what was to be avoided.
        schedule: the schedule's name, where it stands beside the sampler's.
        steps: of the schedule; None where it is not told.
        guidance: classifier-free guidance; None where it is not told.
    """

    seed: int | None = None
    alone: bool = False
    noise: str = ""
    size: tuple[int, int] | None = None
    prompt: str = ""
    model: str = ""
    model_sha: str = ""
    sampler: str = ""
    task: str = ""
    problem: str = ""
    negative: str = ""
    schedule: str = ""
    steps: int | None = None
    guidance: float | None = None


def told_by_file(path: Path) -> GenerationInfo:
    """Read what a picture file says of itself; never fails."""
    if path.suffix.lower() not in _WITH_TEXTS:
        return GenerationInfo()
    try:
        picture = read_picture_file(path)
    except InputError as error:
        return GenerationInfo(problem=str(error))
    texts = picture.texts
    if not texts and path.suffix.lower() in _HIDING:
        texts = hidden_texts(path)
    return told_by(texts, file_size=picture.size)


def told_by(
    texts: Mapping[str, str], *, file_size: tuple[int, int] | None = None
) -> GenerationInfo:
    """Read what a picture says of itself; never fails, as anybody may have written it.

    Args:
        texts: its texts by name, as :func:`~seedloupe.metadata.texts_in_file` gives them.
        file_size: ``(width, height)`` of the file in pixels, which tells a grid from a picture.
    """
    told = GenerationInfo()
    try:
        told = _words(texts, told)
    except InputError as error:
        told = replace(told, problem=str(error))
    try:
        return _noise(texts, told, file_size)
    except InputError as error:
        return replace(told, problem=told.problem or str(error))


def _words(texts: Mapping[str, str], told: GenerationInfo) -> GenerationInfo:
    """Read prompt, model and sampler where the noise is read too: the surest word first."""
    if "seedloupe" in texts:
        record = read_json(texts["seedloupe"], "seedloupe")
        model = record.get("model")
        model = model if isinstance(model, Mapping) else {}
        if HOST_KEY in record:  # of a host's run, which the host's own texts tell the words of
            run = {name: text for name, text in texts.items() if name != "seedloupe"}
            told = _words(run, told)
            name, sha = _text(model.get("name")), _text(model.get("sha256"))
            return replace(told, model=name or told.model, model_sha=sha or told.model_sha)
        return replace(
            told,
            prompt=_text(record.get("prompt"), whole=True),
            negative=_text(record.get("negative"), whole=True),
            model=_text(model.get("name")),
            model_sha=_text(model.get("sha256")),
            sampler=_text(record.get("sampler")),
            schedule=_text(record.get("schedule")),
            **_taken(record.get("steps"), record.get("guidance")),
        )
    if texts.get("prompt", "").lstrip().startswith("{"):
        words = graph_words(read_json(texts["prompt"], "prompt"))
        return replace(
            told,
            prompt=words.prompt,
            negative=words.negative,
            model=_text(words.model),
            sampler=_text(words.sampler),
            schedule=_text(words.schedule),
            **_taken(words.steps, words.guidance),
        )
    records = [object_in(texts.get(name, ""), name) for name in _RECORDS]
    for found in records:
        if found is None:
            continue
        words = record_words(found)
        model, sampler = _text(words.model), _text(words.sampler)
        return replace(
            told,
            prompt=words.prompt,
            negative=words.negative,
            model=model,
            sampler=sampler,
            schedule=_text(words.schedule),
            **_taken(words.steps, words.guidance),
        )
    if "parameters" in texts:
        # A prompt without a line of settings still says what was asked for.
        text = texts["parameters"]
        told = replace(told, prompt=parameters_prompt(text), negative=parameters_negative(text))
        fields = settings(texts["parameters"])
        return replace(
            told,
            model=_text(fields.get("Model")),
            model_sha=_text(fields.get("Model hash")),
            sampler=_text(fields.get("Sampler")),
            schedule=_text(fields.get("Schedule type")),
            **_taken(fields.get("Steps"), fields.get("CFG scale")),
        )
    return told


def _taken(steps: object, guidance: object) -> dict[str, Any]:
    """Read steps and guidance, where they are numbers at all."""
    many, strong = _number(steps), _number(guidance)
    whole = many is not None and many == int(many) and many >= 1
    return {"steps": int(many) if many and whole else None, "guidance": strong}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _noise(
    texts: Mapping[str, str], told: GenerationInfo, file_size: tuple[int, int] | None
) -> GenerationInfo:
    known = {"seedloupe", "workflow", "parameters", "prompt"} & texts.keys()
    if not known and program_in(texts) is None:
        return told
    found = noise_in_picture(texts, file_size=file_size)
    return replace(
        told,
        seed=found.seeds[0] if len(found.seeds) == 1 else None,
        alone=_alone(found),
        noise="" if found.source is None else found.source.label,
        size=_size(found),
        task=found.task,
    )


def _size(found: FoundNoise) -> tuple[int, int] | None:
    if found.shape is None:
        return None
    return found.shape[-1] * found.cell, found.shape[-2] * found.cell


def _alone(found: FoundNoise) -> bool:
    """Whether the noise is its seed's and nothing else's, as far as the picture tells."""
    open_to_doubt = found.level is FoundLevel.UNKNOWN or Missing.INDEX in found.missing
    changed = found.subseed is not None or found.extras.resize_from is not None
    one = len(found.seeds) == 1 and found.batch == 1 and found.carried is None
    # A later part of a stream is no seed's own noise.
    first = found.batch_index is None or set(found.batch_index) == {0}
    return one and first and not changed and not open_to_doubt


def _text(value: object, *, whole: bool = False) -> str:
    if not isinstance(value, str):
        return ""
    return value if whole else value[:_LONGEST_NAME]
