"""Pictures on their way through a graph, as latents or as pixels, and the noise they began with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from ...noise.source import CPU_NOISE, NoiseSource
from ...noise.stream import CELL
from ..found_noise import LaterPass

MOST_PICTURES = 4096
"""The largest batch of ComfyUI's own nodes."""

_LARGEST_SIDE = 2**20

Origin = tuple[int, int]
"""The number of a draw, and a place in its batch."""
Row = frozenset[Origin]
"""What one picture began with; empty where no noise was drawn for it yet."""

UNSTARTED: Row = frozenset()


class Form(Enum):
    """What a flow is made of."""

    LATENTS = "latents"
    PIXELS = "pixels"
    MASKS = "masks"
    """Which parts of a picture are meant; no picture by itself."""


@dataclass(frozen=True)
class TableSeed:
    """A seed that a seed table names.

    Attributes:
        table: the table's name; None where the graph does not tell.
        count: how many of its best seeds it may be; None where the graph does not tell.
        picked: how they were picked, where they are not simply the best: a rule and a position.
    """

    table: str | None
    count: int | None
    picked: str = ""


@dataclass(frozen=True)
class UnknownSeed:
    """A seed that comes out of a node not known here.

    Attributes:
        node: the node's kind, for people.
        held: the one seed it holds, which it may or may not hand on.
    """

    node: str
    held: int | None = None


Seed = int | TableSeed | UnknownSeed


@dataclass(frozen=True)
class Draw:
    """One drawing of starting noise.

    Attributes:
        sampler: which node drew, for people.
        seed: None where it leads to no number.
        size: ``(width, height)`` in latent cells; None where the graph does not tell.
        batch: how many pictures were drawn at once; None where the graph does not tell.
        index: which parts of the stream they have, where they were picked before the draw.
        source: which generator drew; None where that depends on the machine.
        channels: of the latents of nothing it began with, which the host may have rewritten.
        cell: pixels a side of a latent cell, as the node of the empty latents counts them.
        task: ``"txt2img"``, ``"img2img"`` or ``"inpaint"``.
        strength: how much it forgets of what it is handed; None where the graph does not tell.
        doubts: what decides the noise and is not known here: kinds of nodes, for people.
        size_from: the node that makes the size, where it does not tell.
        drawer: who drew in place of the host; empty where the host did.
        own_seed: whether each picture of the sampler's batch has a drawing like this of its own.
    """

    sampler: str
    seed: Seed | None
    size: tuple[int, int] | None
    batch: int | None
    index: tuple[int, ...] | None = None
    source: NoiseSource | None = CPU_NOISE
    channels: int | None = None
    cell: int = CELL
    task: str = "txt2img"
    strength: float | None = None
    doubts: tuple[str, ...] = ()
    size_from: str = ""
    drawer: str = ""
    own_seed: bool = False

    @property
    def stream(self) -> tuple[object, ...]:
        """What makes two draws parts of one stream, cut into pictures alike.

        Drawn one by one that is so whatever their number; drawn at once it takes as many.
        """
        together = self.batch if self.index is None else None
        return self.seed, self.size, self.source, self.doubts, together, self.index is None


@dataclass(frozen=True)
class Flow:
    """Pictures on a wire.

    Attributes:
        form: latents, pixels or masks.
        size: ``(width, height)`` in latent cells or in pixels; None where the graph does not tell.
        rows: what each picture began with.
        counted: whether there are as many pictures as rows; otherwise one row stands for all.
        index: which parts of the stream the next draw picks (latents' ``batch_index``).
        empty: whether these are latents of nothing, all zero.
        masked: whether only a part of them is to change.
        channels: of empty latents, as their node makes them.
        cell: pixels a side of a latent cell.
        grown: how much larger it is than at its draw; None where that is not known.
        later: passes that drew noise after the first.
        doubts: nodes on the way that are not known here.
        passed: nodes not known here that worked on the finished picture only.
        size_from: the node that makes the size, where it does not tell.
    """

    form: Form
    size: tuple[int, int] | None
    rows: tuple[Row, ...] = (UNSTARTED,)
    counted: bool = True
    index: tuple[int, ...] | None = None
    empty: bool = False
    masked: bool = False
    channels: int | None = None
    cell: int = CELL
    grown: Fraction | None = Fraction(1)
    later: tuple[LaterPass, ...] = ()
    doubts: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    size_from: str = ""

    @property
    def draws(self) -> frozenset[int]:
        """The numbers of all draws in it."""
        return frozenset(draw for row in self.rows for draw, _ in row)

    @property
    def started(self) -> bool:
        """Whether each of its pictures began with noise."""
        return all(self.rows)

    @property
    def pixels(self) -> tuple[int, int] | None:
        """``(width, height)`` in pixels, whatever it is made of."""
        if self.size is None or self.form is not Form.LATENTS:
            return self.size
        return self.size[0] * self.cell, self.size[1] * self.cell

    def resized(self, size: tuple[int, int] | None, *, by: Fraction | None = None) -> Flow:
        """Return it at another size, which is ``by`` times its own where that is known.

        A size that no picture has is none that is known.
        """
        if size is not None and not all(0 < side <= _LARGEST_SIDE for side in size):
            size = None
        grown = None if by is None or self.grown is None else self.grown * by
        return replace(self, size=size, grown=grown)

    def picked(self, places: Sequence[int]) -> Flow:
        """Return some of its pictures; the next draw is not told of it."""
        return replace(self, rows=tuple(self.rows[place] for place in places), counted=True)

    def doubted(self, *names: str) -> Flow:
        """Return it with more nodes on its way that are not known here."""
        return replace(self, doubts=united(self.doubts, names))


def united(*lists: Iterable[str]) -> tuple[str, ...]:
    """Return names once each, in order; a graph of nothing but unknown nodes names a few."""
    return tuple(dict.fromkeys(name for names in lists for name in names))[:8]


def blended(flows: Sequence[Flow], *, as_many: bool = True) -> Flow:
    """Lay pictures over each other: each row has what all of them began with.

    Size, index and mask are the first one's. Fewer pictures are repeated, as the host does.

    Args:
        flows: the pictures, at least one.
        as_many: whether there are as many as of the first; otherwise as of the longest.
    """
    count = len(flows[0].rows) if as_many else max(len(flow.rows) for flow in flows)
    rows = tuple(
        UNSTARTED.union(*(flow.rows[place % len(flow.rows)] for flow in flows))
        for place in range(count)
    )
    return replace(_joined(flows), rows=rows, counted=all(flow.counted for flow in flows))


def in_line(flows: Sequence[Flow]) -> Flow:
    """Put the pictures of several flows behind each other, at the size of the first."""
    rows = tuple(row for flow in flows for row in flow.rows)
    return replace(_joined(flows), rows=rows, counted=all(flow.counted for flow in flows))


def _joined(flows: Sequence[Flow]) -> Flow:
    return replace(
        flows[0],
        empty=all(flow.empty for flow in flows),
        later=tuple(dict.fromkeys(step for flow in flows for step in flow.later)),
        doubts=united(*(flow.doubts for flow in flows)),
        passed=united(*(flow.passed for flow in flows)),
    )
