"""What a scorer needs before it can measure, and how it is registered.

Registered is not a scorer but how to open one, since most need weights: a :class:`ScorerPlugin`
says what it measures, what it needs, what it costs, and whether that is all here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from torch import Tensor, nn

from ...errors import InputError
from .protocol import PictureBatch, Scorer

TextShare = Callable[[Tensor, Tensor], Tensor]
"""Images ``(B, 3, H, W)`` and masks ``(B, H, W)`` to the share of each mask that text covers
``(B,)``; NaN where it could not be looked for."""

Stages = Callable[[Tensor], Sequence[Tensor]]
"""Images ``(B, 3, H, W)`` in [0, 1] to maps ``(B, C, h, w)`` of a network's layers."""


class RepaintLook(Protocol):
    """Looks for text in repainted pictures."""

    @property
    def name(self) -> str:
        """Who looks."""

    def __call__(self, batch: PictureBatch) -> tuple[Tensor, Tensor]:
        """Share of each mask that text covers and whether it is held against the picture.

        Both ``(B,)`` float32, NaN where it could not be looked at; ``batch`` has masks and sources.
        """


_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class ScorerCost(Enum):
    """What measuring a picture costs, beside making it. What it costs here is measured."""

    PIXELS = "arithmetic on pixels"
    SMALL = "a small network"
    LARGE = "a large network"


@dataclass(frozen=True)
class ScorerNeeds:
    """What must be there.

    Args:
        packages: names to import.
        weights: what must lie in a local folder, in words; empty where nothing must.
        hub: the repository that the hub has them under, used only when asked for.
        reference: whether pictures or statistics to compare with are needed.
        reader: whether something that finds text is needed.
        masks: whether pictures must be repainted ones.
        or_stages: whether the layers of a network that a host has open do in place of weights.
        features: whether Python code must hand in a network to compare pictures by.
    """

    packages: tuple[str, ...] = ()
    weights: str = ""
    hub: str = ""
    reference: bool = False
    reader: bool = False
    masks: bool = False
    or_stages: bool = False
    features: bool = False


@dataclass(frozen=True, eq=False)
class ScorerSources:
    """What a run offers its scorers.

    Args:
        weights: a local folder or file by scorer.
        download: fetch weights that are not here from the hub; never done unless asked for.
        reference: a folder of pictures, or statistics in ``.npz``.
        features: a network to compare pictures by, ``(B, 3, H, W)`` in [0, 1] to ``(B, D)``.
        stages: the layers' maps of a network that a host has open, to take style from.
        classes: which objects to look for.
        text_share: says how much of a mask text covers.
        masks: whether the pictures are repainted ones.
        repaint_look: looks for text in repainted ones.
        alone: whether nothing else scores the pictures.
        device: where networks run.
    """

    weights: Mapping[str, Path] = field(default_factory=dict)
    download: bool = False
    reference: Path | None = None
    features: nn.Module | None = None
    stages: Stages | None = None
    classes: tuple[str, ...] = ()
    text_share: TextShare | None = None
    masks: bool = False
    repaint_look: RepaintLook | None = None
    alone: bool = False
    device: str = "cpu"


class ScorerPlugin(Protocol):
    """A way of scoring; what is registered."""

    @property
    def summary(self) -> str:
        """What it measures, one line."""

    @property
    def needs(self) -> ScorerNeeds:
        """What must be there."""

    @property
    def cost(self) -> ScorerCost:
        """What measuring a picture costs."""

    def open(self, sources: ScorerSources) -> Scorer:
        """Return the scorer.

        Raises:
            InputError: something it needs is absent or damaged; one line says what.
        """


def lacking(name: str, needs: ScorerNeeds, sources: ScorerSources) -> str:
    """Return in one line what a scorer lacks; empty where all is here. Opens nothing."""
    missing = [package for package in needs.packages if find_spec(package) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    place = sources.weights.get(name)
    by_layers = needs.or_stages and sources.stages is not None
    elsewhere = by_layers or (bool(needs.hub) and sources.download)
    if needs.weights and place is None and not elsewhere:
        return f"no weights: give {name}=FOLDER with {needs.weights}"
    if needs.weights and place is not None and not place.exists():
        return f"no weights: there is nothing at {place}"
    if needs.features and sources.features is None:
        return "a network handed in by Python code"
    if needs.reference and sources.reference is None:
        return "nothing to compare with: give --reference FOLDER or STATISTICS.npz"
    if needs.masks and not sources.masks:
        return "only for repainted pictures: --task inpaint"
    if needs.reader and sources.text_share is None and sources.repaint_look is None:
        return "no reader of text is installed"
    return ""


def needs_in_words(needs: ScorerNeeds) -> str:
    """Say what must be there; ``nothing`` where nothing must."""
    or_stages = ", or else the layers of the model that is mined" if needs.or_stages else ""
    parts = [*needs.packages, f"{needs.weights}{or_stages}"]
    parts += ["pictures or statistics to compare with"] if needs.reference else []
    parts += ["a text reader"] if needs.reader else []
    parts += ["repainted pictures"] if needs.masks else []
    said = "; ".join(part for part in parts if part) or "nothing"
    return f"{said} (hub: {needs.hub})" if needs.hub else said


def require_ready(name: str, needs: ScorerNeeds, sources: ScorerSources) -> Path:
    """Return the reference, or where nothing is; refuse to open a scorer that lacks something.

    Raises:
        InputError: something is lacking; one line says what.
    """
    missing = lacking(name, needs, sources)
    if missing:
        raise InputError(f"scorer {name}", expected="all that it needs", got=missing)
    return sources.reference or Path()


def check_scorer(name: str, plugin: object) -> None:
    """Refuse what could not be used as a scorer, before a run rests on it.

    Raises:
        InputError: the name or the part that does not fit.
    """
    if _NAME.fullmatch(name) is None:
        expected = "a small letter, then small letters, digits and _, 40 at most"
        raise InputError("scorer", expected=expected, got=repr(name))
    for part, kind in (("summary", str), ("needs", ScorerNeeds), ("cost", ScorerCost)):
        value = getattr(plugin, part, None)
        if not isinstance(value, kind) or value == "":
            raise InputError(
                f"scorer {name}.{part}", expected=kind.__name__, got=type(value).__name__
            )
    given = _arguments(getattr(plugin, "open", None))
    if given != ["sources"]:
        got = "no such method" if given is None else f"open({', '.join(given)})"
        raise InputError(f"scorer {name}.open", expected="a method open(sources)", got=got)


def _arguments(method: object) -> list[str] | None:
    return list(inspect.signature(method).parameters) if callable(method) else None
