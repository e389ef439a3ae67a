"""Pictures that say how they were made, in the web UI's words and in ours.

The text chunk ``parameters`` is what AUTOMATIC1111 reads back into its fields ("PNG Info", or the
arrow below the prompt). The chunk ``seedloupe`` holds a JSON object with nothing left out.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ImageError, InputError
from ..generation.request import Request
from ..hosts.standalone.engine.denoise import Sampler
from ..hosts.standalone.outputs import write_whole
from ..noise import ResizeWay, Rng, canonical_seed

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..hosts.standalone.engine.models import Model

FORMAT = "seedloupe.image"
VERSION = "1"

#: What the web UI calls the generator of the starting noise.
_RNG_NAMES = {Rng.TORCH_CPU: "CPU", Rng.PHILOX: "NV"}
_SHORT_HASH = 10


@dataclass(frozen=True)
class PngMetadata:
    """What a picture says about itself.

    Attributes:
        parameters: the web UI's text, or None.
        record: our JSON object, or None.
    """

    parameters: str | None
    record: Mapping[str, Any] | None


def save_png(
    image: Image,
    path: Path,
    *,
    request: Request,
    model: Model,
    seed: int | None = None,
    extras: Mapping[str, object] | None = None,
) -> None:
    """Write a picture with its metadata, whole or not at all.

    Args:
        image: the picture.
        path: where to; folders on the way are made.
        request: what it was made from.
        model: what made it.
        seed: its seed; may be left out where the request has only one.
        extras: further entries of our JSON object; those with plain values also go into the web
            UI's text, as ``Seedloupe <key>``.

    Raises:
        InputError: nobody said which of several seeds it is, or the place cannot be written to.
    """
    from PIL.PngImagePlugin import PngInfo

    number = _only_seed(request) if seed is None else seed
    text = PngInfo()
    text.add_text("parameters", parameters_text(request, model, number, extras or {}))
    entry = json.dumps(record_of(request, model, number, extras or {}), ensure_ascii=False)
    text.add_itxt("seedloupe", entry)
    content = io.BytesIO()
    image.save(content, "PNG", pnginfo=text)
    write_whole(path, content.getvalue())


def read_png_metadata(path: Path) -> PngMetadata:
    """Read what a picture says about itself.

    Raises:
        ImageError: the file is no readable PNG.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG",)) as picture:
            picture.load()
            chunks = dict(picture.text)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        got = f"{path}, which is none or is not whole"
        raise ImageError("image", expected="a readable PNG file", got=got) from error
    try:
        record = json.loads(chunks["seedloupe"])
    except (KeyError, ValueError, RecursionError):
        record = None
    mine = record if isinstance(record, dict) else None
    return PngMetadata(chunks.get("parameters"), mine)


def parameters_text(request: Request, model: Model, seed: int, extras: Mapping[str, object]) -> str:
    """Write what was done the way the web UI does, so that it can read it back."""
    fields = ", ".join(
        f"{key}: {_quoted(str(value))}"
        for key, value in _fields(request, model, seed, extras).items()
        if value is not None
    )
    negative = f"Negative prompt: {request.negative}\n" if request.negative else ""
    return f"{request.prompt}\n{negative}{fields}"


def record_of(
    request: Request, model: Model, seed: int, extras: Mapping[str, object]
) -> dict[str, object]:
    """Return everything a picture was made from as plain JSON values; seeds are decimal text."""
    width, height = request.size(model)
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": tool(),
        "prompt": request.prompt,
        "negative": request.negative,
        "seed": str(seed),
        "canonical_seed": str(canonical_seed(seed, request.noise)),
        "noise": request.noise.label,
        "size": [width, height],
        "steps": request.steps,
        "guidance": request.guidance,
        "sampler": request.sampler.value,
        "task": request.task,
        "strength": request.strength if request.image is not None else None,
        "model": {"name": model.name, "family": model.family.value, "sha256": model.sha256},
        **_carried(request, model),
        **extras,
    }


def tool() -> str:
    """Return our name and version, as provenance states them."""
    try:
        return f"seedloupe {metadata.version('seedloupe')}"
    except metadata.PackageNotFoundError:
        return "seedloupe"


def _fields(
    request: Request, model: Model, seed: int, extras: Mapping[str, object]
) -> dict[str, object]:
    width, height = request.size(model)
    uniform = request.sampler is not Sampler.DDIM  # the web UI's DDIM has no schedule to choose
    plain = {
        f"Seedloupe {key}": value
        for key, value in extras.items()
        if isinstance(value, (str, int, float))
    }
    return {
        "Steps": request.steps,
        "Sampler": request.sampler.label,
        "Schedule type": "Uniform" if uniform else None,
        "CFG scale": f"{request.guidance:g}",
        "Seed": canonical_seed(seed, request.noise),
        "Size": f"{width}x{height}",
        "Model hash": model.sha256[:_SHORT_HASH],
        "Model": model.name,
        "Seed resize from": _size_from(request, model) if _in_middle(request) else None,
        "Denoising strength": f"{request.strength:g}" if request.image is not None else None,
        "RNG": _rng_name(request, model),
        "Seedloupe": tool().removeprefix("seedloupe").strip() or None,
        **_carried_words(request, model),
        **plain,
    }


def _rng_name(request: Request, model: Model) -> str | None:
    """Name the generator; a card's own noise has no name, as the web UI leaves out its GPU."""
    grid = request.noise.grid_threads
    shows = grid is not None and grid < math.prod(model.latent_shape(*request.size(model)))
    return None if shows else _RNG_NAMES[request.noise.rng]


def _carried(request: Request, model: Model) -> dict[str, object]:
    """Say where the noise was carried from; nothing where it was drawn at the picture's size."""
    if request.carried is None:
        return {}
    shape = request.carried.shape
    size = [shape[2] * model.cell, shape[1] * model.cell]
    return {"carried": {"way": request.carried.way.value, "from": size, "shape": list(shape)}}


def _carried_words(request: Request, model: Model) -> dict[str, object]:
    if request.carried is None:
        return {}
    size = _size_from(request, model)
    return {"Seedloupe carried": f"{request.carried.way.value} from {size}"}


def _in_middle(request: Request) -> bool:
    """Whether the noise is what the web UI makes of a resized seed."""
    return request.carried is not None and request.carried.way is ResizeWay.MIDDLE


def _size_from(request: Request, model: Model) -> str:
    assert request.carried is not None
    _, height, width = request.carried.shape
    return f"{width * model.cell}x{height * model.cell}"


def _quoted(text: str) -> str:
    """Quote as the web UI does: only what its commas and colons would tear apart."""
    return json.dumps(text, ensure_ascii=False) if set(text) & set(",\n:") else text


def _only_seed(request: Request) -> int:
    if len(request.seeds) == 1:
        return request.seeds[0]
    raise InputError("seed", expected="which of the request's seeds this is", got="nothing")
