from __future__ import annotations

from dataclasses import replace

import pytest

from seedloupe.artifacts import Purpose, Subject, purpose_of
from seedloupe.errors import SeedError, TallyError
from seedloupe.noise import NoiseSource


@pytest.mark.parametrize(
    "prompt",
    ["", "  ", "clear background", "Background", "empty", "remove the man", "nothing, just grass"],
)
def test_prompts_that_ask_for_nothing_are_for_removal(prompt: str) -> None:
    assert purpose_of(prompt) is Purpose.REMOVAL


@pytest.mark.parametrize("prompt", ["a red ball", "foregrounded cat", "emptying", "a blue house"])
def test_prompts_that_ask_for_something_are_for_completion(prompt: str) -> None:
    assert purpose_of(prompt) is Purpose.COMPLETION


def test_the_key_changes_with_all_but_the_name(subject: Subject) -> None:
    others = [
        replace(subject, model="cd" * 32),
        replace(subject, purpose=Purpose.COMPLETION),
        replace(subject, noise=NoiseSource.parse("nv")),
        replace(subject, noise=NoiseSource.parse("cuda:512")),
        replace(subject, shape=(4, 24, 16)),
        replace(subject, draws_before=1),
    ]
    keys = {subject.key, *(other.key for other in others)}
    assert len(keys) == 1 + len(others)
    assert replace(subject, name="Renamed").key == subject.key


def test_a_subject_survives_json(subject: Subject) -> None:
    assert Subject.from_json(subject.to_json()) == subject


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "decoration"},
        {"noise": "dice"},
        {"shape": [4, 16]},
        {"shape": None},
        {"draws_before": "x"},
        {"model": ...},
    ],
)
def test_a_broken_subject_is_refused(change: dict[str, object], subject: Subject) -> None:
    broken = {k: v for k, v in {**subject.to_json(), **change}.items() if v is not ...}
    with pytest.raises(TallyError, match="subject"):
        Subject.from_json(broken)


def test_no_subject_at_all_is_refused() -> None:
    with pytest.raises(TallyError, match="subject"):
        Subject.from_json([])


def test_seeds_with_the_same_cpu_noise_are_one(subject: Subject) -> None:
    assert subject.canonical(7 + 2**32) == 7
    assert replace(subject, noise=NoiseSource.parse("nv")).canonical(7 + 2**32) == 7 + 2**32
    with pytest.raises(SeedError):
        subject.canonical(-1)
