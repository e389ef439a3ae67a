"""What a picture says about how it was made, as far as the check for text asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..noise.stream import CELL
from . import FoundNoise, noise_in_picture, texts_in_file
from .infotext import settings
from .parsing import read_json
from .prompt_text import graph_words, parameters_negative, parameters_prompt

_LONGEST_NAME = 200
_WITH_TEXTS = (".png", ".jpg", ".jpeg", ".webp")


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


def told_by_file(path: Path) -> GenerationInfo:
    """Read what a picture file says of itself; never fails."""
    if path.suffix.lower() not in _WITH_TEXTS:
        return GenerationInfo()
    try:
        return told_by(texts_in_file(path))
    except InputError as error:
        return GenerationInfo(problem=str(error))


def told_by(texts: Mapping[str, str]) -> GenerationInfo:
    """Read what a picture says of itself; never fails, as anybody may have written it.

    Args:
        texts: its texts by name, as :func:`~seedloupe.metadata.texts_in_file` gives them.
    """
    told = GenerationInfo()
    for read in (_words, _noise):
        try:
            told = read(texts, told)
        except InputError as error:
            told = replace(told, problem=told.problem or str(error))
    return told


def _words(texts: Mapping[str, str], told: GenerationInfo) -> GenerationInfo:
    """Read prompt, model and sampler where the noise is read too: the surest word first."""
    if "seedloupe" in texts:
        record = read_json(texts["seedloupe"], "seedloupe")
        model = record.get("model")
        model = model if isinstance(model, Mapping) else {}
        return replace(
            told,
            prompt=_text(record.get("prompt"), whole=True),
            negative=_text(record.get("negative"), whole=True),
            model=_text(model.get("name")),
            model_sha=_text(model.get("sha256")),
            sampler=_text(record.get("sampler")),
        )
    if texts.get("prompt", "").lstrip().startswith("{"):
        words = graph_words(read_json(texts["prompt"], "prompt"))
        return replace(
            told,
            prompt=words.prompt,
            negative=words.negative,
            model=_text(words.model),
            sampler=_text(words.sampler),
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
        )
    return told


def _noise(texts: Mapping[str, str], told: GenerationInfo) -> GenerationInfo:
    if not {"seedloupe", "workflow", "parameters"} & texts.keys() and "prompt" not in texts:
        return told
    found = noise_in_picture(texts)
    return replace(
        told,
        seed=found.seeds[0] if len(found.seeds) == 1 else None,
        alone=_alone(found),
        noise="" if found.source is None else found.source.label,
        size=None if found.shape is None else (found.shape[2] * CELL, found.shape[1] * CELL),
        task=found.task,
    )


def _alone(found: FoundNoise) -> bool:
    changed = found.subseed is not None or found.extras.resize_from is not None
    return len(found.seeds) == 1 and found.batch == 1 and not changed and found.carried is None


def _text(value: object, *, whole: bool = False) -> str:
    if not isinstance(value, str):
        return ""
    return value if whole else value[:_LONGEST_NAME]
