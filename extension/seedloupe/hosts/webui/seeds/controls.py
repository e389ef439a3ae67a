"""What the panel sets, once: the order of the fields is the order of the controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from ....errors import InputError

_WORDS = {bool: "true or false", str: "a name"}


@dataclass(frozen=True)
class PanelSettings:
    """The panel's values for one job.

    Args:
        enabled: whether Seedloupe does anything at all.
        table: name of a seed table, as :meth:`~seedloupe.tables.Catalogue.names` lists it.
        only_random: leave the seed alone unless the user left it to chance (-1).
    """

    enabled: bool = False
    table: str = ""
    only_random: bool = True

    def __post_init__(self) -> None:
        """Refuse values of another type, which the API lets through."""
        for field in fields(self):
            kind = type(field.default)
            value = getattr(self, field.name)
            if not isinstance(value, kind):
                raise InputError(field.name, expected=_WORDS[kind], got=repr(value))

    @classmethod
    def from_args(cls, args: Sequence[object]) -> PanelSettings:
        """Read what the web UI passes to a script.

        Args:
            args: the controls' values in order, or, from the API, one object with named fields in
                first place. An object asks for Seedloupe unless it says ``"enabled": false``;
                whatever follows it are the web UI's own defaults.

        Raises:
            InputError: a name nobody knows, or a value of the wrong type.
        """
        if args and isinstance(args[0], Mapping):
            return cls(**{"enabled": True, **_without_unknown(args[0])})
        # A dropdown without choices hands over None.
        return cls(*("" if value is None else value for value in args))


def _without_unknown(named: Mapping[str, object]) -> Mapping[str, object]:
    known = [field.name for field in fields(PanelSettings)]
    for name in named:
        if name not in known:
            raise InputError("args", expected=f"the fields {', '.join(known)}", got=repr(name))
    return named
