from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedloupe.artifacts import Level, Verdict
from seedloupe.artifacts.batch import BatchSettings, Picture, look_at, look_back

from ..conftest import BrokenReader
from .made import PARAMETERS, SIZE, Word, clean, save, save_mask

SETTINGS = BatchSettings(Level.NORMAL, None, "word 1")


def test_text_is_flagged_and_its_echo_found_in_the_pictures_own_prompt(tmp_path: Path) -> None:
    checked = look_at(Picture(save(tmp_path / "a.png", parameters=PARAMETERS)), Word(), SETTINGS)

    row = checked.row
    assert (row.verdict, row.echo, row.seed, row.alone) == (Verdict.FLAGGED, ("clear",), "7", True)
    assert (row.texts, row.size, row.reader) == (("CLEAR",), SIZE, "word 1")
    assert row.marks[0].quad == (8, 8, 48, 8, 48, 24, 8, 24)
    assert row.text_in_mask == pytest.approx(40 * 16 / (96 * 64), rel=1e-4)


@pytest.mark.parametrize(
    ("prompt", "verdict"), [("", Verdict.FLAGGED), ("lettering", Verdict.CLEAN)]
)
def test_a_prompt_that_is_given_wins(tmp_path: Path, prompt: str, verdict: Verdict) -> None:
    path = save(tmp_path / "a.png", parameters=PARAMETERS)

    row = look_at(Picture(path), Word(), BatchSettings(prompt=prompt)).row

    assert (row.verdict, row.prompt, row.echo) == (verdict, prompt, ())


def test_a_prompt_of_the_picture_that_asks_for_text_excuses_it(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", parameters=PARAMETERS.replace("a clear sky", "sign with text"))

    row = look_at(Picture(path), Word(), SETTINGS).row

    assert row.verdict is Verdict.CLEAN
    assert [mark.flagged for mark in row.marks] == [False]


def test_the_negative_prompt_of_the_picture_goes_with_its_prompt(tmp_path: Path) -> None:
    asks = PARAMETERS.replace("a clear sky", "sign with text")
    refuses = asks.replace("a letter", "letters")
    path = save(tmp_path / "a.png", parameters=refuses)

    row = look_at(Picture(path), Word(), SETTINGS).row
    assert row.verdict is Verdict.FLAGGED
    assert "the negative prompt refuses letters" in row.marks[0].reason
    given = BatchSettings(prompt="sign with text")
    assert look_at(Picture(path), Word(), given).row.verdict is Verdict.CLEAN
    given = BatchSettings(prompt="sign with text", negative="text")
    assert look_at(Picture(path), Word(), given).row.verdict is Verdict.FLAGGED


def test_mask_and_source_of_each_picture_count(tmp_path: Path) -> None:
    path, source = save(tmp_path / "a.png"), save(tmp_path / "source.png")
    beside = save_mask(tmp_path / "m.png", (60, 0, 96, 64))

    assert look_at(Picture(path, mask=beside), Word(), SETTINGS).row.verdict is Verdict.CLEAN
    known = look_at(Picture(path, before=source), Word(), SETTINGS).row
    assert known.verdict is Verdict.CLEAN
    assert known.marks[0].reason == "the source picture shows it already"


def test_without_a_mask_the_row_speaks_of_the_picture(tmp_path: Path) -> None:
    path, mask = save(tmp_path / "a.png"), save_mask(tmp_path / "m.png", (0, 0, 60, 64))
    whole, part = (look_at(Picture(path, mask=m), Word(), SETTINGS).row for m in (None, mask))
    assert whole.message.startswith('Text in the picture: "CLEAR"')
    assert part.message.startswith('Text in the repainted part: "CLEAR"')


def test_soft_masks_are_a_setting_of_reports_only_where_they_are_used() -> None:
    assert "soft_masks" not in SETTINGS.to_json()
    soft = BatchSettings.of(None, Level.NORMAL, None, soft_masks=True)
    assert soft.to_json()["soft_masks"] is True


def deep(path: Path) -> None:
    Image.fromarray(np.zeros((64, 96), np.uint16)).save(path)


def transparent(path: Path) -> None:
    Image.new("RGBA", SIZE, (0, 0, 0, 99)).save(path)


def cut_off(path: Path) -> None:
    Image.effect_noise(SIZE, 50).save(path)
    path.write_bytes(path.read_bytes()[:900])


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "expected a whole PNG"),
    "words": (lambda path: path.write_text("no picture"), "expected a whole PNG"),
    "deep": (deep, "expected 8 bits a channel"),
    "transparent": (transparent, "without transparent pixels"),
    "cut off": (cut_off, "truncated"),
    "absent": (lambda path: None, "no such file"),
    "folder": (lambda path: path.mkdir(), "expected a whole PNG"),
}


