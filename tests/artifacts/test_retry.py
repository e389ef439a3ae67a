from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import pytest

from seedloupe.artifacts import (
    ArtifactReport,
    Attempt,
    Candidate,
    Check,
    Ending,
    Level,
    Purpose,
    Retry,
    Subject,
    Tally,
    Verdict,
    candidates,
)
from seedloupe.artifacts.retry import MOST_RETRIES, retry_steps, retry_until_clean
from seedloupe.artifacts.tally.counts import tally_of
from seedloupe.errors import InputError
from seedloupe.noise import NoiseSource

SUBJECT = Subject("ab" * 32, "model", Purpose.REMOVAL, NoiseSource(), (4, 16, 24))


def report(verdict: Verdict, share: float = 0.0) -> ArtifactReport:
    return ArtifactReport(verdict, (), share, share, (), "stub", "said so.")


CLEAN, UNKNOWN = report(Verdict.CLEAN), report(Verdict.NOT_CHECKED, math.nan)


def flagged(share: float = 0.2) -> ArtifactReport:
    return report(Verdict.FLAGGED, share)


def first(seed: int = 1, found: ArtifactReport | None = None) -> Attempt[str]:
    return Attempt(seed, "yours", f"picture {seed}", found or flagged())


def given(*seeds: int) -> Iterator[Candidate]:
    return iter([Candidate(seed, "given") for seed in seeds])


Paint = Callable[[Candidate], tuple[str, ArtifactReport]]


def run(retry: Retry[str], paint: Paint) -> Retry[str]:
    """Try until it is over, as every host does."""
    found = {}

    def repaint(candidate: Candidate) -> str:
        picture, found[candidate] = paint(candidate)
        return picture

    *_, last = retry_until_clean(retry, repaint, lambda candidate, _: found[candidate])
    return last


def painter(**found: ArtifactReport) -> Paint:
    def paint(candidate: Candidate) -> tuple[str, ArtifactReport]:
        return f"picture {candidate.seed}", found.get(f"s{candidate.seed}", flagged())

    return paint


def seeds_of(retry: Retry[str]) -> list[int]:
    return [attempt.seed for attempt in retry.attempts]


def test_it_stops_at_the_first_clean_picture_and_keeps_it() -> None:
    retry = run(Retry.begin(first(), given(2, 3, 4), limit=5), painter(s3=CLEAN))
    assert seeds_of(retry) == [1, 2, 3]
    assert retry.ending is Ending.CLEAN
    assert retry.attempts[retry.best].picture == "picture 3"
    assert "seed 3, after 2 retries" in retry.explanation


def test_it_stops_at_the_limit_and_keeps_the_least_text() -> None:
    paint = painter(s2=flagged(0.3), s3=flagged(0.05), s4=flagged(0.1))
    retry = run(Retry.begin(first(), given(2, 3, 4, 5), limit=3), paint)
    assert seeds_of(retry) == [1, 2, 3, 4]
    assert retry.ending is Ending.LIMIT
    assert retry.attempts[retry.best].seed == 3
    assert "5.0%" in retry.explanation
    assert "least of all" in retry.explanation


def test_of_equals_the_users_own_is_kept() -> None:
    retry = run(Retry.begin(first(), given(2, 3), limit=2), painter())
    assert retry.best == 0


def test_no_seed_is_tried_twice_however_it_is_written() -> None:
    repeated = given(1, 1 + 2**32, 2, 2, 2 + 2**32, 3)
    retry = run(Retry.begin(first(), repeated, limit=3, canonical=SUBJECT.canonical), painter())
    assert seeds_of(retry) == [1, 2, 3]
    assert retry.ending is Ending.NO_SEEDS


def test_the_first_seed_is_not_come_back_to_later() -> None:
    retry = run(Retry.begin(first(), given(2, 1, 2, 3), limit=3), painter())
    assert seeds_of(retry) == [1, 2, 3]


def test_dice_that_always_show_the_same_end_it() -> None:
    same = candidates((), None, lambda: 1)
    retry = Retry.begin(first(), same, limit=3)
    assert retry.upcoming is None
    assert retry.ending is Ending.NO_SEEDS


@pytest.mark.parametrize("found", [CLEAN, UNKNOWN])
def test_nothing_is_retried_unless_text_was_found(found: ArtifactReport) -> None:
    retry = Retry.begin(first(found=found), given(2), limit=3)
    assert retry.upcoming is None
    assert retry.best == 0


