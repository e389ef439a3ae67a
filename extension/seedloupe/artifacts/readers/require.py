"""The text reader somebody asked for, or why there is none."""

from __future__ import annotations

from ...errors import InputError
from ...registry import Registry
from ..region import OcrReader
from . import availability, choose_reader, survey


def require_reader(name: str, registry: Registry[OcrReader]) -> OcrReader:
    """Return a reader that can read; asking for one and getting none is no clean picture.

    Args:
        name: ``auto``, or one from ``seedloupe readers``.
        registry: the readers there are.

    Raises:
        InputError: it cannot be used here, or none can; with the reasons.
        UnknownNameError: there is no reader of that name.
    """
    reader = None if name == "none" else choose_reader(name, registry=registry)
    if reader is not None and (found := availability(reader)).ok:
        return reader
    answers = {name: found} if reader is not None else survey(registry)
    raise InputError(
        "reader",
        expected="a text reader that is installed",
        got="; ".join(f"{known}: {answer.reason}" for known, answer in answers.items()),
        advice="Get one with: pip install 'seedloupe[ocr]'",
    )
