"""Which positions the pictures of one press of Generate stand at, however its script runs them.

A script may run several jobs a press, and says by their seeds what they have in common. X/Y/Z plot,
batch img2img and *Use same random seed for all lines* give every job the same seed: the same
positions. SD upscale, loopback and *Iterate seed every line* count on from it, by one or by the
pictures of a job, and so do the positions. Where the seed stays -1, the next pictures come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import ref

from .typed_seed import is_random, seed_numbers, typed_seed

_FARTHEST = 65536
"""How far a script may count on from the seed it began with; more is another seed."""
_COURSE = "seedloupe_course"
"""The processing object's attribute; copies that scripts make of it share the course."""


@dataclass
class _Turn:
    """How far one choice of seeds has come in this press."""

    begin: int
    taken: int = 0
    last: int = -1
    last_seed: int | None = None

    @property
    def after(self) -> int:
        """The offset behind that of the last job's first picture."""
        return self.last + 1

    def follows(self, seed: int) -> bool:
        """Tell whether a script counted on by one from the last job's first seed."""
        return self.last_seed is not None and seed == self.last_seed + 1


@dataclass
class SeedCourse:
    """One press of Generate, or one request to the API.

    Args:
        typed: the seed as the user asked for it.
        original: the processing object the press began with; scripts may run copies of it.
    """

    typed: object
    original: ref[Any]
    fixed: int | None = None
    was_open: bool = False
    written: list[int] = field(default_factory=list)
    resize: tuple[object, object] | None = None
    _turns: dict[str, _Turn] = field(default_factory=dict)

    @property
    def is_random(self) -> bool:
        """Whether the user left the seed to chance."""
        return is_random(self.typed)

    def positions(self, key: str, seed: object, count: int, begin: Callable[[], int]) -> list[int]:
        """Return the position of every picture of one job; none where a script chose the seed.

        Args:
            key: of the choice of seeds, each of which is counted by itself.
            seed: what stands in the processing object by now.
            count: how many pictures there are.
            begin: says where the choice goes on; asked once a press.
        """
        turn = self._turns.get(key) or _Turn(begin())
        offsets = self._offsets(turn, seed, count)
        if offsets:
            self._turns[key] = turn
            turn.last = offsets[0]
            turn.taken = max(turn.taken, max(offsets) + 1)
        return [turn.begin + offset for offset in offsets]

    def end(self, key: str) -> int:
        """Return the position behind the last picture of a choice in this press."""
        turn = self._turns[key]
        return turn.begin + turn.taken

    def wrote(self, key: str, seeds: list[int]) -> None:
        """Remember the seeds a job was given; scripts count on from the first of them."""
        self.written = seeds
        self._turns[key].last_seed = seeds[0]

    def _offsets(self, turn: _Turn, seed: object, count: int) -> list[int]:
        if is_random(seed):
            self.was_open = True
            return [turn.taken + place for place in range(count)]
        numbers = seed_numbers(seed)
        if not numbers:
            return []
        if len(numbers) == 1 and numbers[0] != self.fixed and turn.follows(numbers[0]):
            # SD upscale and loopback count on from the last picture's seed, which was ours.
            return [turn.after + place for place in range(count)]
        if self.was_open:
            return []  # a seed that stayed open so far was not fixed for the press
        first = self._first(numbers)
        if len(numbers) == 1:
            start = numbers[0] - first
            return [start + place for place in range(count)] if _is_near(start) else []
        each = [number - first for number in numbers[:count]]
        return each if len(each) == count and all(map(_is_near, each)) else []

    def _first(self, numbers: tuple[int, ...]) -> int:
        """Return the seed a script fixed for the press: the original's, at the first job."""
        if self.fixed is None:
            original = self.original()
            found = () if original is None else seed_numbers(original.seed)
            lone = found and not is_random(found[0])
            self.fixed = found[0] if lone else numbers[0]
        return self.fixed


def _is_near(offset: int) -> bool:
    return 0 <= offset < _FARTHEST


def begin_course(p: Any) -> SeedCourse:
    """Begin the course of a processing object, in its ``setup``, before any script runs."""
    course = SeedCourse(typed_seed(p), ref(p))
    setattr(p, _COURSE, course)
    return course


def course_of(p: Any) -> SeedCourse:
    """Return the course a job belongs to; one made without us begins now."""
    found = getattr(p, _COURSE, None)
    return found if isinstance(found, SeedCourse) else begin_course(p)


def is_scripts_seed(course: SeedCourse, p: Any) -> bool:
    """Tell whether a script's line or list names this job's seed, though the user left it open.

    *Prompts from file* takes ``--seed`` in a line for its copy alone: the original still says -1.
    """
    original = course.original()
    if original is None or original is p or is_random(p.seed):
        return False
    return is_random(original.seed) and not isinstance(p.seed, (list, tuple))
