"""Plug-ins of one kind by name.

A plug-in is any object with the methods of its protocol. It needs no base class and no import of
ours; it is handed to a :class:`Registry` under a name.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from .errors import DuplicateNameError, UnknownNameError

__all__ = ["Registry"]

T = TypeVar("T")


@dataclass(frozen=True)
class Registry(Generic[T]):
    """Plug-ins of one kind by name; a value, so adding gives a new registry.

    Args:
        kind: what messages call one entry, e.g. ``"OCR reader"``.
        entries: plug-ins by name, in the order they are to be offered.
        check: is shown the name and the plug-in before it is added, and raises where it does not
            fit its kind.
    """

    kind: str = "plug-in"
    entries: Mapping[str, T] = field(default_factory=dict)
    check: Callable[[str, object], None] | None = None

    def __post_init__(self) -> None:
        """Take a copy, so that later changes to the caller's mapping do not show here."""
        object.__setattr__(self, "entries", MappingProxyType(dict(self.entries)))

    def add(self, name: str, plugin: T) -> Registry[T]:
        """Return a registry that also holds ``plugin``; this one stays as it is.

        Raises:
            DuplicateNameError: ``name`` is empty or taken.
            InputError: or whatever else ``check`` raises: the plug-in does not fit its kind.
        """
        if not name or name in self.entries:
            raise DuplicateNameError(
                self.kind,
                expected="a name not taken yet",
                got=repr(name),
                advice=f"Taken: {self._listing()}.",
            )
        if self.check is not None:
            self.check(name, plugin)
        return Registry(self.kind, {**self.entries, name: plugin}, self.check)

    def get(self, name: str) -> T:
        """Return the plug-in called ``name``.

        Raises:
            UnknownNameError: nobody registered it; the message lists the known names.
        """
        if name in self.entries:
            return self.entries[name]
        near = difflib.get_close_matches(name, self.entries, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(
            self.kind, expected=f"one of {self._listing()}", got=repr(name), advice=advice
        )

    def names(self) -> tuple[str, ...]:
        """Return all names in the order they were added."""
        return tuple(self.entries)

    def __iter__(self) -> Iterator[str]:
        """Go through the names in order."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Return how many plug-ins there are."""
        return len(self.entries)

    def __contains__(self, name: object) -> bool:
        """Tell whether ``name`` is registered."""
        return name in self.entries

    def _listing(self) -> str:
        return ", ".join(self.entries) or "none"
