"""Reads the values of a question; each is checked before anybody works with it."""

from __future__ import annotations

from collections.abc import Sequence

from ....errors import InputError
from .route import Asked

_LONGEST = 500
_MOST_DIGITS = 20


def text_value(
    asked: Asked, name: str, *, default: str | None = None, longest: int = _LONGEST
) -> str:
    """Return a text.

    Args:
        asked: the question.
        name: of the value.
        default: taken where the value is not there; without one it must be.
        longest: letters it may have.

    Raises:
        InputError: it is missing, is no text, or is too long.
    """
    value = asked.values.get(name, default)
    if not isinstance(value, str):
        raise InputError(name, expected="a text", got=_words(value))
    if len(value) > longest:
        raise InputError(name, expected=f"at most {longest} letters", got=str(len(value)))
    return value


def whole_value(asked: Asked, name: str, *, default: int | None = None, most: int = 2**64) -> int:
    """Return a whole number from 0 to ``most``, from JSON or from digits.

    Raises:
        InputError: it is missing or anything else.
    """
    value = asked.values.get(name, default)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value) if len(value) <= _MOST_DIGITS else value
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise InputError(name, expected=f"a whole number from 0 to {most}", got=_words(value))
    return value


def number_value(
    asked: Asked, name: str, *, default: float | None = None, least: float, most: float
) -> float:
    """Return a number between two bounds, from JSON or from a text.

    Raises:
        InputError: it is missing or anything else.
    """
    value = asked.values.get(name, default)
    try:
        number = float(value) if isinstance(value, str) and len(value) < _LONGEST else value
    except ValueError:
        number = value
    fits = isinstance(number, int | float) and not isinstance(number, bool)
    if not fits or not least <= number <= most:  # type: ignore[operator]
        raise InputError(name, expected=f"a number from {least} to {most}", got=_words(value))
    return float(number)  # type: ignore[arg-type]


def switch_value(asked: Asked, name: str) -> bool:
    """Return whether something is wanted; what is not there is not.

    Raises:
        InputError: it is neither true nor false.
    """
    value = asked.values.get(name, False)
    if not isinstance(value, bool):
        raise InputError(name, expected="true or false", got=_words(value))
    return value


def choice_value(
    asked: Asked, name: str, choices: Sequence[str], *, default: str | None = None
) -> str:
    """Return one of a few words.

    Raises:
        InputError: it is missing or anything else.
    """
    value = asked.values.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise InputError(name, expected=f"one of {', '.join(choices)}", got=_words(value))
    return value


def list_value(asked: Asked, name: str, *, most: int) -> tuple[object, ...]:
    """Return a list out of a posted object; none where it is not there.

    Raises:
        InputError: it is no list, or has more than ``most`` entries.
    """
    value = asked.values.get(name, [])
    if not isinstance(value, list):
        raise InputError(name, expected="a list", got=_words(value))
    if len(value) > most:
        raise InputError(name, expected=f"at most {most} entries", got=str(len(value)))
    return tuple(value)


def texts_value(asked: Asked, name: str, *, most: int) -> tuple[str, ...]:
    """Return a list of texts out of a posted object; none where it is not there.

    Raises:
        InputError: it is anything else, or has more than ``most`` entries.
    """
    texts = list_value(asked, name, most=most)
    for text in texts:
        if not isinstance(text, str) or len(text) > _LONGEST:
            expected = f"texts of at most {_LONGEST} letters"
            raise InputError(name, expected=expected, got=_words(text))
    return texts  # type: ignore[return-value]


def _words(value: object) -> str:
    return "nothing" if value is None else f"{value!r:.60}"
