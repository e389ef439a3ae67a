from __future__ import annotations

from collections.abc import Callable

import pytest

from seedloupe.artifacts import Level, TextRegion


@pytest.mark.parametrize(
    ("says", "confidence", "detection", "levels"),
    [
        ("BACKGROUND", 0.95, 0.9, "low normal high"),
        ("AB", 0.7, 0.5, "normal high"),
        ("BACKGROUND", 0.7, None, "normal high"),
        ("BACKGROUND", 0.55, None, "high"),
        ("A", 0.9, None, "high"),
        ("KECHX", 0.31, 0.6, "high"),
        ("KECHX", 0.29, 0.6, ""),
        ("", 0.0, 0.85, "high"),
        ("", 0.0, 0.5, ""),
        ("●●", 0.99, None, ""),
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


def test_tiny_text_counts_at_high_only(text: Callable[..., TextRegion]) -> None:
    region = text(0, 0, 40, 5)
    assert [level for level in Level if level.thresholds.count(region)] == [Level.HIGH]


def test_limits_themselves_count(text: Callable[..., TextRegion]) -> None:
    assert Level.NORMAL.thresholds.count(text(0, 0, 40, 6, "AB", 0.6))
    assert not Level.NORMAL.thresholds.count(text(0, 0, 40, 5.99, "AB", 0.6))
