"""Who wrote a text of the web UI's kind, and what that program draws its noise with.

The web UI's format is written by its forks, by ComfyUI's image savers, Fooocus, Civitai's
generator, stable-diffusion.cpp and others; each draws otherwise. Sources, read 2026-11: the web UI
1.10.1 (``modules/rng.py``), Forge f2.0.1, Forge Neo, SD.Next (``processing_info.py``), Fooocus
2.5.5 (``meta_parser.py``), stable-diffusion.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ...noise.source import CPU_NOISE, NV_NOISE, NoiseSource
from ..found_noise import FoundHost

_LONGEST_NAME = 60
_NEO_TURNS_CHANNELS = (2, 18)
"""From this release on Forge Neo certainly turns a variation by whole channels: the change was made
on 2026-02-21, and 2.17 was in use a month later."""

_SDNEXT_NAMES = ("sd.next", "sdnext")
_SDNEXT_BACKENDS = ("Diffusers", "Original")


class ProgramFamily(Enum):
    """Programs that draw alike."""

    WEBUI = "web UI"
    FORGE = "Forge"
    NEO = "Forge Neo"
    SDNEXT = "SD.Next"
    COMFYUI = "ComfyUI"
    FOOOCUS = "Fooocus"
    CIVITAI = "Civitai"
    SDCPP = "stable-diffusion.cpp"
    SEEDLOUPE = "Seedloupe"
    UNNAMED = "unnamed"
    """The text does not say; the web UI before 1.3, or one told to leave its version out."""
    STRANGE = "strange"
    """The text names a program that is not known here."""


@dataclass(frozen=True)
class TextProgram:
    """The program that wrote a text.

    Attributes:
        family: how it draws.
        name: what it calls itself, for people; empty where it does not.
        release: the first two numbers of its version, where it has some.
    """

    family: ProgramFamily
    name: str = ""
    release: tuple[int, int] | None = None

    @property
    def host(self) -> FoundHost:
        """The program as :class:`FoundNoise` names it."""
        return _HOSTS.get(self.family, FoundHost.WEBUI)

    @property
    def turns_channels(self) -> bool | None:
        """Whether a variation turns whole channels; None where the text does not tell."""
        if self.family is ProgramFamily.UNNAMED:
            return None
        if self.family is not ProgramFamily.NEO:
            return False
        return True if (self.release or (0, 0)) >= _NEO_TURNS_CHANNELS else None


def program_of(fields: Mapping[str, str], *, scheme: str = "") -> TextProgram:
    """Tell who wrote a text.

    Args:
        fields: its settings.
        scheme: what a file says beside them under ``fooocus_scheme``.
    """
    version = fields.get("Version", "").strip()
    name = version[:_LONGEST_NAME]
    plain = version.casefold()
    release = _release(version)
    if scheme and version and not plain.startswith("fooocus"):
        return TextProgram(ProgramFamily.STRANGE, f"a fork of Fooocus ({name})")
    if scheme or plain.startswith("fooocus") or {"Sharpness", "ADM Guidance"} <= fields.keys():
        return TextProgram(ProgramFamily.FOOOCUS, name or FoundHost.FOOOCUS.value, release)
    app = fields.get("App", fields.get("Software", "")).strip()
    if app.casefold() in _SDNEXT_NAMES or fields.get("Backend") in _SDNEXT_BACKENDS:
        return TextProgram(ProgramFamily.SDNEXT, FoundHost.SDNEXT.value, release)
    if app or "Backend" in fields:
        # It names itself beside its version, which then is no version of the web UI.
        called = app or f"a program on the backend {fields['Backend'].strip()}"
        return TextProgram(ProgramFamily.STRANGE, called[:_LONGEST_NAME])
    if plain.startswith("comfy"):
        return TextProgram(ProgramFamily.COMFYUI, _comfy_node(name), release)
    for pattern, family, called in _VERSIONS:
        begin = pattern.match(plain)
        if begin is not None:
            return TextProgram(family, called.format(name[begin.end() :]).strip(), release)
    if {"Civitai resources", "Civitai metadata", "Created Date"} & fields.keys():
        return TextProgram(ProgramFamily.CIVITAI, "Civitai's generator")
    if not version:
        return _unnamed(fields)
    has_name = re.search("[A-Za-z]{2}", name) is not None
    return TextProgram(ProgramFamily.STRANGE, name if has_name else f"a program of version {name}")


def generator_of(program: TextProgram, name: str | None) -> NoiseSource | None:
    """Return the generator that a text names, or that its program always takes.

    Args:
        program: who wrote it.
        name: its ``RNG``; None without one.

    Returns:
        None where it is the device's, or is not told.
    """
    if program.family in (ProgramFamily.COMFYUI, ProgramFamily.FOOOCUS):
        # A name other than theirs is a node's or a fork's, and no longer what they draw themselves.
        return CPU_NOISE if name in (None, "CPU", "cpu") else None
    if program.family is ProgramFamily.SDCPP:
        return NV_NOISE if name == "cuda" else None
    return {"CPU": CPU_NOISE, "NV": NV_NOISE}.get(name or "")


def is_device(program: TextProgram, name: str | None) -> bool:
    """Whether a text says that the device drew, by leaving the generator out or by its name."""
    plain = program.family in (
        ProgramFamily.WEBUI,
        ProgramFamily.FORGE,
        ProgramFamily.NEO,
        ProgramFamily.SEEDLOUPE,
        ProgramFamily.UNNAMED,
        ProgramFamily.SDNEXT,
    )
    return plain and name in (None, "GPU")


def _unnamed(fields: Mapping[str, str]) -> TextProgram:
    if "Seedloupe" in fields:
        name = f"Seedloupe {fields['Seedloupe'][:_LONGEST_NAME]}".strip()
        return TextProgram(ProgramFamily.SEEDLOUPE, name)
    if re.fullmatch(r"[a-z0-9_]+", fields.get("Sampler", "")):
        return TextProgram(ProgramFamily.COMFYUI, "a ComfyUI node, by its sampler's name")
    return TextProgram(ProgramFamily.UNNAMED)


def _comfy_node(name: str) -> str:
    return "a ComfyUI node" + ("" if name.casefold() == "comfyui" else f" ({name})")


def _release(version: str) -> tuple[int, int] | None:
    found = re.search(r"([0-9]{1,4})\.([0-9]{1,4})", version)
    return None if found is None else (int(found[1]), int(found[2]))


_VERSIONS = (
    (re.compile(r"neo\b[- ]?"), ProgramFamily.NEO, "Forge Neo {}"),
    (re.compile(r"classic\b[- ]?"), ProgramFamily.FORGE, "Forge Classic {}"),
    (re.compile(r"(?=f1\.)"), ProgramFamily.FORGE, "reForge {}"),
    (re.compile(r"(?=f[0-9])"), ProgramFamily.FORGE, "Forge {}"),
    (re.compile(r"(?=stable-diffusion\.cpp|sd\.cpp|sdcpp)"), ProgramFamily.SDCPP, "{}"),
    # The web UI never left 1.x; a bare number beyond is another program's.
    (re.compile(r"(?=v?1\.[0-9]+)"), ProgramFamily.WEBUI, "AUTOMATIC1111 {}"),
)
"""How versions begin, whose they are, and what people call them by the rest."""

_HOSTS = {
    ProgramFamily.COMFYUI: FoundHost.COMFYUI,
    ProgramFamily.FOOOCUS: FoundHost.FOOOCUS,
    ProgramFamily.CIVITAI: FoundHost.CIVITAI,
    ProgramFamily.SDNEXT: FoundHost.SDNEXT,
    ProgramFamily.SDCPP: FoundHost.OTHER,
    ProgramFamily.STRANGE: FoundHost.OTHER,
}