def test_no_retries_allowed_means_none() -> None:
    assert Retry.begin(first(), given(2), limit=0).ending is Ending.LIMIT


def test_it_stops_when_nobody_can_look_and_keeps_what_was_looked_at() -> None:
    retry = run(Retry.begin(first(), given(2, 3), limit=5), painter(s2=UNKNOWN))
    assert seeds_of(retry) == [1, 2]
    assert retry.ending is Ending.NOT_CHECKED
    assert retry.attempts[retry.best].seed == 1
    assert "nobody could look" in retry.explanation


@pytest.mark.parametrize("limit", [-1, MOST_RETRIES + 1])
def test_limits_beyond_reason_are_refused(limit: int) -> None:
    with pytest.raises(InputError, match="limit"):
        Retry.begin(first(), given(2), limit=limit)


def test_adding_after_the_end_is_refused() -> None:
    with pytest.raises(InputError, match="it is over"):
        Retry.begin(first(found=CLEAN), given(2), limit=1).add("late", CLEAN)


# the loop of every host


def test_the_loop_is_one_attempt_after_another_as_by_hand() -> None:
    paint = painter(s2=flagged(0.3), s3=flagged(0.05), s5=CLEAN)
    by_hand = Retry.begin(first(), given(2, 1, 3, 4, 5, 6), limit=9)
    while by_hand.upcoming is not None:
        by_hand = by_hand.add(*paint(by_hand.upcoming))
    looped = run(Retry.begin(first(), given(2, 1, 3, 4, 5, 6), limit=9), paint)
    shown = [[(a.seed, a.why, a.picture) for a in retry.attempts] for retry in (by_hand, looped)]
    assert shown[0] == shown[1]
    assert (by_hand.best, by_hand.ending) == (looped.best, looped.ending)
    assert by_hand.outcome == looped.outcome


def test_the_loop_gives_the_retry_as_it_began_and_after_each_attempt() -> None:
    begun = Retry.begin(first(), given(2, 3), limit=2)
    states = list(retry_until_clean(begun, str, lambda candidate, picture: flagged()))
    assert [seeds_of(state) for state in states] == [[1], [1, 2], [1, 2, 3]]
    assert states[0] is begun


def test_a_picture_without_text_is_not_repainted() -> None:
    def never(candidate: Candidate) -> str:
        raise AssertionError(candidate)

    begun = Retry.begin(first(found=CLEAN), given(2), limit=2)
    assert list(retry_until_clean(begun, never, lambda *_: CLEAN)) == [begun]


def test_what_is_shown_on_the_way_stands_between_the_attempts() -> None:
    def repaint(candidate: Candidate) -> Generator[int, None, str]:
        yield candidate.seed * 10
        yield candidate.seed * 10 + 1
        return f"picture {candidate.seed}"

    begun = Retry.begin(first(), given(2, 3), limit=2)
    seen = retry_steps(begun, repaint, lambda candidate, picture: flagged())
    said = [len(step.attempts) if isinstance(step, Retry) else step for step in seen]
    assert said == [1, 20, 21, 2, 30, 31, 3]


def test_a_picture_stopped_while_it_is_drawn_is_no_attempt() -> None:
    def repaint(candidate: Candidate) -> Generator[str, None, str | None]:
        yield "a step"
        return None

    begun = Retry.begin(first(), given(2, 3), limit=2)
    *_, last = retry_steps(begun, repaint, lambda *_: flagged())
    steps = retry_steps(begun, repaint, lambda *_: flagged())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            kept = end.value
            break
    assert last == "a step"
    assert seeds_of(kept) == [1]
    assert kept.ending is None
    assert kept.outcome.startswith("Stopped. Kept seed 1")


def test_once_stopped_no_further_picture_is_begun() -> None:
    asked = itertools.count()
    begun = Retry.begin(first(), given(2, 3, 4, 5), limit=9)
    stop = lambda: next(asked) == 2  # noqa: E731
    *_, last = retry_until_clean(begun, str, lambda *_: flagged(), stopped=stop)
    assert seeds_of(last) == [1, 2, 3]
    assert last.ending is None


def test_an_error_of_the_sampler_passes_through_and_earlier_attempts_hold() -> None:
    def repaint(candidate: Candidate) -> str:
        if candidate.seed == 3:
            raise RuntimeError("out of memory")
        return "picture"

    begun = Retry.begin(first(), given(2, 3), limit=9)
    states = []
    with pytest.raises(RuntimeError, match="out of memory"):
        states.extend(retry_until_clean(begun, repaint, lambda *_: flagged()))
    assert [seeds_of(state) for state in states] == [[1], [1, 2]]


