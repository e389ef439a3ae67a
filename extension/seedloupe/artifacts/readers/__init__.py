"""The OCR engines Seedloupe knows, and choosing one of them."""

from __future__ import annotations

from ...errors import UnknownNameError
from ...plugins import Registry
from ..region import Availability, OcrReader
from .easyocr import EasyOcrReader
from .rapidocr import RapidOcrReader
from .tesseract import TesseractReader

__all__ = [
    "EasyOcrReader",
    "RapidOcrReader",
    "TesseractReader",
    "builtin_readers",
    "choose_reader",
    "survey",
]


def builtin_readers() -> Registry[OcrReader]:
    """Return fresh readers by name, the best first; no engine is loaded yet."""
    readers: tuple[OcrReader, ...] = (RapidOcrReader(), EasyOcrReader(), TesseractReader())
    return Registry("OCR reader", {reader.name: reader for reader in readers})


def choose_reader(
    name: str = "auto", registry: Registry[OcrReader] | None = None
) -> OcrReader | None:
    """Return the reader a user asked for.

    Keep what is returned: it holds its engine once it has read something.

    Args:
        name: ``"auto"`` for the first that can be used here, ``"none"`` for no reader, or a name.
            A reader asked for by name is returned even if it cannot be used here: reading with it
            then says why.
        registry: the readers there are; the built-in ones if not given.

    Returns:
        The reader, or ``None`` where nothing can be used or nothing is wanted.

    Raises:
        UnknownNameError: there is no reader of that name.
    """
    registry = builtin_readers() if registry is None else registry
    if name == "none":
        return None
    if name == "auto":
        usable = (known for known, found in survey(registry).items() if found.ok)
        first = next(usable, None)
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
    return {name: _ask(registry.get(name)) for name in registry}


def _ask(reader: OcrReader) -> Availability:
    try:
        return reader.available()
    except Exception as error:  # noqa: BLE001 - an outside plug-in may raise anything
        return Availability(False, " ".join(f"{type(error).__name__}: {error}".split()))
