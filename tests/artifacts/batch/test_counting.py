from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.artifacts import Purpose, ResultStore, Subject
from seedloupe.artifacts.batch import (
    BatchSettings,
    Counting,
    GenerationInfo,
    Picture,
    counted,
    look_at,
)
from seedloupe.artifacts.batch.look import Checked
from seedloupe.noise import NoiseSource

from .made import Word, save, save_mask


def info_of(**changes: object) -> GenerationInfo:
    known: dict[str, object] = {
        "seed": 7,
        "alone": True,
        "noise": "cpu",
        "size": (96, 64),
        "prompt": "clear background",
        "model": "dream",
        "model_sha": "ab" * 32,
        "task": "inpaint",
    }
    return GenerationInfo(**{**known, **changes})  # type: ignore[arg-type]


def checked(tmp_path: Path, said: GenerationInfo, *, mask: bool = True) -> Checked:
    """A picture with a word on its mask, saying ``said`` of itself."""
    beside = save_mask(tmp_path / "m.png", (0, 0, 60, 40)) if mask else None
    picture = Picture(save(tmp_path / "a.png"), mask=beside)
    looked = look_at(picture, Word(), BatchSettings(prompt=said.prompt))
    return Checked(
        picture, looked.row, said, looked.report, looked.image, looked.mask, looked.prompt
    )


def test_a_repaint_that_says_where_it_comes_from_counts_for_its_seed(tmp_path: Path) -> None:
    found = counted(checked(tmp_path, info_of(seed=7 + 2**32)))
    assert found is not None
    subject, check = found
    assert subject == Subject("ab" * 32, "dream", Purpose.REMOVAL, NoiseSource(), (4, 8, 12))
    assert check.seed == 7
    assert check.flagged_at


def test_the_prompt_says_what_the_repaint_is_for(tmp_path: Path) -> None:
    found = counted(checked(tmp_path, info_of(prompt="a red ball")))
    assert found is not None
    assert found[0].purpose is Purpose.COMPLETION


@pytest.mark.parametrize(
    "change",
    [
        {"seed": None},
        {"alone": False},
        {"noise": ""},
        {"size": None},
        {"task": "txt2img"},
        {"task": ""},
        {"model": "", "model_sha": ""},
        {"prompt": 'a sign "OPEN"'},
    ],
)
def test_what_does_not_say_which_noise_of_which_model_counts_for_nobody(
    change: dict[str, object], tmp_path: Path
) -> None:
    assert counted(checked(tmp_path, info_of(**change))) is None


def test_a_prompt_given_to_the_check_is_not_what_the_picture_was_painted_for(
    tmp_path: Path,
) -> None:
    said = info_of(prompt="a red ball")
    looked = checked(tmp_path, said)
    for given in ("", "clear background"):
        found = counted(replace(looked, prompt=given))
        assert found is not None
        assert found[0].purpose is Purpose.COMPLETION
    assert counted(replace(looked, generation_info=info_of(prompt=""), prompt="")) is None


def test_without_its_mask_a_repaint_is_not_counted(tmp_path: Path) -> None:
    assert counted(checked(tmp_path, info_of(), mask=False)) is None


def test_a_short_hash_and_a_whole_one_are_one_model(tmp_path: Path) -> None:
    keys = set()
    for sha in ("ab" * 32, "ab" * 5):
        found = counted(checked(tmp_path, info_of(model_sha=sha)))
        assert found is not None
        keys.add(found[0].key)
    assert len(keys) == 1


def test_what_cannot_be_counted_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    counting = Counting(ResultStore(tmp_path / "file"))
    for _ in range(2):
        counting(checked(tmp_path, info_of()))
    assert counting.added == 0
    assert "picture is safe" in counting.problem


def test_counting_the_same_pictures_twice_counts_them_once(tmp_path: Path) -> None:
    counting = Counting(ResultStore(tmp_path / "tallies"))
    looked = checked(tmp_path, info_of())
    counting(looked)
    counting(looked)
    (tally,) = counting.store.tallies()
    assert (counting.added, len(tally.checks)) == (2, 1)
