"""What measures pictures while a table is mined.

A scorer looks at a batch of pictures, of whatever seeds and prompts, and gives numbers for each
picture. It says beforehand, as :class:`ScorerOutput`, what each number is and what becomes of it:

``score.<metric>``    a number a picture; the table keeps mean, standard error and count
``tag.<name>``        0 or 1 a picture; the table keeps the share
``feature.<space>``   a vector a picture; the table keeps the mean over pictures, then PCA
``place.<space>``     a vector a picture, NaN where nothing was found; kept without PCA
``set.<space>``       a vector a picture; the table keeps statistics of all of a seed's vectors that
                      are no means over pictures: a Fréchet distance, a KID

A score that is a mean can be raced on as it comes. One that is not is raced on its surrogate, a
number a picture whose mean over a seed's pictures is the statistic to first order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from torch import Tensor

from ...errors import InputError
from ...tables import MetricSpec
from ...tables.spec import require_name
from ...tensors import require_shape

Surrogate = Callable[[Tensor], Tensor]
"""Vectors ``(B, D)`` to one number a picture ``(B,)``, lower or higher being better as for the
metric it stands for."""


class OutputKind(Enum):
    """What becomes of a number a picture."""

    SCORE = "score"
    TAG = "tag"
    FEATURE = "feature"
    PLACE = "place"
    SET = "set"


@dataclass(frozen=True, eq=False)
class PictureBatch:
    """Pictures to measure, of any seeds and prompts.

    Args:
        images: ``(B, 3, H, W)`` in [0, 1].
        prompts: what each was made for, ``B`` of them.
        seeds: what each was made from, ``B`` of them.
        masks: ``(B, H, W)``, 1 where each was repainted; None where pictures are made anew.
        sources: ``(B, 3, H, W)`` in [0, 1], what stood there before; None likewise.

    Raises:
        ShapeError: a tensor is laid out differently.
        InputError: there is not one prompt and one seed a picture.
    """

    images: Tensor
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]
    masks: Tensor | None = None
    sources: Tensor | None = None

    def __post_init__(self) -> None:
        """Hold everything to one picture a row."""
        count, _, height, width = require_shape(self.images, "B 3 H W", field="images").shape
        for field, listed in (("prompts", self.prompts), ("seeds", self.seeds)):
            if len(listed) != count:
                raise InputError(field, expected=f"one a picture, {count}", got=f"{len(listed)}")
        if self.masks is not None:
            require_shape(self.masks, f"{count} {height} {width}", field="masks")
        if self.sources is not None:
            require_shape(self.sources, f"{count} 3 {height} {width}", field="sources")

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self.images)

    def rows(self, keep: Sequence[int]) -> PictureBatch:
        """Return the batch of these rows, in this order."""
        return PictureBatch(
            self.images[list(keep)],
            tuple(self.prompts[row] for row in keep),
            tuple(self.seeds[row] for row in keep),
            None if self.masks is None else self.masks[list(keep)],
            None if self.sources is None else self.sources[list(keep)],
        )


@dataclass(frozen=True, eq=False)
class SetValues:
    """A statistic of some seeds' pictures.

    Attributes:
        values: ``(S,)`` float64, NaN where a seed has too few pictures.
        errors: ``(S,)`` float64 standard errors, by leaving out groups of pictures; NaN likewise.
        count: pictures of each seed behind its value, the same for all seeds.
    """

    values: Tensor
    errors: Tensor
    count: int


class SetStatistic(Protocol):
    """A number of a set of pictures that is no mean over them."""

    def surrogate(self, pilot: Tensor) -> Surrogate:
        """Return what to race on.

        Args:
            pilot: ``(N, D)`` vectors of pictures of all seeds, in an order that does not depend on
                which were made first: those of the first round.
        """

    def evaluate(self, vectors: Sequence[Tensor]) -> SetValues:
        """Return the statistic of each seed from its vectors ``(P, D)``.

        Seeds with more pictures are cut to as many as the one with fewest has, and averaged over
        such parts: what few pictures add to a distance is then the same for every seed.
        """


@dataclass(frozen=True, eq=False)
class SetMetric:
    """One score of a set of pictures: how a table describes it, and how it is had."""

    metric: MetricSpec
    statistic: SetStatistic


@dataclass(frozen=True, eq=False)
class ScorerOutput:
    """One thing a scorer says of each picture.

    Args:
        kind: what becomes of it.
        name: the metric, tag or space.
        width: numbers a picture.
        metric: for ``SCORE``, how the table describes it; its name is ``name``.
        statistics: for ``SET``, the scores that its vectors give; one or more.
        classes: for ``PLACE``, the objects, four numbers each: centroid x, centroid y, size, depth.

    Raises:
        InputError: these do not fit each other.
    """

    kind: OutputKind
    name: str
    width: int = 1
    metric: MetricSpec | None = None
    statistics: tuple[SetMetric, ...] = ()
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no table could hold."""
        require_name(self.name)
        described = self.metric is not None and self.metric.name == self.name
        if (self.kind is OutputKind.SCORE) != described or (self.metric and not described):
            raise self._unfit("a metric of this name for a score, and none for anything else")
        if (self.kind is OutputKind.SET) != bool(self.statistics):
            raise self._unfit("statistics for a set, and none for anything else")
        if (self.kind is OutputKind.PLACE) != bool(self.classes):
            raise self._unfit("classes for places, and none for anything else")
        if self.classes and self.width != 4 * len(self.classes):
            raise self._unfit(f"a width of {4 * len(self.classes)}, four numbers a class")
        if self.width < 1 or (self.single and self.width != 1):
            raise self._unfit("a width of 1, or more for a vector")

    @property
    def single(self) -> bool:
        """Whether it is one number a picture, ``(B,)``, and no vector ``(B, width)``."""
        return self.kind in (OutputKind.SCORE, OutputKind.TAG)

    @property
    def key(self) -> str:
        """What the measures of this output are filed under, e.g. ``score.alignment``."""
        return f"{self.kind.value}.{self.name}"

    @property
    def metrics(self) -> tuple[MetricSpec, ...]:
        """All scores a table gets from it."""
        return (self.metric,) if self.metric else tuple(one.metric for one in self.statistics)

    def _unfit(self, expected: str) -> InputError:
        return InputError(f"outputs.{self.key}", expected=expected, got=f"width {self.width}")


class Scorer(Protocol):
    """Measures pictures."""

    @property
    def outputs(self) -> Sequence[ScorerOutput]:
        """Everything :meth:`measure` gives, scores in order of importance."""

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Return for the key of each output float32 ``(B,)``, or ``(B, width)`` for vectors.

        A number that cannot be known of one picture is NaN. Whatever is raised costs this scorer's
        columns and not the run, but for want of memory, upon which a smaller batch is tried.
        """
