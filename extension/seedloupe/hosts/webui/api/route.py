"""What one address of ours takes and gives, apart from any server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from ....errors import InputError

#: Bytes a question may have, unless its route takes pictures.
USUAL_BODY = 64 * 1024
_NOTHING: Mapping[str, object] = MappingProxyType({})


class NotThereError(InputError):
    """What was asked for by name does not exist; the answer is 404."""


class Method(str, Enum):
    """How an address is asked: to look, or to change something."""

    GET = "GET"
    POST = "POST"


@dataclass(frozen=True)
class Asked:
    """A question, with nothing in it checked yet.

    Attributes:
        values: the address's query, whose values are texts, or the JSON object that was posted.
    """

    values: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, eq=False)
class Answer:
    """What goes back to who asked.

    Attributes:
        content: the bytes.
        kind: their media type.
        status: as HTTP has it.
        file_name: what a browser is to save it as; empty where it is to be shown.
    """

    content: bytes
    kind: str = "application/json"
    status: int = 200
    file_name: str = ""

    @classmethod
    def of(cls, said: object, *, status: int = 200) -> Answer:
        """Return an answer in JSON."""
        return cls(json.dumps(said).encode(), status=status)


@dataclass(frozen=True, eq=False)
class Route:
    """One address, and what answers there.

    Attributes:
        path: behind ``/seedloupe/``, without parameters: names come as values.
        answer: called in a thread of its own; an :class:`~seedloupe.errors.InputError` it raises
            becomes a 400, a :class:`NotThereError` a 404.
        summary: what it does, for the web UI's page of its API.
        method: to look, or to change something.
        largest: bytes a posted object may have.
    """

    path: str
    answer: Callable[[Asked], Answer]
    summary: str
    method: Method = Method.GET
    largest: int = USUAL_BODY
