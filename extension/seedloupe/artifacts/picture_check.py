"""What a check has to say about one finished picture of a host, retries included."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Protocol, TypeVar

from torch import Tensor

from .report import ArtifactReport, Verdict
from .retry import Attempt, Retry, retry_steps
from .score import TextCheck
from .seeds_to_try import Candidate
from .tally.checks import check_id
from .tally.result_log import Counted, ResultLog, check_and_count
from .verdict_html import short_lines

P = TypeVar("P")

_OWN_SEED = "the one you had"


class CheckAnswer(str, Enum):
    """The kinds of answer there are to: is there text that nobody asked for?"""

    TEXT_FOUND = "text found"
    NOTHING_FOUND = "no text found"
    COULD_NOT_LOOK = "not checked"
    """There was nobody to look, or he failed."""
    CANNOT_BE_KNOWN = "cannot be known"
    """There was something to look at, but what is asked cannot be told of it."""


_ANSWERS = {
    Verdict.FLAGGED: CheckAnswer.TEXT_FOUND,
    Verdict.CLEAN: CheckAnswer.NOTHING_FOUND,
    Verdict.NOT_CHECKED: CheckAnswer.COULD_NOT_LOOK,
}


class Repainter(Protocol[P]):
    """Draws a picture again and shows it to the check."""

    def draw(self, candidate: Candidate) -> P | None:
        """Return the picture of another seed; ``None`` where somebody stopped it."""
        ...

    def stopped(self) -> bool:
        """Tell whether no further attempt is wanted."""
        ...

    def seen(self, picture: P) -> Tensor:
        """Return a picture of the host as ``(3, H, W)`` in ``[0, 1]``."""
        ...

    def say(self, progress: str) -> None:
        """Show what is being tried, in one line."""
        ...


@dataclass(frozen=True, eq=False)
class CheckedPicture(Generic[P]):
    """The picture to keep, and what was found in it.

    Attributes:
        seed: what it was drawn from.
        picture: the host's own idea of it.
        id: sixteen digits that stand for the seed and the pixels.
        answer: what was found, in kind.
        report: what was found; ``None`` where nothing was looked for.
        counted: what became of the check in the tally.
        retry: all attempts, or ``None`` where none was asked for or needed.
        why: why nothing was looked for; empty where something was.
        no_retry: why nothing was tried again, or no further, although there is text; may be empty.
    """

    seed: int
    picture: P
    id: str
    answer: CheckAnswer
    report: ArtifactReport | None = None
    counted: Counted = field(default_factory=Counted)
    retry: Retry[P] | None = None
    why: str = ""
    no_retry: str = ""

    @property
    def words(self) -> str:
        """The outcome in one line."""
        if self.report is None or self.answer is CheckAnswer.COULD_NOT_LOOK:
            said = self.why if self.report is None else _without_label(self.report.message)
            return f"{self.answer.value}: {said}"
        if self.answer is CheckAnswer.TEXT_FOUND:
            return f"{self.answer.value}: {'; '.join(short_lines(self.report))}"
        usual = self.report.message == f"No text found in {self.report.part}."
        more = "; ".join(short_lines(self.report)) or ("" if usual else self.report.message)
        return ": ".join(filter(None, (self.report.label, more)))

    @property
    def read_by(self) -> str:
        """Who looked and at which level; empty where nobody did."""
        if self.report is None or self.answer is CheckAnswer.COULD_NOT_LOOK:
            return ""
        reader = f"{self.report.reader} {self.report.reader_version}".strip()
        return f"{reader} at level {self.report.level.value}"

    @property
    def retry_words(self) -> str:
        """What came of trying again, or why nothing was tried; empty where nothing is to say."""
        outcome = "" if self.retry is None else self.retry.outcome
        return " ".join(filter(None, (outcome, self.no_retry)))

    def to_json(self) -> dict[str, object]:
        """Return all of it but the pictures as JSON types."""
        tries = () if self.retry is None else self.retry.attempts
        return {
            "seed": str(self.seed),
            "check": self.id,
            "answer": self.answer.value.replace(" ", "_"),
            "message": self.words,
            "report": None if self.report is None else self.report.to_json(),
            "counted": bool(self.counted.check),
            "retry": self.retry_words,
            "attempts": [_attempt_json(attempt) for attempt in tries],
        }


def unchecked_picture(
    seed: int,
    picture: P,
    image: Tensor,
    *,
    why: str,
    answer: CheckAnswer = CheckAnswer.CANNOT_BE_KNOWN,
) -> CheckedPicture[P]:
    """Say of a picture why nothing was looked for in it.

    Args:
        seed: what it was drawn from.
        picture: the host's own idea of it.
        image: the same, ``(3, H, W)`` in ``[0, 1]``.
        why: the reason, a sentence.
        answer: whether it cannot be known, or nobody could look.
    """
    return CheckedPicture(seed, picture, check_id(seed, image), answer, why=why)


@dataclass(frozen=True, eq=False)
class PictureCheck(Generic[P]):
    """How pictures of one repaint are looked over and tried again.

    Attributes:
        check: looks them over.
        painter: draws again.
        log: where what is found is counted; ``None`` counts nowhere.
        seeds: where further seeds come from.
        retries: most further attempts.
    """

    check: TextCheck
    painter: Repainter[P]
    log: ResultLog | None
    seeds: Iterator[Candidate]
    retries: int = 0

    def of(self, seed: int, picture: P, *, no_retry: str = "") -> CheckedPicture[P]:
        """Look a picture over; where there is text in it, try other seeds and keep the best.

        An error while drawing again ends the retry and is said; what was drawn before holds.

        Args:
            seed: what it was drawn from.
            picture: the host's own idea of it.
            no_retry: why nothing may be tried again; empty where it may.

        Raises:
            ShapeError: the picture is laid out otherwise than the mask.
            ImageError: the picture is not finite or not in ``[0, 1]``.
            SeedError: ``seed`` names no noise.
        """
        counts: list[Counted] = []
        report = self._look(seed, picture, counts)
        first = Attempt(seed, _OWN_SEED, picture, report)
        wanted = first.has_text and self.retries > 0
        if not wanted or no_retry:
            return self._kept(first, counts[0], None, no_retry if wanted else "")
        begun = Retry.begin(first, self.seeds, limit=self.retries, canonical=self._canonical)
        retry, problem = self._tried(begun, counts)
        return self._kept(retry.attempts[retry.best], counts[retry.best], retry, problem)

    def _tried(self, retry: Retry[P], counts: list[Counted]) -> tuple[Retry[P], str]:
        def drawn(candidate: Candidate) -> Generator[Retry[P], None, P | None]:
            yield from ()
            self.painter.say(retry.progress)
            return self.painter.draw(candidate)

        steps = retry_steps(
            retry,
            drawn,
            lambda candidate, picture: self._look(candidate.seed, picture, counts),
            stopped=self.painter.stopped,
        )
        try:
            for now in steps:
                retry = now
        except Exception as error:  # noqa: BLE001 - a host's sampler raises anything
            return retry, f"Drawing again failed: {type(error).__name__}: {error}"
        return retry, ""

    def _look(self, seed: int, picture: P, counts: list[Counted]) -> ArtifactReport:
        image = self.painter.seen(picture)
        report, counted = check_and_count(self.check, seed, image, self.log)
        counts.append(counted)
        return report

    def _kept(
        self, kept: Attempt[P], counted: Counted, retry: Retry[P] | None, no_retry: str
    ) -> CheckedPicture[P]:
        name = counted.check or check_id(
            self._canonical(kept.seed), self.painter.seen(kept.picture)
        )
        answer = _ANSWERS[kept.report.verdict]
        return CheckedPicture(
            kept.seed, kept.picture, name, answer, kept.report, counted, retry, "", no_retry
        )

    def _canonical(self, seed: int) -> int:
        return seed if self.log is None else self.log.subject.canonical(seed)


def _attempt_json(attempt: Attempt[P]) -> dict[str, object]:
    share = attempt.report.new_text
    return {
        "seed": str(attempt.seed),
        "why": attempt.why,
        "answer": _ANSWERS[attempt.report.verdict].value.replace(" ", "_"),
        "new_text": None if math.isnan(share) else share,
    }


def _without_label(message: str) -> str:
    """A report that nobody looked says so first; once is enough."""
    return message.removeprefix("Not checked for text: ")
