"""All plug-ins a host offers: OCR readers, seed pickers, feature renderers and scorers.

This file stands above the features, beside the package's ``__init__``: it names their protocols and
calls them together. A feature that makes a registry takes it from :mod:`seedloupe.registry`, so
that no feature ever imports this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from .registry import Registry

if TYPE_CHECKING:
    from .artifacts import OcrReader
    from .lens import FeatureRenderer
    from .mining.scorers import ScorerPlugin
    from .picking import SeedPicker

__all__ = ["Plugins", "Registry", "any_announced", "builtin", "with_outside"]

_GROUP = "seedloupe.plugins"
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Plugins:
    """All plug-ins a host offers, by kind.

    Args:
        readers: find text in a picture.
        pickers: choose seeds from a table.
        renderers: paint what a layer sees.
        scorers: measure pictures while a table is mined.
    """

    readers: Registry[OcrReader]
    pickers: Registry[SeedPicker]
    renderers: Registry[FeatureRenderer]
    scorers: Registry[ScorerPlugin] = field(default_factory=Registry)


def builtin(*, apart: bool = False) -> Plugins:
    """Return what comes with Seedloupe; a fresh value for every host to extend and pass on.

    This is the one place that knows all features, so they are imported here, when asked for.

    Args:
        apart: let readers with heavy engines live in child processes, so that one that hangs or
            crashes costs a message and not the host.
    """
    from .artifacts import builtin_readers
    from .lens.views import builtin_renderers
    from .mining.scorers import builtin_scorers
    from .picking import builtin_pickers

    return Plugins(
        builtin_readers(apart=apart), builtin_pickers(), builtin_renderers(), builtin_scorers()
    )


def with_outside(plugins: Plugins) -> tuple[Plugins, tuple[str, ...]]:
    """Return ``plugins`` with those other installed packages announce.

    A package announces a function ``register(plugins: Plugins) -> Plugins`` under the entry-point
    group ``seedloupe.plugins``. One that fails, returns something else, or takes away what is
    there, is skipped. A host calls this once, when it starts.

    Args:
        plugins: what to add to.

    Returns:
        the extended value, and one line for every package that was skipped, with its name and why.
    """
    skipped: list[str] = []
    for entry in _announced(skipped):
        try:
            plugins = _extended(entry.load(), plugins)
        # A stranger's package must not cost ours, not even one that ends the program.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            skipped.append(f"plug-in {_name_of(entry)} was skipped: {_why(error)}")
    return plugins, tuple(skipped)


def any_announced() -> bool:
    """Whether another installed package announces plug-ins; loads none of them."""
    unreadable: list[str] = []
    return bool(_announced(unreadable) or unreadable)


def _announced(skipped: list[str]) -> list[EntryPoint]:
    try:
        found = entry_points(group=_GROUP)
    except Exception as error:  # noqa: BLE001 - any installed package may have broken notes
        skipped.append(f"all plug-ins of other packages were skipped: {_why(error)}")
        return []
    return sorted(found, key=lambda entry: (entry.name, entry.value))


def _why(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_REASON]


def _name_of(entry: EntryPoint) -> str:
    package = getattr(entry.dist, "name", None)
    return f"{entry.name} of the package {package}" if package else entry.name


def _extended(register: Callable[[Plugins], object], plugins: Plugins) -> Plugins:
    extended = register(plugins)
    if not isinstance(extended, Plugins):
        raise TypeError(f"it returned {type(extended).__name__}, not Plugins")
    if isinstance(extended.scorers, Registry) and not extended.scorers:
        # Written when there were three kinds: it names those, and leaves the fourth as it is.
        extended = replace(extended, scorers=plugins.scorers)
    for kind in fields(Plugins):
        before, after = getattr(plugins, kind.name), getattr(extended, kind.name)
        if not isinstance(after, Registry):
            raise TypeError(f"its {kind.name} are {type(after).__name__}, not a Registry")
        lost = [name for name in before if after.entries.get(name) is not before.get(name)]
        if lost:
            raise ValueError(f"it took away or replaced the {kind.name} {', '.join(lost)}")
    return extended
