"""The web UI's ``parameters``: which noise its settings name, and whether anything replaced it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...errors import ImageError
from ...noise.resize import NoiseResize, ResizeWay
from ...noise.webui import WebuiExtras
from ..found_noise import DrawWay, FoundNoise
from ..parsing import (
    cell_of,
    latent_size,
    read_share,
    read_size,
    read_webui_seed,
    require_channels,
    whole_number,
)
from .findings import (
    TextFindings,
    find_grid,
    find_missing,
    find_replaced,
    find_resizing,
    find_source,
    turns_channels,
    verdict_on,
)
from .grid import CellGrid
from .notes import notes_on, size_notes
from .program import ProgramFamily, TextProgram, program_of
from .settings import read_infotext
from .sizes import TextSizes, has_second_pass, read_strength, sizes_of

_USUAL_CHANNELS, _LATER_CHANNELS = 4, 16
_LATER = ("Distilled CFG Scale", "Shift")
_NO_WHOLE = ("Ultimate SD upscale", "SD upscale")
"""What draws no noise of the size its text tells."""
_MASKED = ("Mask blur", "Inpaint area", "Masked area padding", "Masked content", "Mask mode")
"""Settings only inpainting writes (``modules/processing.py``)."""


def noise_in_parameters(
    text: str,
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
    scheme: str = "",
) -> FoundNoise:
    """Tell which noise a picture was made from whose text is in the web UI's words.

    Args:
        text: its ``parameters``.
        channels: of the model's latents, which the text does not tell: 4 for Stable Diffusion up to
            XL, 16 for later ones. None takes 4 and calls that an assumption.
        file_size: ``(width, height)`` of the file in pixels, which tells a grid from a picture.
        scheme: what the file says under ``fooocus_scheme``.

    Raises:
        ImageError: ``text`` has no line of settings, or a setting cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    infotext = read_infotext(text)
    fields = infotext.fields
    program = program_of(fields, scheme=scheme)
    seed, notes = read_webui_seed(fields.get("Seed"), "parameters.Seed")
    sizes = sizes_of(fields, seed)
    count = require_channels(_likely_channels(fields, program) if channels is None else channels)
    shape = _shape(sizes, count)
    findings = TextFindings()
    subseed, extras = _extras(fields, program, findings)
    find_resizing(program, shape, extras.resize_from, findings)
    find_replaced(infotext, program, findings)
    source = find_source(fields, program, shape, findings)
    find_missing(program, seed, shape, findings)
    find_grid(fields, program, sizes, file_size, (seed, subseed), findings)
    task, grid = _task(fields), findings.grid
    return FoundNoise(
        program.host,
        findings.level(),
        verdict_on(findings, source),
        _seeds(seed, grid),
        source,
        None if any(name in _NO_WHOLE for name in findings.unknown) else shape,
        subseed,
        extras,
        None if shape is None else _carried(fields, shape),
        task=task,
        strength=read_strength(fields) if task != "txt2img" else None,
        later=sizes.later,
        notes=(
            *notes,
            *notes_on(fields, program, task),
            *size_notes(fields, sizes, file_size, grid),
        ),
        program=program.name,
        channels_assumed=channels is None and shape is not None,
        missing=tuple(findings.missing) if not findings.problems else (),
        unknown=tuple(findings.unknown),
        candidates=() if grid is None else grid.cells,
        is_grid=grid is not None,
        way=DrawWay.EACH if program.family is not ProgramFamily.COMFYUI else None,
        multiplier=_multiplier(fields, task),
        cell=cell_of(count),
    )


def _likely_channels(fields: Mapping[str, str], program: TextProgram) -> int:
    """Return what to assume: Forge writes some settings only for models of 16 channels and more."""
    is_later = program.family in (ProgramFamily.FORGE, ProgramFamily.NEO) and any(
        k in fields for k in _LATER
    )
    return _LATER_CHANNELS if is_later else _USUAL_CHANNELS


def _shape(sizes: TextSizes, channels: int) -> tuple[int, ...] | None:
    if sizes.drawn is None:
        return None
    return latent_size(channels, sizes.drawn, "parameters.Size", cell=cell_of(channels))


def _extras(
    fields: Mapping[str, str], program: TextProgram, findings: TextFindings
) -> tuple[int | None, WebuiExtras]:
    strength = read_share(
        fields.get("Variation seed strength", "0"), "parameters.Variation seed strength"
    )
    subseed = None
    by_channel = False
    if strength:
        subseed, _ = read_webui_seed(fields.get("Variation seed"), "parameters.Variation seed")
        if subseed is None:
            raise ImageError(
                "parameters.Variation seed",
                expected="a seed",
                got=fields.get("Variation seed", "none"),
            )
        by_channel = turns_channels(program, findings)
    delta = whole_number(fields.get("ENSD", "0"))
    if delta is None:
        raise ImageError(
            "parameters.ENSD", expected="a whole number", got=repr(fields["ENSD"][:40])
        )
    return subseed, WebuiExtras(strength, _resize(fields), delta, by_channel)


def _seeds(seed: int | None, grid: CellGrid | None) -> tuple[int, ...]:
    of_cells = () if grid is None else tuple(c.seed for c in grid.cells if c.seed is not None)
    told = of_cells or (() if seed is None else (seed,))
    return tuple(dict.fromkeys(told))


def _resize(fields: Mapping[str, str]) -> tuple[int, int] | None:
    """Read where a seed is resized from; its API writes ``-1x-1`` or ``0x0`` for nowhere."""
    width, height = read_size(fields.get("Seed resize from", "0x0"), "parameters.Seed resize from")
    if width <= 0 or height <= 0:
        return None
    latent_size(1, (width, height), "parameters.Seed resize from")
    return width, height


def _carried(fields: Mapping[str, str], shape: tuple[int, ...]) -> NoiseResize | None:
    """Read our own way of carrying noise; the other is the web UI's and stands in its own key."""
    way, _, size = fields.get("Seedloupe carried", "").partition(" from ")
    if way != ResizeWay.STRETCH.value:
        return None
    field = "parameters.Seedloupe carried"
    return NoiseResize(ResizeWay.STRETCH, latent_size(shape[0], read_size(size, field), field))


def _task(fields: Mapping[str, str]) -> str:
    if any(key in fields for key in _MASKED):
        return "inpaint"
    second = has_second_pass(fields)
    return "img2img" if "Denoising strength" in fields and not second else "txt2img"


def _multiplier(fields: Mapping[str, str], task: str) -> float:
    """Read what the web UI multiplies the noise of img2img with."""
    text = fields.get("Noise multiplier")
    if text is None or task == "txt2img":
        return 1.0
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise ImageError("parameters.Noise multiplier", expected="a number", got=repr(text[:40]))
    return number
