from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from seedloupe.artifacts import Level, TextRegion


@pytest.mark.parametrize(
    ("says", "confidence", "detection", "levels"),
    [
        ("BACKGROUND", 0.95, 0.9, "low normal high"),
        ("AB", 0.7, 0.5, "normal high"),
        ("BACKGROUND", 0.7, None, "normal high"),
        ("BACKGROUND", 0.55, None, "high"),
        ("A", 0.9, None, ""),
        ("KECHX", 0.41, 0.3, "high"),
        ("KECHX", 0.39, 0.3, ""),
        ("KECHX", 0.39, 0.6, "normal high"),
        ("", 0.0, 0.6, "normal high"),
        ("", 0.0, 0.5, "high"),
        ("", 0.0, 0.49, ""),
        ("", 0.0, None, ""),
        ("●●", 0.99, None, ""),
        ("II", 0.99, 0.4, ""),
        ("Oo0o", 0.9, 0.3, "low normal high"),
        ("0000", 0.95, 0.5, "high"),
        ("iI.i", 0.95, 0.6, "normal high"),
    ],
)
def test_each_level_counts_what_it_says(
    says: str,
    confidence: float,
    detection: float | None,
    levels: str,
    text: Callable[..., TextRegion],
) -> None:
    region = text(0, 0, 40, 12, says, confidence, detection)
    counted = [level.value for level in Level if level.thresholds.count(region)]
    assert counted == levels.split()


@pytest.mark.parametrize(
    ("width", "height", "levels"),
    [(12, 12, ""), (24, 12, "high"), (29.9, 12, "high"), (30, 12, "normal high"), (40, 9, "high")],
)
def test_letter_shapes_count_in_a_row_only(
    width: float, height: float, levels: str, text: Callable[..., TextRegion]
) -> None:
    for region in (text(0, 0, width, height, "O", 0.9, 0.9), text(0, 0, height, width, "", 0, 0.9)):
        counted = [level.value for level in Level if level.thresholds.count(region)]
        assert counted == levels.split()


@pytest.mark.parametrize(
    ("likeness", "levels"), [(None, "normal high"), (0.29, ""), (0.3, "normal high")]
)
def test_shapes_unlike_a_row_of_letters_do_not_count(
    likeness: float | None, levels: str, text: Callable[..., TextRegion]
) -> None:
    region = replace(text(0, 0, 40, 12, "", 0.0, 0.9), likeness=likeness)
    counted = [level.value for level in Level if level.thresholds.count(region)]
    assert counted == levels.split()


@pytest.mark.parametrize(
    ("likeness", "levels"), [(None, ""), (0.49, ""), (0.5, "high"), (1, "high")]
)
def test_likeness_to_a_row_counts_at_high_only(
    likeness: float | None, levels: str, text: Callable[..., TextRegion]
) -> None:
    region = replace(text(0, 0, 40, 12, "", 0.0), likeness=likeness)
    counted = [level.value for level in Level if level.thresholds.count(region)]
    assert counted == levels.split()
    low = replace(text(0, 0, 40, 3, "", 0.0), likeness=likeness)
    assert not Level.HIGH.thresholds.count(low)


def test_tiny_text_counts_at_high_only(text: Callable[..., TextRegion]) -> None:
    region = text(0, 0, 40, 5)
    assert [level for level in Level if level.thresholds.count(region)] == [Level.HIGH]


def test_limits_themselves_count(text: Callable[..., TextRegion]) -> None:
    assert Level.NORMAL.thresholds.count(text(0, 0, 40, 6, "AB", 0.6))
    assert not Level.NORMAL.thresholds.count(text(0, 0, 40, 5.99, "AB", 0.6))


def test_whatever_counts_at_a_level_counts_at_a_more_suspicious_one(
    text: Callable[..., TextRegion],
) -> None:
    regions = [
        text(0, 0, width, height, says, confidence, detection)
        for width in (8, 20, 60)
        for height in (4, 7, 9, 14)
        for says in ("", "A", "AB", "ABC")
        for confidence in (0.0, 0.45, 0.7, 0.9)
        for detection in (None, 0.45, 0.55, 0.7, 0.9)
    ]
    low, normal, high = (
        {at for at, region in enumerate(regions) if level.thresholds.count(region)}
        for level in Level
    )
    assert low < normal < high < set(range(len(regions)))
