"""What stands between a text's seed and its noise: replaced, not known, or not told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...noise.source import NoiseSource
from ...noise.stream import CELL
from ..found_noise import FoundLevel, Missing
from ..parsing import whole_number
from .grid import CellGrid, is_larger, multiple_of, plot_of
from .keys import replacements, unknown_keys
from .notes import device_sentence
from .program import ProgramFamily, TextProgram, generator_of, is_device
from .settings import Infotext
from .sizes import TextSizes, has_second_pass

_ONLY_MASKED = "Only masked"
_HARMLESS_LINES = ("template:", "negative template:", "used embeddings:", "warning:")
"""How lines begin that extensions, and the web UI of 2022, put behind the settings."""
_CHOSEN_SEEDS = ("Seedloupe table", "Seedloupe rank")
_DRAW_EACH = (
    ProgramFamily.WEBUI,
    ProgramFamily.FORGE,
    ProgramFamily.NEO,
    ProgramFamily.UNNAMED,
    ProgramFamily.SDNEXT,
)
_NO_VARIATIONS = (ProgramFamily.COMFYUI, ProgramFamily.FOOOCUS, ProgramFamily.SDCPP)
_CHANGES = ("Variation seed strength", "Seed resize from", "First pass size")
_WITHOUT = ("0", "0.0", "-1x-1", "0x0")
"""Values of theirs that change nothing."""
_MOST_NAMED = 5
_MOST_AT_ONCE = 8
_SDNEXT_OTHER = ("img2img", "inpaint", "control", "video", "process")
"""What SD.Next calls runs that encode a picture before they draw, or draw otherwise."""
_SDNEXT_VARIATION = ("Variation strength", "Variation seed strength")
_SDNEXT_PIPELINES = (
    "StableDiffusionPipeline",
    "StableDiffusionXLPipeline",
    "StableDiffusion3Pipeline",
    "FluxPipeline",
)
"""Pipelines of diffusers whose noise is their generator's first draw (``prepare_latents``)."""


@dataclass
class TextFindings:
    """What was found on the way: what is not known, and what its owner may know."""

    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    missing: dict[Missing, str] = field(default_factory=dict)
    grid: CellGrid | None = None

    def level(self) -> FoundLevel:
        """Return how much is known; a grid has no noise of its own, only its cells have."""
        if self.problems or self.grid is not None:
            return FoundLevel.UNKNOWN
        return FoundLevel.DEPENDS if self.missing else FoundLevel.EXACT


def turns_channels(program: TextProgram, findings: TextFindings) -> bool:
    """Whether a variation turns whole channels; where the text does not tell, that is found."""
    turns = program.turns_channels
    if turns is None:
        findings.unknown.append("Variation seed")
        who = program.name or "The program, which the text does not name,"
        findings.problems.append(
            f"{who} may turn the noise of a variation column by column or by whole channels: "
            "Forge Neo changed that in February 2026, before 2.18."
        )
    return bool(turns)


