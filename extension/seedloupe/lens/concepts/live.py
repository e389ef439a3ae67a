"""Concepts painted while a picture forms: one colour a concept for the whole run."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..features import FeatureMap
from ..views.palette import colour_of
from .coder import SparseCoder
from .paint import concept_maps

SHOWN = 6
"""Concepts painted at a step."""
_BRIGHT, _DULL = 7, 5
"""How many of the palette's named colours are bright, and how many come before its endless hues."""
BACKGROUND = "background"
"""The name of units that answer where nothing stands; they are not painted."""


@dataclass(frozen=True)
class ConceptShare:
    """One concept at one step.

    Attributes:
        name: what it answers to, or its number.
        colour: red, green and blue, 0 to 255.
        cells: share of the layer's cells in which it is the strongest of those painted.
    """

    name: str
    colour: tuple[int, int, int]
    cells: float


@dataclass(frozen=True, eq=False)
class ConceptFrame:
    """The concepts of one step.

    Attributes:
        layer: canonical name.
        step: of sampling, from 0.
        timestep: training time of the step; None where it is not known.
        picture: ``(3, H, W)``, float32 in [0, 1], a pixel a cell.
        shares: the concepts painted, those with most cells first.
    """

    layer: str
    step: int
    timestep: float | None
    picture: Tensor
    shares: tuple[ConceptShare, ...]


class ConceptPainter:
    """A sink that paints a layer's concepts at every step, and keeps the paintings of a picture.

    Units that answer to the same thing are one concept. At each step those are painted whose codes
    are largest in sum; a concept keeps the colour it was given first.

    Args:
        coder: of the layer.
    """

    def __init__(self, coder: SparseCoder) -> None:
        self.coder = coder
        self._numbers: dict[str, int] = {}
        names = [coder.name_of(unit) for unit in range(coder.units)]
        self._names = tuple(name for name in dict.fromkeys(names) if name != BACKGROUND)
        place = {name: number for number, name in enumerate(self._names)}
        self._place = torch.tensor([place.get(name, len(place)) for name in names])
        self.frames: list[ConceptFrame] = []

    def take(self, feature: FeatureMap) -> None:
        """Paint one map of the layer; another call of the same step paints it anew."""
        if feature.layer != self.coder.layer:
            return
        frame = self._painted(feature)
        if self.frames and self.frames[-1].step == frame.step:
            self.frames.pop()
        self.frames.append(frame)

    def finished(self) -> tuple[ConceptFrame, ...]:
        """Hand out the paintings of a picture, and begin another with the same colours."""
        done, self.frames = tuple(self.frames), []
        return done

    def _painted(self, feature: FeatureMap) -> ConceptFrame:
        maps = self._concepts(concept_maps(self.coder, feature.values[0]))
        mass = maps.flatten(1).sum(1)
        found = mass.topk(min(SHOWN, len(mass))).indices.tolist()
        chosen = [number for number in found if float(mass[number]) > 0]
        if not chosen:
            blank = torch.zeros(3, *feature.values.shape[-2:])
            return ConceptFrame(feature.layer, feature.step, feature.timestep, blank, ())
        shown = maps[chosen]
        best = shown.max(0)
        strength = best.values / best.values.amax()
        colours = torch.tensor([self._colour(number) for number in chosen], dtype=torch.float32)
        picture = (colours / 255)[best.indices].permute(2, 0, 1) * strength
        cells = [
            float(((best.indices == place) & (best.values > 0)).float().mean())
            for place in range(len(chosen))
        ]
        shares = (
            ConceptShare(self._names[number], self._colour(number), share)
            for number, share in zip(chosen, cells, strict=True)
        )
        ordered = tuple(sorted(shares, key=lambda one: -one.cells))
        return ConceptFrame(feature.layer, feature.step, feature.timestep, picture, ordered)

    def _concepts(self, maps: Tensor) -> Tensor:
        """Add up the maps ``(M, H, W)`` of units of one name; those of the background go."""
        summed = torch.zeros(len(self._names) + 1, *maps.shape[1:])
        return summed.index_add(0, self._place, maps)[:-1]

    def _colour(self, number: int) -> tuple[int, int, int]:
        place = self._numbers.setdefault(self._names[number], len(self._numbers))
        # Gray and what is dark could not be told from weak answers on black.
        return colour_of(place if place < _BRIGHT else place + _DULL)
