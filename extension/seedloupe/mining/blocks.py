"""The portions a run is cut into, and their way into the journal and out of it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from .instruments import Floats
from .journal import Journal, Measures
from .painting import PicturePair
from .plan import portions


@dataclass(frozen=True)
class Shard:
    """Which portions are ours: of ``count`` processes without a folder in common, number ``index``.

    Raises:
        InputError: there is no such process.
    """

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse numbers beyond the last process."""
        if not 0 <= self.index < self.count:
            expected = f"0/{self.count} to {max(self.count - 1, 0)}/{self.count}"
            raise InputError("shard", expected=expected, got=f"{self.index}/{self.count}")

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``i/n``, counted from 0.

        Raises:
            InputError: it is none.
        """
        index, _, count = text.partition("/")
        if not (index.isdecimal() and count.isdecimal() and int(count)):
            raise InputError("shard", expected="i/n, e.g. 0/4 to 3/4", got=repr(text))
        return cls(int(index), int(count))

    def has(self, number: int) -> bool:
        """Whether the portion of this number is ours."""
        return number % self.count == self.index


@dataclass(frozen=True)
class SeedBlock:
    """Seeds times prompts: what is claimed, measured and resumed as one.

    Args:
        name: its file in the journal.
        number: its place in the phase.
        seeds: whose pictures.
        prompts: of which prompts.
        thumbnails: keep small pictures of the first prompt.
    """

    name: str
    number: int
    seeds: tuple[int, ...]
    prompts: tuple[str, ...]
    thumbnails: bool

    @property
    def pictures(self) -> int:
        """How many."""
        return len(self.seeds) * len(self.prompts)


def cut(
    phase: str,
    seeds: Sequence[int],
    prompts: Sequence[str],
    *,
    size: int,
    thumbnails: bool = False,
) -> tuple[SeedBlock, ...]:
    """Cut a phase into blocks of ``size`` seeds."""
    return tuple(
        SeedBlock(f"{phase}-{index:05d}", index, chunk, tuple(prompts), thumbnails)
        for index, chunk in enumerate(portions(tuple(seeds), size))
    )


@dataclass(frozen=True)
class BlockBatch:
    """Pictures of a block that are made at once.

    Args:
        block: of which block.
        name: the file that keeps its measures.
        prompts: of all the block's seeds.
    """

    block: SeedBlock
    name: str
    prompts: tuple[str, ...]

    @property
    def alone(self) -> BlockBatch:
        """The same without what only the block's other batches need, to be sent elsewhere."""
        block = replace(self.block, prompts=self.prompts, thumbnails=self.thumbnails)
        return BlockBatch(block, self.name, self.prompts)

    @property
    def pairs(self) -> list[PicturePair]:
        """What to make, prompt by prompt."""
        return [PicturePair(seed, prompt) for prompt in self.prompts for seed in self.block.seeds]

    @property
    def thumbnails(self) -> bool:
        """Whether its first prompt's pictures are kept small."""
        return self.block.thumbnails and self.prompts[0] == self.block.prompts[0]

    def filed(self, made: Mapping[str, Floats]) -> dict[str, Floats]:
        """Measures of :attr:`pairs` ``(B, …)`` as a journal keeps them, ``(seeds, prompts, …)``."""
        shape = (len(self.prompts), len(self.block.seeds))
        measures = {
            name: np.swapaxes(values.reshape(*shape, *values.shape[1:]), 0, 1)
            for name, values in made.items()
        }
        if self.thumbnails:
            measures["thumbnail"] = measures["thumbnail"][:, :1]
        return measures


def batches_of(block: SeedBlock, *, mixed: bool, most: int) -> tuple[BlockBatch, ...]:
    """Cut a block; into one batch of its own name where all of it fits.

    Args:
        block: what to cut.
        mixed: whether a batch may hold several prompts.
        most: pictures at once, by the plan: a batch that memory made smaller would give the parts
            that a resumed run looks for other names.
    """
    together = max(1, most // len(block.seeds)) if mixed else 1
    if together >= len(block.prompts):
        return (BlockBatch(block, block.name, block.prompts),)
    return tuple(
        BlockBatch(block, f"{block.name}.part-{start:05d}", block.prompts[start : start + together])
        for start in range(0, len(block.prompts), together)
    )


def join_batches(batches: Sequence[BlockBatch], journal: Journal) -> None:
    """Keep the parts of a block as one, once all are measured."""
    if len(batches) > 1:
        journal.write(batches[0].block.name, _whole([journal.read(one.name) for one in batches]))
        journal.drop(one.name for one in batches)


def rows(block: SeedBlock, measures: Measures) -> Iterator[Measures]:
    """Split a block's measures ``(seeds, prompts, …)`` into one mapping a seed, in order."""
    named = {_current(name): values for name, values in measures.items()}
    for row in range(len(block.seeds)):
        yield {name: values[row] for name, values in named.items()}


def _whole(parts: Sequence[Measures]) -> dict[str, Floats]:
    """Batches of one block side by side; NaN where a scorer had been lost by then."""
    keys = dict.fromkeys(key for part in parts for key in part)
    whole: dict[str, Floats] = {}
    for key in keys:
        known = [part[key] for part in parts if key in part]
        if key == "thumbnail":
            whole[key] = known[0]
            continue
        columns = [
            part[key] if key in part else np.full_like(known[0], np.nan)[:, :1] for part in parts
        ]
        widths = [next(v for k, v in part.items() if k != "thumbnail").shape[1] for part in parts]
        whole[key] = np.concatenate(
            [
                column if column.shape[1] == width else np.repeat(column, width, 1)
                for column, width in zip(columns, widths, strict=True)
            ],
            axis=1,
        )
    return whole


def _current(name: str) -> str:
    """Journals from before sets had kinds filed their vectors under another name."""
    return name.replace("frechet.", "set.", 1) if name.startswith("frechet.") else name
