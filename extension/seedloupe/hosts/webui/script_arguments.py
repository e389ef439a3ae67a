"""What the web UI hands a script: the controls' values in order, or an object from the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import InputError

_WORDS = {bool: "true or false", str: "a name", int: "a whole number"}


def named_arguments(
    args: Sequence[object], known: Sequence[str], *, switch: str = "enabled"
) -> dict[str, object]:
    """Return the values a script is given, by name.

    Args:
        args: the controls' values in order, or, from the API, one object with named fields in first
            place. An object asks for the feature unless it says otherwise; whatever follows it are
            the web UI's own defaults.
        known: the names in order.
        switch: the one an object turns on.

    Raises:
        InputError: an object has a name that is not ``known``.
    """
    if not (args and isinstance(args[0], Mapping)):
        # Fewer than there are names: an older script of the API. A dropdown may hand over None.
        return {name: value for name, value in zip(known, args, strict=False) if value is not None}
    for name in args[0]:
        if name not in known:
            raise InputError("args", expected=f"the fields {', '.join(known)}", got=repr(name))
    return {switch: True, **args[0]}


def as_kinds(values: Mapping[str, object], kinds: Mapping[str, type]) -> dict[str, object]:
    """Return values as their controls have them; the page hands whole numbers over as 4.0.

    Args:
        values: by name.
        kinds: the type of each; ``True`` is no number.

    Raises:
        InputError: a value is of another type, which the API lets through; the field names it.
    """
    return {name: _as_kind(name, value, kinds[name]) for name, value in values.items()}


def _as_kind(name: str, value: object, kind: type) -> object:
    if kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not kind:
        raise InputError(name, expected=_WORDS[kind], got=repr(value))
    return value
