"""All plug-ins a host offers: OCR readers, seed pickers and feature renderers.

This file stands above the features, beside the package's ``__init__``: it names their protocols and
calls them together. A feature that makes a registry takes it from :mod:`seedloupe.registry`, so
that no feature ever imports this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from .registry import Registry

if TYPE_CHECKING:
    from .artifacts import OcrReader
    from .lens import FeatureRenderer
    from .picking import SeedPicker

__all__ = ["Plugins", "Registry", "builtin", "with_outside"]

_GROUP = "seedloupe.plugins"


@dataclass(frozen=True)
class Plugins:
    """All plug-ins a host offers, by kind.

    Args:
        readers: find text in a picture.
        pickers: choose seeds from a table.
        renderers: paint what a layer sees.
    """

    readers: Registry[OcrReader]
    pickers: Registry[SeedPicker]
    renderers: Registry[FeatureRenderer]


def builtin() -> Plugins:
    """Return what comes with Seedloupe; a fresh value for every host to extend and pass on.

    This is the one place that knows all features, so they are imported here, when asked for.
    """
    from .artifacts import builtin_readers
    from .lens.views import builtin_renderers
    from .picking import builtin_pickers

    return Plugins(builtin_readers(), builtin_pickers(), builtin_renderers())


def with_outside(plugins: Plugins) -> tuple[Plugins, tuple[str, ...]]:
    """Return ``plugins`` with those other installed packages announce.

    A package announces a function ``register(plugins: Plugins) -> Plugins`` under the entry-point
    group ``seedloupe.plugins``. One that fails, or returns something else, is skipped.

    Args:
        plugins: what to add to.

    Returns:
        the extended value, and one line for every package that was skipped, with its name and why.
    """
    skipped = []
    for entry in sorted(entry_points(group=_GROUP), key=lambda entry: entry.name):
        try:
            plugins = _extended(entry.load(), plugins)
        except Exception as error:  # noqa: BLE001 - a stranger's package must not cost ours
            skipped.append(f"plug-in {entry.name} was skipped: {type(error).__name__}: {error}")
    return plugins, tuple(skipped)


def _extended(register: Callable[[Plugins], object], plugins: Plugins) -> Plugins:
    extended = register(plugins)
    if not isinstance(extended, Plugins):
        raise TypeError(f"it returned {type(extended).__name__}, not Plugins")
    return extended
