"""A picture's settings in the web UI's words and in ours, for its file to carry."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib import metadata

from ..metadata.image_record import ImageRecord
from ..noise import ResizeWay, Rng, canonical_seed
from .model_info import ModelInfo
from .request import Request
from .sampler import Sampler, ScheduleType

#: What the web UI calls the generator of the starting noise.
_RNG_NAMES = {Rng.TORCH_CPU: "CPU", Rng.PHILOX: "NV"}
_SHORT_HASH = 10


def picture_texts(request: Request, seed: int, extras: Mapping[str, object]) -> dict[str, str]:
    """Return the texts a picture's file carries, by chunk: ``parameters`` and ``seedloupe``.

    Args:
        request: what the picture was made from.
        seed: its seed.
        extras: further entries of our JSON object; those with plain values also go into the web
            UI's text, as ``Seedloupe <key>``.
    """
    record = json.dumps(record_of(request, seed, extras), ensure_ascii=False)
    return {"parameters": parameters_text(request, seed, extras), "seedloupe": record}


def parameters_text(request: Request, seed: int, extras: Mapping[str, object]) -> str:
    """Write what was done the way the web UI does, so that it can read it back."""
    fields = ", ".join(
        f"{key}: {_quoted(str(value))}"
        for key, value in _fields(request, seed, extras).items()
        if value is not None
    )
    negative = f"Negative prompt: {request.negative}\n" if request.negative else ""
    return f"{request.prompt}\n{negative}{fields}"


def record_of(request: Request, seed: int, extras: Mapping[str, object]) -> dict[str, object]:
    """Return everything a picture was made from as plain JSON values; seeds are decimal text."""
    model = request.model
    usual = request.schedule is model.usual_schedule
    record = ImageRecord(
        tool=tool(),
        prompt=request.prompt,
        negative=request.negative,
        seed=seed,
        noise=request.noise,
        size=request.size,
        steps=request.steps,
        guidance=request.guidance,
        sampler=request.sampler.value,
        schedule=None if usual else request.schedule.value,
        task=request.task,
        strength=request.strength if request.image is not None else None,
        model=_model(model),
        resize=request.resize,
        cell=model.cell,
        extras=extras,
    )
    return record.to_json()


def _model(model: ModelInfo) -> dict[str, str]:
    """Name a model; what it predicts only where that was guessed, as otherwise its file tells."""
    named = {"name": model.name, "family": model.family.value, "sha256": model.sha256}
    if model.guessed:
        named |= {"prediction": model.prediction, "prediction_guessed": model.guessed}
    return named


def tool() -> str:
    """Return our name and version, as provenance states them."""
    try:
        return f"seedloupe {metadata.version('seedloupe')}"
    except metadata.PackageNotFoundError:
        return "seedloupe"


def _fields(request: Request, seed: int, extras: Mapping[str, object]) -> dict[str, object]:
    width, height = request.size
    # The web UI's DDIM has no schedule to choose.
    own = request.sampler is Sampler.DDIM and request.schedule is ScheduleType.UNIFORM
    plain = {
        f"Seedloupe {key}": value
        for key, value in extras.items()
        if isinstance(value, (str, int, float))
    }
    return {
        "Steps": request.steps,
        "Sampler": request.sampler.label,
        "Schedule type": None if own else request.schedule.label,
        "CFG scale": f"{request.guidance:g}",
        "Seed": canonical_seed(seed, request.noise),
        "Size": f"{width}x{height}",
        "Model hash": request.model.sha256[:_SHORT_HASH],
        "Model": request.model.name,
        "Seed resize from": _size_from(request) if _in_middle(request) else None,
        "Denoising strength": f"{request.strength:g}" if request.image is not None else None,
        "RNG": _rng_name(request),
        "Seedloupe": tool().removeprefix("seedloupe").strip() or None,
        **_carried_words(request),
        **plain,
    }


def _rng_name(request: Request) -> str | None:
    """Name the generator; a card's own noise has no name, as the web UI leaves out its GPU."""
    grid = request.noise.grid_threads
    shows = grid is not None and grid < math.prod(request.shape)
    return None if shows else _RNG_NAMES[request.noise.rng]


def _carried_words(request: Request) -> dict[str, object]:
    if request.resize is None:
        return {}
    size = _size_from(request)
    return {"Seedloupe carried": f"{request.resize.way.value} from {size}"}


def _in_middle(request: Request) -> bool:
    """Whether the noise is what the web UI makes of a resized seed."""
    return request.resize is not None and request.resize.way is ResizeWay.MIDDLE


def _size_from(request: Request) -> str:
    assert request.resize is not None
    _, height, width = request.resize.shape
    return f"{width * request.model.cell}x{height * request.model.cell}"


def _quoted(text: str) -> str:
    """Quote as the web UI does: only what its commas and colons would tear apart."""
    return json.dumps(text, ensure_ascii=False) if set(text) & set(",\n:") else text
