"""JSON to frozen dataclasses and back, naming the entry that is wrong.

A dataclass field without a default must be there; one with a default may be missing. What the
dataclass does not know is kept in its ``extra`` mapping and written back unchanged.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from ..errors import TableError

D = TypeVar("D")
Extra = Mapping[str, object]

_EXTRA = "extra"
_LARGEST_WHOLE_FLOAT = 2**53
_WORDS: Mapping[object, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
}


def decode(kind: type[D], value: object) -> D:
    """Build the dataclass ``kind`` from parsed JSON.

    Raises:
        TableError: an entry is missing, of another type or refused by the dataclass; the field
            names it, as in ``metrics[2].name``.
    """
    return typing.cast("D", _decode_dataclass(kind, value))


def encode(value: object) -> Any:  # noqa: ANN401 - JSON
    """Turn a dataclass, and everything in it, into what JSON can hold."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        known = [field.name for field in dataclasses.fields(value) if _is_written(field, value)]
        extra: Mapping[str, object] = getattr(value, _EXTRA, {})
        return {**encode(extra), **{name: encode(getattr(value, name)) for name in known}}
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    return value


def _is_written(field: dataclasses.Field[Any], value: object) -> bool:
    """Whether a field goes into the file; later fields do so where they say something.

    So a table of before they came is written to the same bytes.
    """
    later = field.metadata.get("later", False)
    return field.name != _EXTRA and not (later and not getattr(value, field.name))


def _decode(kind: Any, value: object) -> object:  # noqa: ANN401 - a type, a union or an alias
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _decode(typing.get_args(kind)[0], value)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind), value)
    if origin is not None:
        return _decode_mapping(typing.get_args(kind)[1], value)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _decode_choice(kind, value)
    return _decode_plain(kind, value)


def _decode_plain(kind: Any, value: object) -> object:  # noqa: ANN401 - int, float, str, bool, object
    if kind is object:
        return value
    if kind is float and type(value) is int and abs(value) <= _LARGEST_WHOLE_FLOAT:
        return float(value)
    if type(value) is not kind:
        raise TableError("", expected=_WORDS[kind], got=_describe(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise TableError("", expected="a finite number", got=f"{value}")
    return value


def _decode_choice(kind: type[Enum], value: object) -> Enum:
    for choice in kind:
        if choice.value == value:
            return choice
    names = ", ".join(str(choice.value) for choice in kind)
    raise TableError("", expected=f"one of {names}", got=_describe(value))


def _decode_tuple(kinds: tuple[Any, ...], value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise TableError("", expected="a list", got=_describe(value))
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(value) != len(kinds):
        raise TableError("", expected=f"{len(kinds)} entries", got=f"{len(value)}")
    return tuple(
        _decode_under(f"[{place}]", kind, item)
        for place, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )


def _decode_mapping(kind: Any, value: object) -> dict[str, object]:  # noqa: ANN401 - a type
    if not isinstance(value, dict):
        raise TableError("", expected="an object", got=_describe(value))
    return {key: _decode_under(key, kind, item) for key, item in value.items()}


def _decode_dataclass(kind: Any, value: object) -> object:  # noqa: ANN401 - a dataclass
    if not isinstance(value, dict):
        raise TableError("", expected="an object", got=_describe(value))
    hints = _hints(kind)
    known = {}
    for field in dataclasses.fields(kind):
        if field.name == _EXTRA:
            continue
        if field.name in value:
            known[field.name] = _decode_under(field.name, hints[field.name], value[field.name])
        elif _is_required(field):
            raise TableError(field.name, expected="an entry", got="nothing")
    extra = {key: item for key, item in value.items() if key not in hints or key == _EXTRA}
    return kind(**known, extra=extra)


@cache
def _hints(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a dataclass
    """Look up a dataclass's types, which costs more than all the rest of reading a spec."""
    return typing.get_type_hints(kind)


def _is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _decode_under(place: str, kind: Any, value: object) -> object:  # noqa: ANN401 - a type
    try:
        return _decode(kind, value)
    except TableError as error:
        raise under(place, error) from error.__cause__


def require(condition: bool, place: str, expected: str, got: object) -> None:
    """Refuse an entry unless ``condition`` holds.

    Raises:
        TableError: it does not.
    """
    if not condition:
        raise TableError(place, expected=expected, got=str(got))


def agreed(mappings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entries all of them have alike."""
    first, *others = mappings
    return {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }


def under(place: str, error: TableError) -> TableError:
    """Return the same error with ``place`` put before the entry it names."""
    joint = "." if error.field and not error.field.startswith("[") else ""
    return TableError(
        f"{place}{joint}{error.field}",
        expected=error.expected,
        got=error.got,
        advice=error.advice,
    )


def _describe(value: object) -> str:
    if isinstance(value, (dict, list)):
        return {dict: "an object", list: "a list"}[type(value)]
    return json.dumps(value)