def test_progress_names_the_number_the_seed_and_where_it_comes_from() -> None:
    begun = Retry.begin(first(), given(2), limit=5)
    assert begun.progress == "Retry 1 of at most 5: 2, given"
    assert begun.add("picture", CLEAN).progress == ""


# which seeds


def tally(*flags: tuple[int, int, int]) -> Tally:
    """Seeds with so many looks and so many finds."""
    numbers = itertools.count()
    return tally_of(
        SUBJECT,
        [
            Check(f"{next(numbers)}", seed, Level.NORMAL, at, 0.0, 0.0, "stub")
            for seed, trials, hits in flags
            for turn in range(trials)
            for at in [(Level.NORMAL,) if turn < hits else ()]
        ],
    )


def test_seeds_of_the_table_come_before_the_tally_and_dice() -> None:
    counted = tally((5, 3, 0), (6, 9, 0), (7, 2, 1))
    thrown = iter(range(100, 200))
    found = candidates((11, 12), counted, lambda: next(thrown))
    assert [c.seed for c in itertools.islice(found, 6)] == [11, 12, 6, 5, 100, 101]


def test_candidates_say_where_they_come_from() -> None:
    found = candidates((11,), tally((5, 3, 0)), lambda: 9)
    said = [candidate.why for candidate in itertools.islice(found, 3)]
    assert "table" in said[0]
    assert "3 pictures" in said[1]
    assert "dice" in said[2]


def test_seeds_with_a_high_text_rate_are_left_out_wherever_they_come_from() -> None:
    counted = tally((11, 10, 10), *((seed, 4, 0) for seed in range(20, 30)))
    thrown = iter([11, 11 + 2**32, 50])
    found = list(itertools.islice(candidates((11, 12), counted, lambda: next(thrown)), 12))
    assert [c.seed for c in found] == [12, *range(20, 30), 50]


def test_without_table_and_tally_there_are_dice() -> None:
    thrown = iter([3, 4])
    found = candidates((), None, lambda: next(thrown))
    assert [c.seed for c in itertools.islice(found, 2)] == [3, 4]


def test_a_correction_frees_a_seed() -> None:
    from seedloupe.artifacts import Correction

    counted = tally((11, 10, 10), *((seed, 4, 0) for seed in range(20, 30)))
    fine = {id_: Correction.FINE for id_, c in counted.checks.items() if c.seed == 11}
    freed = replace(counted, corrections=fine)
    assert next(candidates((11,), counted, lambda: 9)).seed == 20
    assert next(candidates((11,), freed, lambda: 9)).seed == 11


def test_seeds_that_are_drawn_already_are_left_out_wherever_they_come_from() -> None:
    counted = tally((5, 3, 0), (6, 9, 0))
    thrown = iter([7, 7 + 2**32, 8])
    found = candidates((5, 11), counted, lambda: next(thrown), drawn={5, 6, 7})
    assert [c.seed for c in itertools.islice(found, 2)] == [11, 8]


def test_without_a_tally_the_host_says_which_seeds_draw_the_same() -> None:
    thrown = iter([7 + 2**32, 9])
    same = {"drawn": {7}, "canonical": SUBJECT.canonical}
    assert next(candidates((), None, lambda: next(thrown), **same)).seed == 9


def test_a_search_among_drawn_seeds_alone_ends() -> None:
    assert list(candidates((), None, lambda: 1, drawn={1})) == []


def test_a_picture_whose_text_was_missed_is_tried_again_and_never_kept_for_clean() -> None:
    missed = Attempt(1, "yours", "picture 1", CLEAN, missed=True)
    retry = run(Retry.begin(missed, given(2, 3), limit=4), painter(s3=CLEAN))
    assert seeds_of(retry) == [1, 2, 3]
    assert retry.ending is Ending.CLEAN
    assert retry.attempts[retry.best].seed == 3


def test_text_that_only_a_person_sees_is_worse_than_any_that_was_measured() -> None:
    missed = Attempt(1, "yours", "picture 1", CLEAN, missed=True)
    retry = run(Retry.begin(missed, given(2, 3), limit=2), painter(s2=flagged(0.9)))
    assert retry.ending is Ending.LIMIT
    assert retry.attempts[retry.best].seed == 3
    alone = Retry.begin(missed, given(), limit=2)
    assert alone.ending is Ending.NO_SEEDS
    assert "it has text, you say" in alone.explanation
