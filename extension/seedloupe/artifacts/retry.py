"""Trying again with other seeds until a repaint is free of text, or enough is enough."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, TypeVar

from ..errors import InputError
from .report import ArtifactReport, Verdict
from .seeds_to_try import Candidate

P = TypeVar("P")
S = TypeVar("S")

#: Most retries anybody may ask for.
MOST_RETRIES = 32


@dataclass(frozen=True, eq=False)
class Attempt(Generic[P]):
    """One repaint and what was found in it.

    Attributes:
        seed: what it was drawn from.
        why: where the seed comes from, in plain words.
        picture: the host's own idea of a picture.
        report: what was found.
        missed: whether somebody sees text in it that the check did not find.
    """

    seed: int
    why: str
    picture: P
    report: ArtifactReport
    missed: bool = False

    @property
    def has_text(self) -> bool:
        """Whether there is text that should not be there: a person's word, else the check's."""
        verdict = self.report.verdict
        return verdict is Verdict.FLAGGED or (self.missed and verdict is Verdict.CLEAN)

    @property
    def free(self) -> bool:
        """Whether it was looked at and has no such text."""
        return self.report.verdict is Verdict.CLEAN and not self.missed


class Ending(str, Enum):
    """Why there are no more attempts."""

    CLEAN = "clean"
    """The last one is free of text."""
    LIMIT = "limit"
    """As many as were allowed."""
    NOT_CHECKED = "not_checked"
    """Nobody could look, so trying again would be blind."""
    NO_SEEDS = "no_seeds"
    """There is no seed left that was not tried."""


@dataclass(frozen=True, eq=False)
class Retry(Generic[P]):
    """A repaint with its retries so far; adding an attempt gives a new value.

    Old and new draw on the same ``seeds``, so only the newest is to be gone on with.

    Attributes:
        attempts: in the order they were made, the user's own first.
        limit: most retries, not counting the first attempt.
        seeds: where further seeds come from.
        canonical: tells seeds with the same noise apart from others.
        upcoming: the seed to try next; ``None`` when it is over.
        given: how many attempts it began with.
    """

    attempts: tuple[Attempt[P], ...]
    limit: int
    seeds: Iterator[Candidate]
    canonical: Callable[[int], int]
    upcoming: Candidate | None = field(default=None)
    given: int = 1

    @classmethod
    def begin(
        cls,
        first: Attempt[P],
        seeds: Iterator[Candidate],
        *,
        limit: int,
        canonical: Callable[[int], int] | None = None,
    ) -> Retry[P]:
        """Begin with the attempt that asked for it.

        Args:
            first: made with the user's own seed.
            seeds: see :func:`candidates`.
            limit: most retries.
            canonical: the same number for seeds with the same noise; the seed itself if not given.

        Raises:
            InputError: ``limit`` is negative or beyond all patience.
        """
        return cls.resume((first,), seeds, limit=limit, canonical=canonical)

    @classmethod
    def resume(
        cls,
        made: Iterable[Attempt[P]],
        seeds: Iterator[Candidate],
        *,
        limit: int,
        canonical: Callable[[int], int] | None = None,
    ) -> Retry[P]:
        """Go on from several attempts; where one of them is without text it is over.

        Args:
            made: at least one, such as the pictures of a batch; they count as one attempt.
            seeds: see :func:`candidates`.
            limit: most retries after them.
            canonical: as for :meth:`begin`.

        Raises:
            InputError: ``limit`` is negative or beyond all patience.
        """
        if not 0 <= limit <= MOST_RETRIES:
            raise InputError("limit", expected=f"0 to {MOST_RETRIES} retries", got=f"{limit}")
        attempts = tuple(made)
        begun = cls(attempts, limit, seeds, canonical or _itself, given=len(attempts))
        free = any(attempt.free for attempt in attempts)
        return begun if free else begun._looking_ahead()

    def add(self, picture: P, report: ArtifactReport) -> Retry[P]:
        """Return the retry with the result of the upcoming seed.

        Raises:
            InputError: it is over already.
        """
        if self.upcoming is None:
            raise InputError("retry", expected="a seed to try", got="none; it is over")
        made = Attempt(self.upcoming.seed, self.upcoming.why, picture, report)
        return replace(self, attempts=(*self.attempts, made), upcoming=None)._looking_ahead()

    @property
    def ending(self) -> Ending | None:
        """Why it is over; ``None`` while a seed is upcoming."""
        if self.upcoming is not None:
            return None
        last = self.attempts[-1]
        if any(attempt.free for attempt in self.attempts):
            return Ending.CLEAN
        if last.report.verdict is Verdict.NOT_CHECKED:
            return Ending.NOT_CHECKED
        return Ending.LIMIT if self._retries >= self.limit else Ending.NO_SEEDS

    @property
    def best(self) -> int:
        """Index of the attempt to keep: without text, or with the least of it, the earliest.

        A picture nobody looked at is kept only where nobody looked at any.
        """
        return min(range(len(self.attempts)), key=lambda index: _badness(self.attempts[index]))

    @property
    def explanation(self) -> str:
        """Which attempt was kept and why, in one or two sentences."""
        kept, tries = self.attempts[self.best], self._retries
        again = "without a retry" if not tries else f"after {_count(tries, 'retry', 'retries')}"
        if kept.missed:
            return f"Kept seed {kept.seed}, {again}: it has text, you say, and no other is better."
        if kept.report.verdict is Verdict.CLEAN:
            return f"Kept seed {kept.seed}, {again}: no text found that nobody asked for."
        if kept.report.verdict is Verdict.NOT_CHECKED:
            return f"Kept seed {kept.seed}: {kept.report.message} No retry without a look."
        share = f"text covers {kept.report.new_text:.1%} of {kept.report.part}"
        least = ", the least of all" if len(self.attempts) > 1 else ""
        lost = "; after it nobody could look" if self.ending is Ending.NOT_CHECKED else ""
        return f"Kept seed {kept.seed}, {again}: {share}{least}{lost}."

    @property
    def progress(self) -> str:
        """What is being tried, in one line; empty when it is over."""
        if self.upcoming is None:
            return ""
        number, seed, why = self._retries + 1, self.upcoming.seed, self.upcoming.why
        return f"Retry {number} of at most {self.limit}: {seed}, {why}"

    @property
    def outcome(self) -> str:
        """Which attempt was kept and why, and whether somebody stopped the retry."""
        stopped = "Stopped. " if self.ending is None else ""
        return stopped + self.explanation

    @property
    def _retries(self) -> int:
        return len(self.attempts) - self.given

    def _looking_ahead(self) -> Retry[P]:
        """Find the next seed, unless there is a reason to stop."""
        if not self.attempts[-1].has_text or self._retries >= self.limit:
            return self
        tried = {self.canonical(attempt.seed) for attempt in self.attempts}
        # A die that shows only what was tried already must not keep us for ever.
        for candidate in itertools.islice(self.seeds, 10_000):
            if self.canonical(candidate.seed) not in tried:
                return replace(self, upcoming=candidate)
        return self


def retry_steps(
    retry: Retry[P],
    repaint: Callable[[Candidate], Generator[S, None, P | None]],
    check: Callable[[Candidate, P], ArtifactReport],
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[Retry[P] | S, None, Retry[P]]:
    """Repaint until a picture is free of text or the retry is over: the loop of every host.

    Args:
        retry: begun with the picture that has text in it.
        repaint: draws a candidate; what it yields on the way is yielded here, so that a host can
            show it. It returns the picture, or ``None`` where it was stopped while drawing.
        check: looks a picture over, and may count what it finds.
        stopped: whether no further attempt is wanted; asked before each.

    Yields:
        The retry as it began and after every attempt, and what ``repaint`` yields in between.

    Returns:
        The retry with every attempt; its ``best`` is the one to keep, its ``ending`` is ``None``
        where it was stopped. An error of ``repaint`` or ``check`` passes through; what was yielded
        before holds.
    """
    yield retry
    while (candidate := retry.upcoming) is not None and not stopped():
        picture = yield from repaint(candidate)
        if picture is None:
            break
        retry = retry.add(picture, check(candidate, picture))
        yield retry
    return retry


def retry_until_clean(
    retry: Retry[P],
    repaint: Callable[[Candidate], P],
    check: Callable[[Candidate, P], ArtifactReport],
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Retry[P]]:
    """Do as :func:`retry_steps` with a sampler that shows nothing on the way.

    Args:
        retry: as there.
        repaint: draws a candidate and returns the picture, such as ``(3, H, W)`` in ``[0, 1]``.
        check: as there.
        stopped: as there.

    Yields:
        The retry as it began and after every attempt; the last is the one to go by.
    """

    def drawn(candidate: Candidate) -> Generator[Retry[P], None, P | None]:
        yield from ()
        return repaint(candidate)

    yield from retry_steps(retry, drawn, check, stopped=stopped)


def _badness(attempt: Attempt[Any]) -> tuple[int, float]:
    """How much speaks against a picture; how much text a person sees in it nobody measured."""
    if attempt.report.verdict is Verdict.NOT_CHECKED:
        return 2, 0.0
    if not attempt.has_text:
        return 0, 0.0
    return 1, math.inf if attempt.missed else attempt.report.new_text


def _itself(seed: int) -> int:
    return seed


def _count(n: int, one: str, many: str) -> str:
    return f"1 {one}" if n == 1 else f"{n} {many}"
