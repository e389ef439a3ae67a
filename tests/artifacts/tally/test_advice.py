from __future__ import annotations

from collections.abc import Callable

from seedloupe.artifacts import Check, Correction, Level, Subject, advise_level
from seedloupe.artifacts.tally.counts import tally_of

Make = Callable[..., Check]
ALL, SOME, HIGH = tuple(Level), (Level.NORMAL, Level.HIGH), (Level.HIGH,)


def test_without_a_correction_there_is_nothing_to_say(subject: Subject, check: Make) -> None:
    advice = advise_level([tally_of(subject, [check(1, flagged=True)])])
    assert advice.better is None
    assert advice.message == ""


def test_a_user_who_finds_text_is_missed_is_told_to_look_closer(
    subject: Subject, check: Make
) -> None:
    checks = [check(seed, at=HIGH) for seed in range(6)]
    said = dict.fromkeys((c.id for c in checks), Correction.MISSED)
    advice = advise_level([tally_of(subject, checks, said)])
    assert advice.better is Level.HIGH
    assert dict(advice.mistakes) == {Level.LOW: 6, Level.NORMAL: 6, Level.HIGH: 0}
    assert "try high" in advice.message


def test_a_user_who_finds_too_much_flagged_is_told_to_relax(subject: Subject, check: Make) -> None:
    checks = [check(seed, at=SOME) for seed in range(6)]
    said = dict.fromkeys((c.id for c in checks), Correction.FINE)
    assert advise_level([tally_of(subject, checks, said)]).better is Level.LOW


def test_few_corrections_may_be_luck(subject: Subject, check: Make) -> None:
    checks = [check(seed, at=HIGH) for seed in range(4)]
    said = dict.fromkeys((c.id for c in checks), Correction.MISSED)
    advice = advise_level([tally_of(subject, checks, said)])
    assert advice.better is None
    assert "clearly better" in advice.message


def test_verdicts_nobody_corrected_speak_against_a_level_that_would_overturn_them(
    subject: Subject, check: Make
) -> None:
    missed = [check(seed, at=HIGH) for seed in range(6)]
    accepted = [check(seed, at=HIGH) for seed in range(20, 40)]
    said = dict.fromkeys((c.id for c in missed), Correction.MISSED)
    advice = advise_level([tally_of(subject, [*missed, *accepted], said)])
    assert advice.better is None
    assert dict(advice.mistakes)[Level.HIGH] == 20


def test_corrections_of_several_subjects_count_together(subject: Subject, check: Make) -> None:
    lots = [[check(seed, at=HIGH) for seed in range(3)] for _ in range(2)]
    tallies = [
        tally_of(subject, checks, dict.fromkeys((c.id for c in checks), Correction.MISSED))
        for checks in lots
    ]
    assert advise_level(tallies[:1]).better is None
    assert advise_level(tallies).better is Level.HIGH
