from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import Check, Correction, Level, TextCheck, TextRegion
from seedloupe.artifacts.tally.checks import check_id
from seedloupe.errors import TallyError

Make = Callable[..., Check]
Text = Callable[..., TextRegion]


def test_a_check_keeps_what_the_report_says(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    report = TextCheck(mask, stub([text(20, 12, 40, 22)]), level=Level.HIGH).check(image)
    check = Check.of(5, image, report)
    assert check is not None
    assert (check.seed, check.level, check.reader) == (5, Level.HIGH, "stub")
    assert check.flagged_at == report.flagged_at
    assert check.text_in_mask == report.text_in_mask > 0


def test_what_tells_nothing_of_the_seed_is_not_counted(image: Tensor, mask: Tensor) -> None:
    assert Check.of(5, image, TextCheck(mask, None).check(image)) is None


def test_a_check_survives_json_with_seeds_beyond_53_bits(check: Make) -> None:
    made = check(2**64 - 1, at=(Level.HIGH,))
    assert Check.from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize(
    "change",
    [
        {"level": "loud"},
        {"flagged_at": "high"},
        {"flagged_at": ["loud"]},
        {"seed": "seven"},
        {"seed": "-1"},
        {"text_in_mask": None},
        {"text_in_mask": 1.5},
        {"new_text": float("nan")},
        {"reader": ...},
    ],
)
def test_a_broken_check_is_refused(change: dict[str, object], check: Make) -> None:
    broken = {k: v for k, v in {**check(1).to_json(), **change}.items() if v is not ...}
    with pytest.raises(TallyError):
        Check.from_json(broken)


def test_the_id_stands_for_seed_size_and_8_bit_pixels() -> None:
    picture = torch.rand(3, 6, 8, generator=torch.Generator().manual_seed(1))
    ids = {
        check_id(1, picture),
        check_id(2, picture),
        check_id(1, picture.reshape(3, 8, 6)),
        check_id(1, (picture + 0.01).clamp(0, 1)),
    }
    assert len(ids) == 4
    assert check_id(1, picture.double()) == check_id(1, picture)


def test_the_users_word_counts_before_the_level(check: Make) -> None:
    made = check(1, at=(Level.HIGH,))
    assert made.flagged(Level.HIGH)
    assert not made.flagged(Level.NORMAL)
    assert not made.flagged(Level.HIGH, Correction.FINE)
    assert made.flagged(Level.LOW, Correction.MISSED)
    assert replace(made, flagged_at=()).flagged(Level.LOW, Correction.MISSED)
