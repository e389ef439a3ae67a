"""The web UI's ``parameters``: prompt, negative prompt, and a last line of settings."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from ..errors import ImageError
from ..noise.portability import CARDS
from ..noise.resize import NoiseResize, ResizeWay
from ..noise.source import CPU_NOISE, NV_NOISE, NoiseSource
from ..noise.webui import WebuiExtras
from .found_noise import FoundHost, FoundLevel, FoundNoise, LaterPass, Missing
from .parsing import (
    latent_size,
    read_seed,
    read_share,
    read_size,
    require_channels,
    require_text,
    whole_number,
)

_FEWEST, _MOST = 3, 1000
_SOURCES = {"CPU": CPU_NOISE, "NV": NV_NOISE}
_MASKED = ("Mask blur", "Inpaint area", "Masked area padding", "Masked content", "Mask mode")
"""Settings only inpainting writes (``modules/processing.py``)."""


def noise_in_parameters(text: str, *, channels: int | None = None) -> FoundNoise:
    """Tell which noise a picture of the web UI was made from.

    Args:
        text: its ``parameters``.
        channels: of the model's latents, which the text does not tell: 4 for Stable Diffusion up to
            XL, 16 for later ones.

    Raises:
        ImageError: ``text`` has no line of settings, or a setting cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    fields = settings(text)
    if "Seed" not in fields or "Size" not in fields:
        missing = "Seed" if "Seed" not in fields else "Size"
        return FoundNoise(
            FoundHost.WEBUI, FoundLevel.UNKNOWN, f"The picture does not tell its {missing.lower()}."
        )
    size = read_size(fields["Size"], "parameters.Size")
    shape = latent_size(
        require_channels(4 if channels is None else channels), size, "parameters.Size"
    )
    subseed, extras = _extras(fields)
    task = _task(fields)
    level, source, verdict = _source(fields.get("RNG"), shape)
    return FoundNoise(
        FoundHost.WEBUI,
        level,
        verdict,
        (read_seed(fields["Seed"], "parameters.Seed"),),
        source,
        shape,
        subseed,
        extras,
        _carried(fields, shape),
        task=task,
        strength=_strength(fields) if task != "txt2img" else None,
        later=tuple(
            LaterPass("Hires. fix", size=read_size(at, "later")) for at in _later(fields, size)
        ),
        notes=tuple(_notes(fields, task, channels or 4)),
        channels_assumed=channels is None,
        missing=(Missing.SOURCE,) if level is FoundLevel.DEPENDS else (),
    )


