"""What went wrong, in one line and in the words the page itself uses."""

from __future__ import annotations

import logging
from types import MappingProxyType

from ....errors import InputError, SeedloupeError

#: What the page calls the fields that the core's errors name.
_LABELS = MappingProxyType(
    {
        "count": "How many",
        "image": "Picture",
        "layer": "Layers",
        "mask": "Brush",
        "noises": "How often, each time with other noise",
        "seed": "Seeds",
        "strength": "How much is forgotten",
        "table": "Seed table",
        "time": "How much noise is laid over it",
    }
)
#: Advice for programs, and what it is for somebody who looks at the page.
_ADVICE = MappingProxyType({"list_layers names them all.": "Write auto for the usual ones."})
_log = logging.getLogger(__name__)


def words_of(error: Exception) -> str:
    """Say in one line what went wrong; what nobody foresaw also goes to the log, in full."""
    if isinstance(error, InputError):
        return _input_words(error)
    if isinstance(error, SeedloupeError):
        return str(error)
    _log.error("an event of the page failed", exc_info=error)
    return (
        f"{type(error).__name__} inside Seedloupe; the terminal has the whole story. "
        "The page is as it was: try again, or change what you asked for."
    )


def _input_words(error: InputError) -> str:
    """Return ``Steps: needs a whole number, found 7.5.`` and what to do about it."""
    label, expected = _label(error.field), " ".join(error.expected.split())
    advice = _ADVICE.get(error.advice, error.advice)
    said = str(InputError(label, expected=expected, got=error.got, advice=advice))
    plain = f"{label}: expected {expected}, got "
    return said.replace(plain, f"{label}: needs {expected}, found ", 1).rstrip()


def _label(field: str) -> str:
    words = field.replace("_", " ").replace(".", " ")
    return _LABELS.get(field) or words[:1].upper() + words[1:]