@pytest.mark.parametrize("kind", list(BAD))
def test_what_is_no_usable_picture_is_one_line(tmp_path: Path, kind: str) -> None:
    make, message = BAD[kind]
    make(tmp_path / "a.png")

    checked = look_at(Picture(tmp_path / "a.png"), Word(), SETTINGS)

    assert (checked.row.verdict, checked.row.problem) == (Verdict.NOT_CHECKED, True)
    assert message in checked.row.message
    assert "\n" not in checked.row.message
    assert checked.report is None


@pytest.mark.parametrize("size", [(20000, 10), (1, 1)])
def test_odd_shapes_are_checked(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(tmp_path / "a.png")

    assert look_at(Picture(tmp_path / "a.png"), Word(), SETTINGS).row.size == size


@pytest.mark.parametrize("mode", ["P", "L", "1", "RGBA", "CMYK"])
def test_other_ways_of_storing_colours_are_checked(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    Image.new("RGBA", SIZE, (200, 10, 10, 255)).convert("RGB").convert(mode).save(path)

    assert look_at(Picture(path), Word(), SETTINGS).row.verdict is Verdict.FLAGGED


def test_a_mask_of_another_size_or_a_failing_reader_costs_one_row(
    tmp_path: Path, broken: BrokenReader
) -> None:
    path = save(tmp_path / "a.png")
    mask = save_mask(tmp_path / "m.png", (0, 0, 9, 9), (50, 50))

    assert "got 50 x 50" in look_at(Picture(path, mask=mask), Word(), SETTINGS).row.message
    row = look_at(Picture(path), broken, SETTINGS).row
    assert row.problem
    assert row.message == "broken could not read the picture (RuntimeError: out of ink)"


def test_a_blank_mask_is_clean_and_says_why(tmp_path: Path) -> None:
    mask = save_mask(tmp_path / "m.png", (0, 0, 0, 0))
    row = look_at(Picture(save(tmp_path / "a.png"), mask=mask), Word(), SETTINGS).row

    assert row.verdict is Verdict.CLEAN
    assert row.message.startswith("The mask is blank")


def test_without_a_reader_nothing_passes_for_clean_and_nothing_is_a_problem(tmp_path: Path) -> None:
    row = look_at(Picture(save(tmp_path / "a.png")), None, SETTINGS).row

    assert (row.verdict, row.problem) == (Verdict.NOT_CHECKED, False)


def test_a_fault_of_ours_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> object:
        raise ZeroDivisionError("by us")

    monkeypatch.setattr("seedloupe.artifacts.batch.look.TextCheck.flag", fail)
    row = look_at(Picture(save(tmp_path / "a.png")), Word(), SETTINGS).row

    assert row.message == "this should not have happened: ZeroDivisionError: by us"


def test_looking_back_keeps_the_row_and_brings_the_pixels(tmp_path: Path) -> None:
    kept = clean("a.png")
    there = look_back(Picture(save(tmp_path / "a.png")), kept)
    gone = look_back(Picture(tmp_path / "gone.png"), kept)

    assert there.row is kept
    assert there.image is not None
    assert gone.image is None
