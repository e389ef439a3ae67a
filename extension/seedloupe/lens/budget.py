"""How many bytes a recording takes, known before it runs, and what to give up to fit a budget.

What is given up comes in this order, each step only if the one before was not enough:

1. float32 features become float16,
2. features become codes of a few numbers a position (:mod:`~.projection`),
3. every second step is recorded, then every fourth, as long as eight steps stay,
4. codes are dropped and colours alone are kept, at every step again, then at every second, fourth,
5. word maps are dropped,
6. layers are dropped, the largest first.

Whatever the budget, a plan comes out; at worst it records nothing and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from ..errors import InputError
from .features import FeatureMap
from .projection import Projection
from .shapes import LayerShape
from .streaming_pca import components_of

_FEWEST_STEPS = 8
_COARSEST = 4
#: A name stands in the header of a lens file and among the checksums; around it stand this many
#: bytes of punctuation, offsets, shape and hash.
_AROUND_A_NAME = 155
_AROUND_A_MOMENT = 150
_AROUND_A_LAYER = 190
_AROUND_WORDS = 160
_A_WORD = 14
_TRUTH_OF_WORDS = 160


class Keep(str, Enum):
    """What is kept of a layer's features, besides colours to look at."""

    FLOAT32 = "float32"
    """The features themselves, and codes."""
    FLOAT16 = "float16"
    """The same in half precision."""
    CODES = "codes"
    """Codes that still tell like from unlike."""
    RGB = "rgb"
    """Nothing."""


_RAW = {Keep.FLOAT32: 4, Keep.FLOAT16: 2}
_WORD_BYTES = 2
_WORDS = {
    Keep.FLOAT32: "features in full",
    Keep.FLOAT16: "features in half precision",
    Keep.CODES: "codes in place of features",
    Keep.RGB: "colours alone, which cannot be asked what is like what",
}


@dataclass(frozen=True)
class Recipe:
    """What a recording keeps.

    Args:
        keep: what of each map.
        every: which steps: each, every second, and so on, beginning with the first.
        projection: how codes are made.
        words: whether word maps are kept, at these steps, where words are watched.

    Raises:
        InputError: ``every`` is no whole number from 1 up.
    """

    keep: Keep = Keep.CODES
    every: int = 1
    projection: Projection = field(default_factory=Projection)
    words: bool = True

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InputError("every", expected="a whole number from 1 up", got=str(self.every))

    def takes(self, feature: FeatureMap) -> bool:
        """Tell whether a map is recorded at all."""
        return feature.step % self.every == 0


