"""The OCR engines Seedloupe knows, and choosing one of them."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import UnknownNameError
from ...registry import Registry
from ..region import Availability, OcrReader
from .apart import ApartReader
from .ddddocr import DdddOcrReader
from .easyocr import EasyOcrReader
from .rapidocr import RapidOcrReader
from .strokes import StrokeReader
from .tesseract import TesseractReader

__all__ = [
    "ApartReader",
    "DdddOcrReader",
    "EasyOcrReader",
    "RapidOcrReader",
    "StrokeReader",
    "TesseractReader",
    "availability",
    "builtin_readers",
    "choose_reader",
    "first_usable",
    "survey",
]


def builtin_readers(*, apart: bool = False) -> Registry[OcrReader]:
    """Return fresh readers by name, the best first; no engine is loaded yet.

    The weight-free one stands before Tesseract, which misses most text on pictures; the one that
    sees single characters and reads none comes last.

    Args:
        apart: let those with heavy engines live in child processes, so that one that hangs or
            crashes costs a message and not the host.
    """
    heavy: tuple[OcrReader, ...] = (
        (
            ApartReader(RapidOcrReader),
            ApartReader(EasyOcrReader),
            ApartReader(EasyOcrReader, settings={"detect_only": True}),
        )
        if apart
        else (RapidOcrReader(), EasyOcrReader(), EasyOcrReader(detect_only=True))
    )
    last = ApartReader(DdddOcrReader) if apart else DdddOcrReader()
    readers = (*heavy, StrokeReader(), TesseractReader(), last)
    return Registry("OCR reader", {reader.name: reader for reader in readers})


def choose_reader(
    name: str = "auto", registry: Registry[OcrReader] | None = None, *, apart: bool = False
) -> OcrReader | None:
    """Return the reader a user asked for.

    Keep what is returned, one for a whole program: it holds its engine once it has read something.

    Args:
        name: ``"auto"`` for the first that can be used here, ``"none"`` for no reader, or a name.
            A reader asked for by name is returned even if it cannot be used here: reading with it
            then says why.
        registry: the readers there are; the built-in ones if not given.
        apart: of the built-in ones, let those with heavy engines live in child processes; for
            programs that must outlive a crash.

    Returns:
        The reader, or ``None`` where nothing can be used or nothing is wanted.

    Raises:
        UnknownNameError: there is no reader of that name.
    """
    registry = builtin_readers(apart=apart) if registry is None else registry
    if name == "none":
        return None
    if name == "auto":
        first = first_usable(survey(registry))
        return None if first is None else registry.get(first)
    if name not in registry:
        names = ", ".join(("auto", *registry.names(), "none"))
        raise UnknownNameError("reader", expected=f"one of {names}", got=repr(name))
    return registry.get(name)


def survey(registry: Registry[OcrReader] | None = None) -> dict[str, Availability]:
    """Return for every reader whether it can be used here, and why (not).

    A reader that fails to answer cannot be used; its error is the reason.
    """
    registry = builtin_readers() if registry is None else registry
    return {name: availability(registry.get(name)) for name in registry}


def first_usable(found: Mapping[str, Availability]) -> str | None:
    """Return which reader ``"auto"`` stands for, of a survey; ``None`` where none can be used."""
    return next((name for name, answer in found.items() if answer.ok), None)


def availability(reader: OcrReader) -> Availability:
    """Ask a reader whether it can be used here; one that fails to answer cannot."""
    try:
        return reader.available()
    except Exception as error:  # noqa: BLE001 - an outside plug-in may raise anything
        return Availability(False, " ".join(f"{type(error).__name__}: {error}".split()))