def find_resizing(
    program: TextProgram,
    shape: tuple[int, ...] | None,
    resize_from: tuple[int, int] | None,
    findings: TextFindings,
) -> None:
    """Look whether a seed is resized as is known here: Forge Neo cuts odd sides otherwise."""
    if program.family is not ProgramFamily.NEO or shape is None or resize_from is None:
        return
    over = [old // CELL - side for old, side in zip(resize_from, shape[:-3:-1], strict=True)]
    if any(cells > 0 and cells % 2 for cells in over):
        findings.unknown.append("Seed resize from")
        findings.problems.append(
            f"{program.name} may cut noise that is larger by an odd number of cells otherwise than "
            "the web UI does."
        )


def find_replaced(infotext: Infotext, program: TextProgram, findings: TextFindings) -> None:
    """Look for whatever replaces the noise, or may."""
    if program.family in (ProgramFamily.CIVITAI, ProgramFamily.STRANGE):
        findings.unknown.append(program.name)
        findings.problems.append(f"Written by {program.name}, whose noise is not known here.")
    if program.family is ProgramFamily.SDNEXT:
        _find_in_sdnext(infotext.fields, findings)
    if _is_of_frames(infotext.fields, program):
        findings.unknown.append("Batch size")
        findings.problems.append(
            f"{program.name} counts a video's frames as its batch size, and draws them at once."
        )
    if program.family in _NO_VARIATIONS:
        _find_changes_of_the_web_ui(infotext.fields, program, findings)
    for replaced in replacements(infotext.fields):
        findings.unknown.append(replaced.name)
        findings.problems.append(replaced.why + _tile(infotext.fields, replaced.name))
    keys = list(unknown_keys(infotext.fields))
    script = infotext.fields.get("Script")
    if script is not None and "plot" not in script:
        keys.append(f"Script: {script[:60]}")
    if infotext.after and not infotext.after[0].strip().casefold().startswith(_HARMLESS_LINES):
        keys.append(f"the line {infotext.after[0].strip()[:60]!r} behind the settings")
    if keys:
        findings.unknown += [key[:80] for key in keys]
        named = ", ".join(key[:80] for key in keys[:_MOST_NAMED])
        more = " and more" if len(keys) > _MOST_NAMED else ""
        findings.problems.append(
            f"The text tells of {named}{more}, which may change the noise for all that is known "
            "here."
        )


def _find_changes_of_the_web_ui(
    fields: Mapping[str, str], program: TextProgram, findings: TextFindings
) -> None:
    """Look for what the web UI does to noise in a text of a program that does none of it."""
    odd = [key for key in _CHANGES if fields.get(key, "0") not in _WITHOUT]
    odd += ["Noise multiplier"] if fields.get("Noise multiplier", "1") not in ("1", "1.0") else []
    if odd:
        findings.unknown += odd
        findings.problems.append(
            f"{program.name} tells of {', '.join(odd)}, which it does not do as the web UI does."
        )


def _is_of_frames(fields: Mapping[str, str], program: TextProgram) -> bool:
    """Whether Forge Neo's batch may be the frames of a video.

    Its slider ends at 8 pictures, but for Wan it is called "Frames" and goes from 1 to 17 and on
    (``modules_forge/main_entry.py``); for Wan and others it writes a shift.
    """
    count = whole_number(fields.get("Batch size", "1"))
    is_many = count is None or count > _MOST_AT_ONCE
    return program.family is ProgramFamily.NEO and "Shift" in fields and is_many


def _find_in_sdnext(fields: Mapping[str, str], findings: TextFindings) -> None:
    """Look for what keeps SD.Next's noise from being its generator's first draw."""
    operations = {word.strip() for word in fields.get("Operations", "").split(";")}
    odd = sorted(operations & set(_SDNEXT_OTHER))
    pipeline = fields.get("Pipeline", _SDNEXT_PIPELINES[0])
    odd += [] if pipeline in _SDNEXT_PIPELINES else [f"Pipeline: {pipeline[:60]}"]
    if fields.get("Backend") != "Original":
        odd += [key for key in _SDNEXT_VARIATION if key in fields]
    odd += ["Init image size"] if "Init image size" in fields and not odd else []
    if odd:
        findings.unknown += odd
        findings.problems.append(
            f"SD.Next tells of {', '.join(odd)}, for which it draws otherwise than is known here."
        )


def _tile(fields: Mapping[str, str], name: str) -> str:
    """Say how large the tiles of Ultimate SD upscale were, where its text tells."""
    sides = [whole_number(fields.get(f"{name} tile_{side}", "")) for side in ("width", "height")]
    padding = whole_number(fields.get(f"{name} padding", ""))
    if padding is None or None in sides or not sides[0]:
        return ""
    width, height = (math.ceil(((side or sides[0] or 0) + padding) / 64) * 64 for side in sides)
    return f" Each tile had up to {width}x{height} pixels."


def find_source(
    fields: Mapping[str, str],
    program: TextProgram,
    shape: tuple[int, ...] | None,
    findings: TextFindings,
) -> NoiseSource | None:
    """Return the generator; where the text leaves it open, that is found."""
    name = fields.get("RNG")
    source = generator_of(program, name)
    if source is not None or program.family in (ProgramFamily.CIVITAI, ProgramFamily.STRANGE):
        return source
    if is_device(program, name):
        count = None if shape is None else math.prod(shape)
        findings.missing[Missing.SOURCE] = device_sentence(program, name, count)
        return None
    findings.unknown.append(f"RNG: {name}"[:60])
    findings.problems.append(f"Drawn with a generator called {str(name)[:40]!r}.")
    return None


def find_missing(
    program: TextProgram,
    seed: int | None,
    shape: tuple[int, ...] | None,
    findings: TextFindings,
) -> None:
    """Look for what the text leaves out."""
    if seed is None:
        findings.problems.insert(0, "The picture does not tell its seed.")
    if shape is None:
        findings.missing[Missing.SIZE] = "The picture does not tell its size."
    if program.family is ProgramFamily.COMFYUI:
        findings.missing[Missing.INDEX] = (
            "ComfyUI draws the pictures of a batch as one stream on the CPU; the text does not "
            "tell which of a batch this is. The first, or only, one has place 0."
        )


def find_grid(
    fields: Mapping[str, str],
    program: TextProgram,
    sizes: TextSizes,
    file_size: tuple[int, int] | None,
    numbers: tuple[int | None, int | None],
    findings: TextFindings,
) -> None:
    """Look whether the file shows several pictures."""
    grid = plot_of(fields, numbers[0])
    enlarged = any(key.startswith("Postprocess upscale") for key in fields)
    if grid is None and program.family in _DRAW_EACH and sizes.final and file_size and not enlarged:
        grid = multiple_of(sizes.final, file_size, numbers)
        if grid is not None and any(key in fields for key in _CHOSEN_SEEDS):
            only = (grid.cells[0], *(replace(cell, seed=None) for cell in grid.cells[1:]))
            grid = CellGrid(f"{grid.sentence} Only the first one's seed is told.", only)
        elif grid is None and not _is_crop(fields) and _is_larger(fields, sizes.final, file_size):
            findings.unknown.append("the file's size")
            findings.problems.append(
                "The file has {}x{} pixels and its text tells of {}x{}: several passes or "
                "pictures are put together, as by outpainting, SD upscale or a grid with "
                "legends.".format(*file_size, *sizes.final)
            )
    if grid is not None:
        findings.missing = {Missing.INDEX: grid.sentence, **findings.missing}
        findings.grid = grid


def _is_larger(fields: Mapping[str, str], picture: tuple[int, int], file: tuple[int, int]) -> bool:
    """Whether a file is larger than its text's picture; one painted on may have been widened."""
    started_from_picture = "Denoising strength" in fields and not has_second_pass(fields)
    return is_larger(picture, file, may_be_enlarged=not started_from_picture)


def _is_crop(fields: Mapping[str, str]) -> bool:
    """Whether only a part of a larger picture was sampled, and put back into it."""
    return fields.get("Inpaint area") == _ONLY_MASKED or "Masked area padding" in fields


def verdict_on(findings: TextFindings, source: NoiseSource | None) -> str:
    """Say how much is known, in whole sentences."""
    if findings.problems:
        return " ".join(findings.problems)
    if findings.missing:
        return " ".join(findings.missing.values())
    assert source is not None
    return f"Drawn with {source.label} noise, alike on every machine."
