"""The text reader the nodes use; opened once, for an engine takes seconds to load."""

from __future__ import annotations

from functools import cache

from ...artifacts import OcrReader, builtin_readers, choose_reader, first_usable, survey
from ...plugins import any_announced
from ...registry import Registry

__all__ = ["known_readers", "reader_advice", "reader_choices", "reader_named"]

_BEST = "rapidocr"


@cache
def known_readers() -> Registry[OcrReader]:
    """The same as :func:`comfyui_plugins` has; without other packages' no other plug-in is made."""
    if not any_announced():
        return builtin_readers(apart=True)
    from .plug_ins import comfyui_plugins

    return comfyui_plugins().readers


def reader_choices() -> list[str]:
    """Return what may be asked for: the best there is, or one by name."""
    return ["auto", *known_readers().names()]


def reader_named(name: str) -> OcrReader | None:
    """Return a reader, or None where none works here.

    Raises:
        UnknownNameError: there is no reader of that name.
    """
    return choose_reader(name, known_readers())


def reader_advice() -> str:
    """Say in one line how to get a better reader; empty where the best one works."""
    found = survey(known_readers())
    if _BEST in found and found[_BEST].ok:
        return ""
    using = first_usable(found)
    now = f"{using} looks instead" if using else "no reader works here"
    why = found[_BEST].reason if _BEST in found else "it is not there"
    return f"{_BEST}: {why}; {now}."
