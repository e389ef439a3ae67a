from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import (
    ArtifactReport,
    Correction,
    OcrReader,
    TextRegion,
    Verdict,
    check_text_artifacts,
)
from seedloupe.artifacts.tally.correction_words import correction_notes, correction_to
from seedloupe.artifacts.tally.result_log import Counted
from seedloupe.artifacts.verdict_html import StampTone, short_lines, stamp_of, verdict_html

Stub = Callable[..., OcrReader]
Text = Callable[..., TextRegion]


def report_of(
    image: Tensor, mask: Tensor | None, reader: OcrReader | None, prompt: str = ""
) -> ArtifactReport:
    return check_text_artifacts(image, mask, reader, prompt=prompt)


def test_no_outcome_is_stamped_clean(image: Tensor, mask: Tensor, stub: Stub, text: Text) -> None:
    sign = text(20, 12, 40, 24)
    stamps = {
        name: stamp_of(report_of(image, mask, reader, prompt))
        for name, reader, prompt in [
            ("nothing", stub([]), ""),
            ("text", stub([sign]), ""),
            ("wanted", stub([sign]), 'a sign that says "CAFE"'),
            ("nobody", None, ""),
        ]
    }
    assert stamps == {
        "nothing": ("no text found", StampTone.GOOD),
        "text": ("text found", StampTone.BAD),
        "wanted": ("text excused", StampTone.GOOD),
        "nobody": ("not checked", StampTone.UNKNOWN),
    }
    assert [verdict.label for verdict in Verdict] == ["not flagged", "flagged", "not checked"]


def test_a_verdict_names_text_reason_share_and_reader(
    image: Tensor, mask: Tensor, stub: Stub, text: Text
) -> None:
    html = verdict_html("Seed 7", report_of(image, mask, stub([text(16, 8, 48, 24)])))
    assert '<h3>Seed 7 <i class="sl-mark sl-bad">text found</i></h3>' in html
    assert '<li class="sl-bad"><b>&quot;CAFE&quot;</b> nobody asked for it' in html
    assert "read with 95% confidence" in html
    # The quad is 32 by 16 pixels, the mask 32 by 32.
    assert "Text covers 50.0% of the repainted part." in html
    assert "Read by stub at level normal." in html


def test_without_a_mask_the_picture_is_spoken_of(image: Tensor, stub: Stub, text: Text) -> None:
    # A quarter of 64 by 48 pixels.
    html = verdict_html("a.png", report_of(image, None, stub([text(0, 0, 32, 24)])))
    assert "Text covers 25.0% of the picture." in html
    empty = verdict_html("a.png", report_of(image, None, stub([])))
    assert "No text found in the picture." in empty
    assert "repainted" not in html + empty


def test_title_text_and_notes_are_escaped(
    image: Tensor, mask: Tensor, stub: Stub, text: Text
) -> None:
    report = report_of(image, mask, stub([text(16, 8, 48, 24, "<b>SALE")]))
    html = verdict_html("<i>", report, notes=["<script>"])
    assert "<script>" not in html
    assert "<b>SALE" not in html
    assert "<h3><i>" not in html


def test_a_check_without_a_reader_names_none(image: Tensor, mask: Tensor) -> None:
    html = verdict_html("Seed 7", report_of(image, mask, None))
    assert "there is no text reader" in html
    assert "Read by" not in html


@pytest.mark.parametrize(("count", "named"), [(1, 1), (2, 2), (5, 3)])
def test_below_a_small_picture_two_texts_are_named_and_the_rest_counted(
    image: Tensor, stub: Stub, text: Text, count: int, named: int
) -> None:
    texts = [text(0, 9 * row, 40, 9 * row + 8, f"WORD{row}") for row in range(count)]
    lines = short_lines(report_of(image, None, stub(texts)))
    assert len(lines) == named
    assert lines[0] == '"WORD0", unasked'
    assert (lines[-1] == "and 3 more") is (count == 5)


def test_only_what_was_counted_can_be_corrected_and_the_other_way(
    image: Tensor, stub: Stub, text: Text
) -> None:
    found, empty = (report_of(image, None, stub(r)) for r in ([text(0, 0, 32, 24)], []))
    counted = Counted("3f")
    assert correction_to(found, counted) is Correction.FINE
    assert correction_to(empty, counted) is Correction.MISSED
    assert correction_to(found, Counted(problem="disk full")) is None


def test_what_became_of_a_check_is_said(image: Tensor, stub: Stub, text: Text) -> None:
    report = report_of(torch.rand(3, 32, 48), None, stub([]))
    assert correction_notes(report, Counted("3f"), None) == ()
    (full,) = correction_notes(report, Counted(problem="Disk full."), None)
    assert full == "Not counted. Disk full."
    (missed,) = correction_notes(report, Counted("3f"), Correction.MISSED)
    assert "counts as a picture with text" in missed
    wanted = report_of(image, None, stub([text(0, 0, 32, 24)]), 'a sign that says "CAFE"')
    (why,) = correction_notes(wanted, Counted(), None)
    assert "the prompt asks for text" in why
