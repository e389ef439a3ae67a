"""A slice of what benchmarks/text_quality.py measures: the rules against the real engine."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
from pseudo_text.cases import draw_case, shows
from text_samples.samples import Sample, SampleKind, SampleSplit, draw_sample
from torch import Tensor

from seedloupe.artifacts import Availability, Level, TextRegion, Thresholds, flag_text_artifacts
from seedloupe.artifacts.levels import Shapes
from seedloupe.artifacts.readers import RapidOcrReader
from seedloupe.images import from_pil

PICTURES = {SampleKind.WORDS: 14, SampleKind.PSEUDO: 12, SampleKind.NONE: 14}
NORMAL = Level.NORMAL.thresholds


class Rates(NamedTuple):
    """Shares of the pictures of each kind that were flagged."""

    words: float
    pseudo: float
    none: float

    @property
    def good(self) -> bool:
        """Whether they are what docs/text-quality.md promises, allowing for so few pictures."""
        return self.words >= 0.75 and self.pseudo >= 0.4 and self.none <= 0.1


class Remembered:
    """Gives the answer the engine gave."""

    name = "remembered"
    side_limit = RapidOcrReader.side_limit

    def __init__(self, reader: RapidOcrReader) -> None:
        self.reader = reader
        self.answer: tuple[TextRegion, ...] | None = None

    def available(self) -> Availability:
        return self.reader.available()

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        if self.answer is None:
            self.answer = self.reader.read(image)
        return self.answer


@pytest.fixture(scope="module")
def read(rapidocr: RapidOcrReader) -> list[tuple[Sample, Remembered]]:
    """Held-out pictures with lettering of 16 pixels and more, and without."""
    samples = []
    for kind, count in PICTURES.items():
        drawn = (
            draw_sample(SampleSplit.HELD_OUT.seed(500_000 + at), kind=kind) for at in range(1000)
        )
        fit = (one for one in drawn if kind is SampleKind.NONE or one.size >= 16)
        samples += [next(fit) for _ in range(count)]
    return [(sample, Remembered(rapidocr)) for sample in samples]


def rates(read: list[tuple[Sample, Remembered]]) -> Rates:
    flagged = {kind: 0 for kind in PICTURES}
    for sample, reader in read:
        mask = torch.from_numpy(sample.mask)
        flagged[sample.kind] += bool(
            flag_text_artifacts(from_pil(sample.picture), mask, reader).flags
        )
    return Rates(*(flagged[kind] / count for kind, count in PICTURES.items()))


def test_real_engine_finds_text_and_shapes_and_leaves_textures_alone(
    read: list[tuple[Sample, Remembered]],
) -> None:
    assert rates(read).good


@pytest.mark.parametrize(
    "planted",
    [
        Level.LOW.thresholds,
        replace(NORMAL, shapes=None),
        replace(NORMAL, recognition=1.01),
        replace(NORMAL, height=96),
        replace(NORMAL, coverage=1.01),
        replace(NORMAL, recognition=0, characters=0, shapes=Shapes(0, 0, 0), height=0, coverage=0),
    ],
)
def test_other_rules_would_be_caught(
    planted: Thresholds,
    read: list[tuple[Sample, Remembered]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Level, "thresholds", property(lambda _: planted))
    assert not rates(read).good


@pytest.fixture(scope="module")
def shapes(rapidocr: RapidOcrReader) -> list[tuple[Sample, Remembered]]:
    """Held-out pictures with rows of letters that are none, and without any."""
    drawn = [at for at in range(400) if not shows(SampleSplit.HELD_OUT, at)]
    rows, bare = ([at for at in drawn if at % 2 == odd] for odd in (0, 1))
    samples = (draw_case(SampleSplit.HELD_OUT, at) for at in (*rows[:20], *bare[:10]))
    return [(sample, Remembered(rapidocr)) for sample in samples]


def flagged(shapes: list[tuple[Sample, Remembered]], *, rows: bool) -> float:
    chosen = [(sample, reader) for sample, reader in shapes if sample.kind.holds_text is rows]
    reports = (
        flag_text_artifacts(
            from_pil(sample.picture), torch.from_numpy(sample.mask), reader, level=Level.HIGH
        )
        for sample, reader in chosen
    )
    return sum(bool(report.flags) for report in reports) / len(chosen)


def test_level_high_finds_letters_that_are_none_by_their_likeness(
    shapes: list[tuple[Sample, Remembered]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flagged(shapes, rows=False) <= 0.2
    found = flagged(shapes, rows=True)
    blind = replace(Level.HIGH.thresholds, likeness=None)
    monkeypatch.setattr(Level, "thresholds", property(lambda _: blind))
    assert found >= 0.7
    assert flagged(shapes, rows=True) <= found - 0.1