@dataclass(frozen=True)
class RecordingPlan:
    """What somebody wants to record.

    Args:
        shapes: the layers, with the shape of each.
        steps: of the whole run.
        rows: rows of the batch that are kept.
        calls: of the U-Net in a step whose rows are kept.
        recipe: what is kept of each map.
        words: how many words, rows and columns the word maps of a step have, by the prompt they
            are of; rows of the batch are as many.
    """

    shapes: Mapping[str, LayerShape]
    steps: int
    rows: int = 1
    calls: int = 1
    recipe: Recipe = Recipe()
    words: Mapping[str, LayerShape] = field(default_factory=dict)

    @property
    def moments(self) -> int:
        """How many maps of each layer are recorded."""
        return self._steps * self.calls

    @property
    def data_bytes(self) -> int:
        """Bytes of all tensors that are kept."""
        each = sum(self._each(shape) for shape in self.shapes.values())
        once = sum(map(self._once, self.shapes.values()))
        words = sum(_WORD_BYTES * shape.values for shape in self._words.values())
        return self.moments * self.rows * each + once + self._steps * self.rows * words

    @property
    def file_bytes(self) -> int:
        """Bytes of the lens file, its header estimated."""
        kinds = {Keep.RGB: 1, Keep.CODES: 2}.get(self.recipe.keep, 3)
        names = sum(map(_named, self.shapes))
        layers = sum(len(name) + _AROUND_A_LAYER for name in self.shapes)
        labels = 90 * self.rows if self.shapes else 0  # of words alone, moments have no rows
        moments = self.moments * (_AROUND_A_MOMENT + labels)
        header = self.moments * kinds * names + layers + moments
        return self.data_bytes + header + self._word_header

    @property
    def _steps(self) -> int:
        return -(-self.steps // self.recipe.every)

    @property
    def _words(self) -> Mapping[str, LayerShape]:
        return self.words if self.recipe.words else {}

    @property
    def _word_header(self) -> int:
        names = self._steps * sum(map(_named, self._words))
        entries = sum(_AROUND_WORDS + _A_WORD * shape.channels for shape in self._words.values())
        return names + entries + (_TRUTH_OF_WORDS if self._words else 0)

    def _once(self, shape: LayerShape) -> int:
        """Bytes a layer takes once: the axes of its exact shares."""
        exact = components_of(shape.channels, self.recipe.projection)
        return 0 if self.recipe.keep is Keep.RGB else 4 * exact * shape.channels

    def _each(self, shape: LayerShape) -> int:
        """Bytes of one row of one map."""
        keep, dims = self.recipe.keep, self.recipe.projection.size(shape.channels)
        dims += components_of(shape.channels, self.recipe.projection)
        codes = 0 if keep is Keep.RGB else 2 * dims
        return shape.cells * (3 + codes + _RAW.get(keep, 0) * shape.channels)


@dataclass(frozen=True)
class Budgeted:
    """A wish cut to a budget.

    Args:
        wish: what will be recorded.
        notes: what was given up, in words; empty if nothing was.
    """

    wish: RecordingPlan
    notes: tuple[str, ...] = ()

    @property
    def layers(self) -> tuple[str, ...]:
        """Which layers are recorded."""
        return tuple(self.wish.shapes)


def fit_budget(wish: RecordingPlan, budget: int) -> Budgeted:
    """Cut ``wish`` until its file fits ``budget`` bytes; never raises."""
    smaller = wish
    for smaller in _smaller(wish):
        if smaller.file_bytes <= budget:
            return Budgeted(smaller, tuple(_given_up(wish, smaller, budget)))
    nothing = replace(smaller, shapes={}, recipe=replace(smaller.recipe, words=False))
    return Budgeted(nothing, (f"nothing is recorded: {megabytes(budget)} hold no layer at all",))


def _named(name: str) -> int:
    return 2 * (len(name) + 12) + _AROUND_A_NAME


def megabytes(count: int) -> str:
    """Write a number of bytes as people read it."""
    return f"{count / 1e6:.3g} MB" if count >= 1e6 else f"{count / 1e3:.3g} kB"


def _smaller(wish: RecordingPlan) -> Iterator[RecordingPlan]:
    """Go through ``wish`` and what is less than it, in the order of this module's docstring."""
    kinds = list(Keep)[list(Keep).index(wish.recipe.keep) :]
    for keep in kinds:
        every = wish.recipe.every
        yield (least := replace(wish, recipe=replace(wish.recipe, keep=keep)))
        while keep in (Keep.CODES, Keep.RGB) and every < _COARSEST * wish.recipe.every:
            every *= 2
            recipe = replace(wish.recipe, keep=keep, every=every)
            if replace(wish, recipe=recipe).moments < _FEWEST_STEPS * wish.calls:
                break
            yield (least := replace(wish, recipe=recipe))
    if least._words:
        yield (least := replace(least, recipe=replace(least.recipe, words=False)))
    by_size = sorted(least.shapes, key=lambda name: least.shapes[name].cells, reverse=True)
    for dropped in range(1, len(by_size)):
        kept = {n: s for n, s in least.shapes.items() if n not in by_size[:dropped]}
        yield replace(least, shapes=kept)


def _given_up(wish: RecordingPlan, less: RecordingPlan, budget: int) -> Iterator[str]:
    why = f"to stay within {megabytes(budget)}"
    if less.recipe.keep is not wish.recipe.keep:
        yield f"the lens keeps {_WORDS[less.recipe.keep]}, {why}"
    if less.recipe.every != wish.recipe.every:
        yield f"the lens records one step of {less.recipe.every}, {why}"
    if wish.words and less.recipe.words != wish.recipe.words:
        yield f"the lens leaves out word maps, {why}"
    gone: Sequence[str] = [name for name in wish.shapes if name not in less.shapes]
    if gone:
        yield f"the lens leaves out {', '.join(gone)}, {why}"
