"""Programs whose records are told by their names, and what is known of their noise.

Each record below is recognised by what only its program writes. Where a program's source says how
it draws, its record is read in a file of its own; the others draw on servers or with generators
nobody here has seen, and for them the answer is the program's name and the seed it tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ...errors import ImageError
from ..containers.jpeg_webp import XMP
from ..found_noise import FoundHost, FoundLevel, FoundNoise
from ..parsing import read_json, whole_number

_LONGEST_LOOK, _LONGEST_RECORD = 2**16, 2**22
_SEEDS = ("seed", "Seed", "noise_seed")
_PROGRAMS = ("software", "Software", "app", "generator", "creator", "tool")

_BY_NAME: Mapping[str, tuple[FoundHost, str]] = {
    "invokeai_metadata": (FoundHost.INVOKEAI, ""),
    "invokeai_graph": (FoundHost.INVOKEAI, ""),
    "invokeai_workflow": (FoundHost.INVOKEAI, ""),
    "invokeai": (FoundHost.INVOKEAI, ""),
    "sd-metadata": (FoundHost.INVOKEAI, "InvokeAI 2"),
    "Dream": (FoundHost.INVOKEAI, "InvokeAI 1 (lstein/stable-diffusion)"),
    "dream": (FoundHost.INVOKEAI, "InvokeAI 1 (lstein/stable-diffusion)"),
    "generation_data": (FoundHost.OTHER, "Tensor.Art"),
    "NMKDiffusion": (FoundHost.OTHER, "NMKD Stable Diffusion GUI"),
    "use_stable_diffusion_model": (FoundHost.OTHER, "Easy Diffusion"),
    "fooocus_scheme": (FoundHost.FOOOCUS, ""),
}
"""Names of texts that one program alone writes."""

_BY_WORDS: tuple[tuple[str, str, FoundHost, str], ...] = (
    ("Software", "NovelAI", FoundHost.NOVELAI, ""),
    ("Title", "NovelAI", FoundHost.NOVELAI, ""),
    ("Source", "NovelAI", FoundHost.NOVELAI, ""),
    ("Comment", '"signed_hash"', FoundHost.NOVELAI, ""),
    ("Comment", '"Fooocus', FoundHost.FOOOCUS, "Fooocus MRE"),
    ("Software", "Fooocus", FoundHost.FOOOCUS, ""),
    ("Software", "Draw Things", FoundHost.DRAW_THINGS, ""),
    ("Software", "DrawThings", FoundHost.DRAW_THINGS, ""),
    (XMP, "Draw Things", FoundHost.DRAW_THINGS, ""),
    (XMP, "Adobe Firefly", FoundHost.OTHER, "Adobe Firefly"),
    ("Description", "Job ID:", FoundHost.OTHER, "Midjourney"),
    ("ImageDescription", "Mochi Diffusion", FoundHost.OTHER, "Mochi Diffusion"),
    ("parameters", "Mochi Diffusion", FoundHost.OTHER, "Mochi Diffusion"),
    ("Software", "Easy Diffusion", FoundHost.OTHER, "Easy Diffusion"),
)
"""Words within a text that one program alone writes."""


def program_in(texts: Mapping[str, str]) -> tuple[FoundHost, str] | None:
    """Name the program that wrote a file's texts; None where none of them is known.

    Returns:
        the program, and what to call it where its own name does not say enough.
    """
    for name, program in _BY_NAME.items():
        if name in texts:
            return program
    for name, words, host, called in _BY_WORDS:
        if words in texts.get(name, "")[:_LONGEST_LOOK]:
            return host, called
    return None


def noise_of_other(texts: Mapping[str, str]) -> FoundNoise | None:
    """Say whose record a file has, where its noise is not known here; None for no known record."""
    program = program_in(texts)
    if program is None:
        return None
    host, called = program
    return unread(host, called or host.value, seeds_in(texts))


def unread(host: FoundHost, program: str, seeds: tuple[int, ...]) -> FoundNoise:
    """Say that a program is known and its noise is not; an empty name is no known program."""
    who = f"{program}, whose noise is not known here" if program else "a program not known here"
    return FoundNoise(
        host,
        FoundLevel.UNKNOWN,
        f"Written by {who}.",
        seeds,
        program=program,
        unknown=(program or "the program",),
    )


def seeds_in(texts: Mapping[str, str]) -> tuple[int, ...]:
    """Return the seeds that the records of a file name: in objects of JSON, or as an option."""
    option = re.search(r"(?:^|\s)-S\s?([0-9]{1,20})\b", texts.get("Dream", texts.get("dream", "")))
    found = [whole_number(option[1])] if option else []
    found += [seed for text in texts.values() for seed in recorded_seeds(_object(text))]
    return tuple(dict.fromkeys(n for n in found if n is not None and n < 2**64))


def named_program(record: Mapping[str, object]) -> str:
    """Return what a record calls its program; empty where it does not."""
    names = (record.get(key) for key in _PROGRAMS)
    return next((name[:60] for name in names if isinstance(name, str)), "")


def recorded_seeds(record: Mapping[str, object]) -> tuple[int, ...]:
    """Return the seeds that an object names, itself or in the objects it holds."""
    inner = [value for value in record.values() if isinstance(value, dict)]
    found = [whole_number(told.get(key)) for told in (record, *inner) for key in _SEEDS]
    return tuple(dict.fromkeys(n for n in found if n is not None and 0 <= n < 2**64))


def _object(text: str) -> Mapping[str, object]:
    """Return the object that a text is or holds; an empty one where it holds none."""
    start = text.find("{")
    if start < 0 or len(text) > _LONGEST_RECORD:
        return {}
    if start > 0:
        # Draw Things keeps its object within XMP, its quotation marks written as entities.
        text = re.sub(r"&quot;|&#34;", '"', text[start:])
    try:
        record, _ = json.JSONDecoder().raw_decode(text.strip())
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def object_in(text: str, field: str) -> Mapping[str, object] | None:
    """Return the object of JSON that a text is; None where it is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return read_json(text, field)
    except ImageError:
        return None
