"""What the panel sets, once: the order of the fields is the order of the controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

from ....errors import InputError
from ....services.rated_pictures import LIKED

OFF = "off"
CHOSEN = "chosen"
RULES = (OFF, "golden", "diverse", "layout", "clean", LIKED, CHOSEN)
OF_THE_MODEL = "(the model's)"
"""Stands for the table that was made with the loaded checkpoint and fits best."""
ANYTHING = "anything"
DEPTHS = (ANYTHING, "near", "far")
USUAL = "usual"
SPACES = (USUAL, "style", "composition", "look", "colour")
GO_ON = -1
"""Stands for the position behind the last picture, as -1 stands for a random seed."""
_LARGEST_POSITION = 2**31 - 1

_WORDS = {
    bool: "true or false",
    str: "a name",
    int: "a whole number",
    float: "a number",
}
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType({"rule": RULES, "depth": DEPTHS})
_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "position": (GO_ON, _LARGEST_POSITION),
        "left": (0, 99),
        "top": (0, 99),
        "width": (1, 100),
        "height": (1, 100),
        "keep": (0.05, 1),
    }
)


@dataclass(frozen=True)
class PanelSettings:
    """The panel's values for one job.

    Args:
        enabled: whether Seedloupe does anything at all.
        table: name of a seed table, as :meth:`~seedloupe.tables.Catalogue.names` lists it; or
            :data:`OF_THE_MODEL`, which nothing at all stands for as well.
        only_random: leave the seed alone unless the user left it to chance (-1).
        rule: by which rule seeds are chosen, or :data:`OFF`.
        position: where in the pool the first picture stands; :data:`GO_ON` goes on behind the last.
        carry: take the noise to another size by the host's own seed resize.
        ranks: which ranks take turns, such as ``"1-16"``; empty leaves that to the rule.
        left: where the box of a layout begins, in percent of the width.
        top: likewise, of the height.
        width: its width, in percent.
        height: its height, in percent.
        depth: how far away things should be, out of :data:`DEPTHS`.
        object: which object of the table's is meant; empty is any.
        space: in what diverse pictures differ; one of the table's, or :data:`USUAL`.
        keep: which share of the seeds, the better ones, are in the running for diverse ones.
        flaw: the tag that clean seeds are to show least often.
        seeds: chosen by hand or on the atlas, such as ``"7, 12, 40-43"``; they take turns.
    """

    enabled: bool = False
    table: str = OF_THE_MODEL
    only_random: bool = True
    rule: str = "golden"
    position: int = GO_ON
    carry: bool = False
    ranks: str = ""
    left: int = 10
    top: int = 10
    width: int = 40
    height: int = 50
    depth: str = ANYTHING
    object: str = ""
    space: str = USUAL
    keep: float = 0.5
    flaw: str = "text"
    seeds: str = ""

    def __post_init__(self) -> None:
        """Refuse values of another type or beyond the controls, which the API lets through."""
        for field in fields(self):
            value = _as_kind(field.name, getattr(self, field.name), type(field.default))
            object.__setattr__(self, field.name, value)

    @property
    def is_on(self) -> bool:
        """Whether seeds are to be chosen at all."""
        return self.enabled and self.rule != OFF

    @classmethod
    def from_args(cls, args: Sequence[object]) -> PanelSettings:
        """Read what the web UI passes to a script.

        Args:
            args: the controls' values in order, or, from the API, one object with named fields in
                first place. An object asks for Seedloupe unless it says ``"enabled": false``;
                whatever follows it are the web UI's own defaults.

        Raises:
            InputError: a name nobody knows, or a value that the controls could not have.
        """
        if args and isinstance(args[0], Mapping):
            return cls(**{"enabled": True, **without_unknown(args[0])})
        names = [field.name for field in fields(cls)]
        # A control without a choice, or with a number deleted, hands over None.
        given = {name: value for name, value in zip(names, args) if value is not None}  # noqa: B905
        return cls(**given)  # type: ignore[arg-type]


def without_unknown(named: Mapping[str, object]) -> Mapping[str, object]:
    """Return named fields, none of them unknown.

    Raises:
        InputError: a name nobody knows.
    """
    known = [field.name for field in fields(PanelSettings)]
    for name in named:
        if name not in known:
            raise InputError("args", expected=f"the fields {', '.join(known)}", got=repr(name))
    return named


def _as_kind(name: str, value: object, kind: type) -> object:
    """Return a value as the field has it; the page hands whole numbers over as 8.0."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in (int, float) and number:
        value = _whole(value) if kind is int else float(value)  # type: ignore[arg-type]
    if type(value) is not kind:
        raise InputError(name, expected=_WORDS[kind], got=repr(value))
    least, most = _LIMITS.get(name, (value, value))
    if name in _LIMITS and not least <= value <= most:  # type: ignore[operator]
        raise InputError(name, expected=f"{least:g} to {most:g}", got=f"{value}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise InputError(name, expected=f"one of {', '.join(_CHOICES[name])}", got=repr(value))
    return OF_THE_MODEL if name == "table" and not value else value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
