"""What the lens's panel sets, once: the order of the fields is the order of the controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from ....errors import InputError

_WORDS = {bool: "true or false", str: "a text"}


@dataclass(frozen=True)
class LensSettings:
    """The panel's values for one job.

    Args:
        enabled: whether the lens watches at all.
        words: whether it watches the words of the prompts besides.
        keep: whether a lens file is saved beside each picture.
        layers: names, aliases or globs with commas between; empty takes those of the settings.
    """

    enabled: bool = False
    words: bool = True
    keep: bool = False
    layers: str = ""

    def __post_init__(self) -> None:
        """Refuse values of another type, which the API lets through."""
        for field in fields(self):
            kind = type(field.default)
            value = getattr(self, field.name)
            if not isinstance(value, kind):
                raise InputError(field.name, expected=_WORDS[kind], got=repr(value))

    @classmethod
    def from_args(cls, args: Sequence[object]) -> LensSettings:
        """Read what the web UI passes to a script.

        Args:
            args: the controls' values in order, or, from the API, one object with named fields in
                first place. An object asks for the lens unless it says ``"enabled": false``;
                whatever follows it are the web UI's own defaults.

        Raises:
            InputError: a name nobody knows, or a value of the wrong type.
        """
        if args and isinstance(args[0], Mapping):
            return cls(**{"enabled": True, **_known(args[0])})
        values = args[: len(fields(cls))]
        return cls(*("" if value is None else value for value in values))

    def names(self, usual: str) -> tuple[str, ...]:
        """Return the layers asked for.

        Args:
            usual: those of the settings, where the panel names none.
        """
        return tuple((self.layers.strip() or usual).replace(",", " ").split()) or ("auto",)


def _known(named: Mapping[str, object]) -> Mapping[str, object]:
    known = [field.name for field in fields(LensSettings)]
    for name in named:
        if name not in known:
            raise InputError("args", expected=f"the fields {', '.join(known)}", got=repr(name))
    return named