def settings(text: str) -> dict[str, str]:
    """Return the settings of the last line, each once, the last of a name as the web UI does.

    Raises:
        ImageError: there is no such line, or it has more settings than anybody writes.
    """
    last = require_text(text, "parameters").strip().rpartition("\n")[2]
    found: dict[str, str] = {}
    for count, (key, value) in enumerate(_pairs(last)):
        if count >= _MOST:
            raise ImageError("parameters", expected=f"at most {_MOST} settings", got="more")
        found[key] = value
    if len(found) < _FEWEST:
        raise ImageError(
            "parameters", expected="a last line such as 'Steps: 20, Seed: 1'", got=repr(last[:80])
        )
    return found


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Take ``a: 1, b: "x, y"`` apart; values with commas or colons are JSON text."""
    at = 0
    while (colon := line.find(":", at)) >= 0:
        key = line[at:colon].rpartition(",")[2].strip()
        begin = colon + 1
        while line[begin : begin + 1] == " ":
            begin += 1
        value, at = _value(line, begin)
        yield key, value


def _value(line: str, begin: int) -> tuple[str, int]:
    if line[begin : begin + 1] == '"':
        try:
            value, end = json.JSONDecoder().raw_decode(line, begin)
            return str(value), end
        except ValueError:
            pass  # a quotation mark of the value's own
    end = line.find(",", begin)
    end = len(line) if end < 0 else end
    return line[begin:end].strip(), end + 1


def _source(
    name: str | None, shape: tuple[int, int, int]
) -> tuple[FoundLevel, NoiseSource | None, str]:
    if name in _SOURCES:
        source = _SOURCES[name]
        return FoundLevel.EXACT, source, f"Drawn with {source.label} noise, alike on every machine."
    if name is not None:
        return FoundLevel.UNKNOWN, None, f"Drawn with a generator called {name[:40]!r}."
    return FoundLevel.DEPENDS, None, _device_sentence(math.prod(shape))


def _device_sentence(count: int) -> str:
    """Say what a picture without ``RNG`` may have been drawn with, for its number of values."""
    smallest = min(card.source.grid_threads or 0 for card in CARDS)
    cards = (
        f"an NVIDIA card draws nv noise at this size ({count:,} values, and every card we know "
        f"runs {smallest:,} threads or more)"
        if count <= smallest
        else f"an NVIDIA card of fewer than {count:,} threads draws noise of its own, "
        "cuda:THREADS, and others nv noise"
    )
    return (
        f"No RNG key, so the noise is that of the device it was made on: {cards}; "
        "a processor or an Apple device draws cpu noise."
    )


def _extras(fields: Mapping[str, str]) -> tuple[int | None, WebuiExtras]:
    strength = read_share(
        fields.get("Variation seed strength", "0"), "parameters.Variation seed strength"
    )
    subseed = None
    if strength:
        subseed = read_seed(fields.get("Variation seed"), "parameters.Variation seed")
    delta = whole_number(fields.get("ENSD", "0"))
    if delta is None:
        raise ImageError("parameters.ENSD", expected="a whole number", got=repr(fields["ENSD"]))
    return subseed, WebuiExtras(strength, _resize(fields), delta)


def _resize(fields: Mapping[str, str]) -> tuple[int, int] | None:
    """Read where a seed is resized from; its API writes ``-1x-1`` or ``0x0`` for nowhere."""
    width, height = read_size(fields.get("Seed resize from", "0x0"), "parameters.Seed resize from")
    if width <= 0 or height <= 0:
        return None
    latent_size(1, (width, height), "parameters.Seed resize from")
    return width, height


def _carried(fields: Mapping[str, str], shape: tuple[int, int, int]) -> NoiseResize | None:
    """Read our own way of carrying noise; the other is the web UI's and stands in its own key."""
    way, _, size = fields.get("Seedloupe carried", "").partition(" from ")
    if way != ResizeWay.STRETCH.value:
        return None
    field = "parameters.Seedloupe carried"
    return NoiseResize(ResizeWay.STRETCH, latent_size(shape[0], read_size(size, field), field))


def _task(fields: Mapping[str, str]) -> str:
    if any(key in fields for key in _MASKED):
        return "inpaint"
    hires = "Hires upscale" in fields or "Hires resize" in fields
    return "img2img" if "Denoising strength" in fields and not hires else "txt2img"


def _strength(fields: Mapping[str, str]) -> float | None:
    text = fields.get("Denoising strength")
    return None if text is None else read_share(text, "parameters.Denoising strength")


def _later(fields: Mapping[str, str], size: tuple[int, int]) -> Iterator[str]:
    if "Hires resize" in fields:
        yield fields["Hires resize"][:40]
    elif "Hires upscale" in fields:
        try:
            width, height = (int(side * float(fields["Hires upscale"])) for side in size)
        except (ValueError, OverflowError) as error:
            raise ImageError(
                "parameters.Hires upscale", expected="a number", got=repr(fields["Hires upscale"])
            ) from error
        yield f"{width}x{height}"


def _notes(fields: Mapping[str, str], task: str, channels: int) -> Iterator[str]:
    yield f"The text does not tell how many channels the noise has; {channels} were taken."
    if task != "txt2img":
        yield "The noise was added to another picture, which is needed as well."
    if fields.get("Masked content") == "latent noise":
        yield "The masked part was filled with noise, from the seeds of the job's first batch."
    if "Hires upscale" in fields or "Hires resize" in fields:
        yield "The second pass drew new noise from the same seed at its own, larger size."
    if "ENSD" in fields:
        yield "Noise that steps add came from the seed plus ENSD."
    for key in ("Noise multiplier", "Extra noise"):
        if key in fields:
            yield f"{key} {fields[key][:20]} changed the noise's strength."
