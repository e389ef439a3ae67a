"""Adding attention up over layers and steps, and asking for the map of a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional

from ...errors import InputError, ShapeError
from ...tensors import require_shape
from ..calls import FeaturePlace
from ..hooks import Rows
from ..tokens import PromptTokens
from .probe import AttentionMap
from .truth import TruthCheck

ALL = "all"


@dataclass(frozen=True, eq=False)
class WordMap:
    """Where in a picture a word was attended to.

    Args:
        word: the word or phrase.
        values: ``(B, H, W)``, float32: the mean share of a cell's attention that went to the word,
            over the layers and steps named. Shares of all tokens sum to 1 in each cell, and begin
            and end of the prompt take most of it, so single words are far below.
        layer: canonical name or pattern, or ``"all"``.
        step: sampling step, or None for all.
        truth: the worst check of all maps that went in.
    """

    word: str
    values: Tensor
    layer: str
    step: int | None
    truth: TruthCheck

    def minus(self, other: WordMap) -> WordMap:
        """Return how much more attention there is here than in ``other``, -1 to 1.

        Held against the unconditional rows, this tells what the word itself attracts from what its
        place in the sequence attracts whatever stands there.

        Raises:
            ShapeError: the other map has another layout.
        """
        batch, height, width = self.values.shape
        require_shape(other.values, f"{batch} {height} {width}", field="other")
        truth = TruthCheck.worst([self.truth, other.truth])
        return replace(self, values=self.values - other.values, truth=truth)


@dataclass(frozen=True, eq=False)
class _Sum:
    """A running sum of maps of one size."""

    values: Tensor
    count: int
    truth: TruthCheck

    def plus(self, values: Tensor, truth: TruthCheck) -> _Sum:
        worst = TruthCheck.worst([self.truth, truth])
        return _Sum(self.values + values, self.count + 1, worst)


@dataclass(eq=False)
class AttentionAccumulator:
    """A sink for an :class:`AttentionProbe` that keeps sums of one pass instead of maps.

    Sums are kept for each layer over all steps and, where wanted, for each step over all layers
    with equally many cells; they are brought to a common size only when somebody asks. So nothing
    grows with layers times steps. Stable Diffusion 1.5 at 512 pixels takes 0.1 MiB for each row and
    column once, and 0.02 MiB more for each step.

    Args:
        steps: whether to keep a sum for each step.
    """

    steps: bool = True
    _columns: tuple[int, ...] = field(default=(), init=False)
    _places: dict[int, FeaturePlace] = field(default_factory=dict, init=False)
    _layers: dict[str, _Sum] = field(default_factory=dict, init=False)
    _moments: dict[tuple[int, tuple[int, int]], _Sum] = field(default_factory=dict, init=False)

    def __call__(self, one: AttentionMap) -> None:
        """Add one map; heads kept apart are averaged.

        Raises:
            ShapeError: the layer had other rows or cells before, or the map is of other columns or
                of another pass.
        """
        values = one.values.mean(1)
        before = self._layers.get(one.layer)
        columns = self._columns or one.columns
        changed = before is not None and before.values.shape != values.shape
        elsewhere = bool(self._places) and one.track != self.track
        if columns != one.columns or changed or elsewhere:
            got = f"{tuple(values.shape)} for columns {one.columns} in pass {one.track}"
            raise ShapeError(one.layer, expected="maps laid out as before, in one pass", got=got)
        self._columns = columns
        place = FeaturePlace(one.track, one.step, one.sigma, one.timestep)
        self._places.setdefault(one.step, place)
        self._layers[one.layer] = _added(before, values, one.truth)
        if self.steps:
            moment = (one.step, (values.shape[2], values.shape[3]))
            self._moments[moment] = _added(self._moments.get(moment), values, one.truth)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers seen so far."""
        return tuple(self._layers)

    @property
    def track(self) -> int:
        """Which pass of sampling the maps are of; 0 as long as there are none."""
        return next((place.track for place in self._places.values()), 0)

    @property
    def places(self) -> Mapping[int, FeaturePlace]:
        """The pass and noise level of each step seen; the first level where there are two."""
        return MappingProxyType(self._places)

    @property
    def seen_steps(self) -> tuple[int, ...]:
        """The steps seen so far; empty where they are not kept."""
        return tuple(sorted({step for step, _ in self._moments}))

    @property
    def truths(self) -> dict[str, TruthCheck]:
        """The worst check of each layer."""
        return {layer: found.truth for layer, found in self._layers.items()}

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the finest layer seen, the size of maps unless said otherwise.

        Raises:
            InputError: nothing was recorded.
        """
        sizes = [found.values.shape[2:] for found in self._layers.values()]
        if not sizes:
            raise InputError("maps", expected="at least one attention map", got="none")
        height, width = max(sizes, key=lambda size: size[0] * size[1])
        return int(height), int(width)

    def map_of(
        self,
        tokens: PromptTokens,
        word: str,
        *,
        layer: str = ALL,
        step: int | None = None,
        grid: tuple[int, int] | None = None,
        rows: Rows | None = None,
        among_words: bool = False,
    ) -> WordMap:
        """Return the map of a word or phrase, its tokens summed.

        With neither layer nor step this is DAAM's heat map (Tang et al., ACL 2023) up to a
        constant: every layer and step counts alike.

        Args:
            tokens: the prompt that the rows asked for were given.
            word: as :meth:`PromptTokens.find` takes it.
            layer: one layer or a glob, over all steps.
            step: one step, over all layers.
            grid: ``(H, W)`` of the map; coarser layers are enlarged bilinearly, finer ones averaged
                over areas. The finest layer's by default.
            rows: which of the recorded rows; all by default.
            among_words: divide by what all words of the prompt take together, which leaves out
                begin, end and padding. On Seedling this alone tells words apart: of the maps of
                words for ground and sky 79 % have their maximum inside the object, and 42 % so
                divided, while the object's own word keeps its 80 and 78 %
                (``benchmarks/word_maps_meaning.py``).

        Raises:
            WordNotFoundError: the prompt has no such word.
            InputError: columns, layer or step were not recorded, or both were asked for.
        """
        columns = tokens.find(word)
        values = self.shares(columns, layer=layer, step=step, grid=grid, rows=rows).sum(1)
        if among_words:
            every = self.shares(tokens.content, layer=layer, step=step, grid=grid, rows=rows).sum(1)
            values = torch.where(every > 0, values / every, 0.0)
        return WordMap(word, values, layer, step, self.truth_of(layer, step))

    def truth_of(self, layer: str = ALL, step: int | None = None) -> TruthCheck:
        """Return the worst check of all maps of a layer or a step.

        Raises:
            InputError: they were not recorded, or both were asked for.
        """
        return TruthCheck.worst(found.truth for found in self._asked(layer, step))

    def shares(
        self,
        columns: Sequence[int],
        *,
        layer: str = ALL,
        step: int | None = None,
        grid: tuple[int, int] | None = None,
        rows: Rows | None = None,
    ) -> Tensor:
        """Return the mean maps of columns, ``(B, T, H, W)`` float32; arguments as above.

        Raises:
            InputError: columns, layer or step were not recorded, or both were asked for.
        """
        size = grid or self.grid
        missing = [str(column) for column in columns if column not in self._columns]
        if missing:
            raise InputError("columns", expected="recorded columns", got=", ".join(missing))
        places = [self._columns.index(column) for column in columns]
        asked = self._asked(layer, step)
        total = sum(
            (resize(_rows(found.values, rows)[:, places], size) for found in asked),
            start=torch.zeros(()),
        )
        return total / sum(found.count for found in asked)

    def _asked(self, layer: str, step: int | None) -> list[_Sum]:
        if layer != ALL and step is not None:
            raise InputError("step", expected="a layer or a step", got=f"{layer} and {step}")
        if step is None:
            wanted = "*" if layer == ALL else layer
            found = [sums for name, sums in self._layers.items() if fnmatchcase(name, wanted)]
        else:
            found = [sums for (number, _), sums in self._moments.items() if number == step]
        if not found:
            known = f"one of steps {self.seen_steps}" if step is not None else str(self.layers)
            got = layer if step is None else str(step)
            raise InputError("maps", expected=f"what was recorded: {known}", got=got)
        return found


def resize(maps: Tensor, grid: tuple[int, int]) -> Tensor:
    """Bring maps ``(B, T, H, W)`` to another grid: bilinear where cells shrink, else mean of areas.

    A cell's value is that of its area, so corners of cells are not aligned.
    """
    height, width = maps.shape[2:]
    if (height, width) == tuple(grid):
        return maps
    if grid[0] >= height and grid[1] >= width:
        return functional.interpolate(maps, grid, mode="bilinear", align_corners=False)
    return functional.interpolate(maps, grid, mode="area")


def _added(before: _Sum | None, values: Tensor, truth: TruthCheck) -> _Sum:
    return _Sum(values, 1, truth) if before is None else before.plus(values, truth)


def _rows(values: Tensor, rows: Rows | None) -> Tensor:
    if rows is None:
        return values
    return values[rows] if isinstance(rows, slice) else values[list(rows)]
