"""The checks of the last jobs, so that somebody can say that one is wrong."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ....artifacts import Correction
from ....artifacts.picture_check import CheckedPicture
from ....artifacts.tally.correction_words import correction_to
from ....artifacts.tally.result_log import ResultLog
from ....errors import TallyError

#: Most checks kept; the oldest go first.
_KEPT = 400


@dataclass(frozen=True, eq=False)
class RecentCheck:
    """A check of a picture, where it was counted, and what its user says to it.

    Attributes:
        checked: what was found; its picture is not kept.
        log: where it was counted, or ``None``.
        said: the user's word.
        problem: why that word could not be kept; empty where it could.
    """

    checked: CheckedPicture[None]
    log: ResultLog | None
    said: Correction | None = None
    problem: str = ""

    @property
    def offer(self) -> Correction | None:
        """What a user may say to the verdict; ``None`` where it was not counted."""
        if self.log is None or self.checked.report is None:
            return None
        return correction_to(self.checked.report, self.checked.counted)


class RecentChecks:
    """Checks by their id; the threads of the page and of the sampler take turns."""

    def __init__(self) -> None:
        self._checks: OrderedDict[str, RecentCheck] = OrderedDict()
        self._turn = threading.Lock()

    def add(self, checked: CheckedPicture[Any], log: ResultLog | None) -> None:
        """Keep a check, without its pictures."""
        plain = replace(checked, picture=None, retry=_without_pictures(checked))
        with self._turn:
            said = self._checks.pop(checked.id, None)
            self._checks[checked.id] = RecentCheck(plain, log, None if said is None else said.said)
            while len(self._checks) > _KEPT:
                self._checks.popitem(last=False)

    def find(self, ids: Sequence[str]) -> tuple[RecentCheck, ...]:
        """Return those of some checks that are still known, in that order."""
        with self._turn:
            return tuple(self._checks[name] for name in ids if name in self._checks)

    def correct(self, name: str, *, wrong: bool) -> None:
        """Keep that a verdict is wrong, or take that back; what fails is kept as its problem."""
        with self._turn:
            known = self._checks.get(name)
            if known is None or known.log is None or known.offer is None:
                return
            said = known.offer if wrong else None
            try:
                known.log.correct(known.checked.counted.check, said)
                self._checks[name] = replace(known, said=said, problem="")
            except TallyError as error:
                self._checks[name] = replace(known, problem=str(error))


def _without_pictures(checked: CheckedPicture[Any]) -> Any:
    retry = checked.retry
    if retry is None:
        return None
    attempts = tuple(replace(attempt, picture=None) for attempt in retry.attempts)
    return replace(retry, attempts=attempts, seeds=iter(()))
