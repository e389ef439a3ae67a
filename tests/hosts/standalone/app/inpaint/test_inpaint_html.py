from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seedloupe.artifacts import Correction
from seedloupe.hosts.standalone.app.inpaint.html import (
    attempts_html,
    chosen_split_html,
    correction_of,
    result_html,
    results_html,
)
from seedloupe.hosts.standalone.app.inpaint.session import repaint
from seedloupe.hosts.standalone.app.inpaint.state import InpaintState

from ..app_stands import Reader, Writing, job_for


def sheet_of(reader: Any, seed: int = 3, prompt: str = "a boat", **more: Any) -> InpaintState:
    job = job_for(reader, (seed,), **more)
    request = replace(job.request, prompt=prompt)
    job = replace(job, request=request, check=replace(job.check, prompt=prompt))
    return list(repaint(job, threading.Event()))[-1]


def closely(sheet: InpaintState) -> str:
    return result_html(sheet.results[3])


def test_the_words_and_why_they_are_held_against_the_picture_are_shown() -> None:
    html = closely(sheet_of(Writing({3})))
    assert "text found" in html
    assert re.search(r"<b>&quot;STOCK&quot;</b> nobody asked for it", html)
    assert "read with 99% confidence" in html
    # The quad is 18 by 12 pixels, the mask 24 by 32.
    assert f"Text covers {18 * 12 / (24 * 32):.1%} of the repainted part" in html
    assert "Read by stand-in 1 at level normal." in html


def test_an_echo_of_the_prompt_is_named() -> None:
    sheet = sheet_of(Writing({3}), prompt="a stock of wood")
    assert "repeats the prompt (stock)" in closely(sheet)
    assert "repeats the prompt" in results_html(sheet, boxes=False)


def test_text_the_prompt_asks_for_is_excused_with_the_reason_and_not_counted(
    tmp_path: Path,
) -> None:
    sheet = sheet_of(Writing({3}), prompt='a sign "STOCK"', folder=tmp_path)
    html = closely(sheet)
    assert ">text excused<" in html
    assert "the prompt asks for text" in html
    assert "Not counted" in html
    assert correction_of(sheet.results[3]) is None


def test_could_not_look_says_why_and_offers_no_correction(tmp_path: Path) -> None:
    sheet = sheet_of(Reader(broken=True), folder=tmp_path)
    assert ">not checked<" in closely(sheet)
    assert "engine on fire" in closely(sheet)
    assert "Read by" not in closely(sheet) + sheet.status
    assert "engine on fire" in results_html(sheet, boxes=False)
    assert correction_of(sheet.results[3]) is None


@pytest.mark.parametrize(
    ("reader", "offer", "after"),
    [
        (Writing({3}), Correction.FINE, "fine, you say"),
        (Writing(()), Correction.MISSED, "text, you say"),
    ],
)
def test_a_verdict_can_be_corrected_the_other_way(
    reader: Any, offer: Correction, after: str, tmp_path: Path
) -> None:
    sheet = sheet_of(reader, folder=tmp_path)
    assert correction_of(sheet.results[3]) is offer
    corrected = sheet.corrected(3, offer)
    assert after in results_html(corrected, boxes=False)
    assert "You said" in closely(corrected)
    assert after not in results_html(corrected.corrected(3, None), boxes=False)


def test_a_reader_cannot_write_into_the_page() -> None:
    class Hostile(Writing):
        def read(self, image: Any) -> Any:
            return tuple(
                replace(region, text="<img src=x onerror=a()>") for region in super().read(image)
            )

    sheet = sheet_of(Hostile({3}))
    assert "<img src=x" not in closely(sheet) + results_html(sheet, boxes=False)


def test_a_frame_is_marked_as_being_read_while_it_is() -> None:
    pages = list(repaint(job_for(Writing({3}), (3,)), threading.Event()))
    marks = [results_html(page, boxes=False) for page in pages]
    assert any(">reading<" in html and 'src="file/3"' in html for html in marks)
    assert ">reading<" not in marks[-1]


def test_before_and_after_lie_on_one_place_in_the_pictures_shape() -> None:
    sheet = sheet_of(Writing({3}))
    html = chosen_split_html(sheet, sheet.results[3], boxes=False)
    assert "aspect-ratio:48/32" in html
    assert re.search(r'class="sl-before" src="file/before"', html)
    assert 'src="file/3" alt="seed 3, after"' in html
    assert 'role="slider" tabindex="0"' in html
    boxed = chosen_split_html(sheet, sheet.results[3], boxes=True)
    assert 'src="file/seed-3-boxes"' in boxed


def test_without_a_retry_there_is_no_strip() -> None:
    assert attempts_html(sheet_of(Writing({3})), boxes=False) == ""
