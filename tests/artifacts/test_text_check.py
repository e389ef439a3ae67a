"""Looking over many seeds of one repaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import Level, TextCheck, TextRegion, Verdict
from seedloupe.errors import ReaderError, ShapeError

Text = Callable[..., TextRegion]


def test_the_source_is_read_once_however_many_seeds_are_tried(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    seen, source = [text(20, 12, 40, 22)], torch.zeros_like(image)
    reader = stub(seen)
    check = TextCheck(mask, reader, before=source)
    reports = [check.check(image) for _ in range(3)]
    assert [report.verdict for report in reports] == [Verdict.CLEAN] * 3
    assert len(reader.shown) == 4
    assert sum(bool((shown == 0).all()) for shown in reader.shown) == 1


def test_the_source_is_not_read_when_nothing_could_be_excused(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(0, 40, 12, 48)])
    TextCheck(mask, reader, before=image).check(image)
    assert len(reader.shown) == 1


def test_a_source_that_could_not_be_read_is_tried_again(
    image: Tensor, mask: Tensor, text: Text
) -> None:
    class Stumbling:
        name, calls = "stumbling", 0

        def read(self, image: Tensor) -> tuple[TextRegion, ...]:
            self.calls += 1
            if self.calls == 2:
                raise RuntimeError("once")
            return (text(20, 12, 40, 22),)

    check = TextCheck(mask, Stumbling(), before=image)  # type: ignore[arg-type]
    assert check.check(image).verdict is Verdict.NOT_CHECKED
    assert check.check(image).verdict is Verdict.CLEAN


def test_without_a_reader_flagging_fails_and_checking_says_so(image: Tensor, mask: Tensor) -> None:
    check = TextCheck(mask, None)
    with pytest.raises(ReaderError, match="no text reader"):
        check.flag(image)
    assert check.check(image).verdict is Verdict.NOT_CHECKED


def test_wrong_pictures_are_refused_even_without_a_reader(image: Tensor, mask: Tensor) -> None:
    with pytest.raises(ShapeError, match=r"47 64.*48, 64"):
        TextCheck(mask, None).check(image[:, :-1])


def test_one_reading_is_judged_at_every_level(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    sure = [text(20, 12, 40, 22, "CAFE", 0.95)]
    report = TextCheck(mask, stub(sure), level=Level.LOW).check(image)
    assert report.flagged_at == (Level.LOW, Level.NORMAL, Level.HIGH)
    faint = [text(20, 12, 40, 22, "cab", 0.45)]
    report = TextCheck(mask, stub(faint), level=Level.LOW).check(image)
    assert report.verdict is Verdict.CLEAN
    assert report.flagged_at == (Level.HIGH,)


@pytest.mark.parametrize("level", Level)
def test_verdict_is_that_of_the_level_asked_for(
    level: Level, image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    for confidence in (0.1, 0.35, 0.7, 0.9):
        reader = stub([text(20, 12, 40, 22, "CAFE", confidence)])
        report = TextCheck(mask, reader, level=level).check(image)
        assert (report.verdict is Verdict.FLAGGED) == (level in report.flagged_at)


@pytest.mark.parametrize(
    ("prompt", "blank", "works", "informative"),
    [
        ("a red ball", False, True, True),
        ('a sign "SALE"', False, True, False),
        ("a red ball", True, True, False),
        ("a red ball", False, False, False),
    ],
)
def test_only_a_look_at_a_repaint_without_asked_text_tells_of_the_seed(
    prompt: str,
    blank: bool,
    works: bool,
    informative: bool,
    image: Tensor,
    mask: Tensor,
    stub: type,
    text: Text,
) -> None:
    reader = stub([text(20, 12, 40, 22)]) if works else None
    report = TextCheck(mask * (not blank), reader, prompt=prompt).check(image)
    assert report.informative is informative


def test_a_reader_that_cannot_read_has_no_say_where_only_words_count(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(18, 12, 46, 23, "", 0.0, 0.9)])
    reader.reads = False
    low = TextCheck(mask, reader, level=Level.LOW).check(image)
    assert low.verdict is Verdict.NOT_CHECKED
    assert "normal or high" in low.message
    assert TextCheck(mask, reader).check(image).verdict is Verdict.FLAGGED
