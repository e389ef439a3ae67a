from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.generation.picture_folder import DELETED, PictureFolder

WHEN = datetime(2026, 3, 4, 5, 6, 7)
IMAGE = torch.zeros(3, 4, 6)


@pytest.fixture
def folder(tmp_path: Path) -> PictureFolder:
    return PictureFolder(tmp_path / "pictures")


def save(folder: PictureFolder, seed: int) -> Path:
    return folder.save(IMAGE, seed, {"parameters": "a boat"}, now=WHEN)


def test_a_picture_is_named_after_its_time_and_seed_and_never_replaces_another(
    folder: PictureFolder,
) -> None:
    first, second = save(folder, 7), save(folder, 7)
    assert first.name == "2026-03-04 05-06-07 seed 7.png"
    assert second.name == "2026-03-04 05-06-07 seed 7 (2).png"


def test_the_newest_come_first_and_no_more_than_wanted(folder: PictureFolder) -> None:
    for age, seed in enumerate((3, 1, 2)):
        os.utime(save(folder, seed), (1000 - age, 1000 - age))
    assert [path.name[-5] for path in folder.newest(2)] == ["3", "1"]


def test_what_is_no_picture_is_not_listed(folder: PictureFolder) -> None:
    path = save(folder, 1)
    (folder.path / ".draft.png").write_bytes(b"")
    (folder.path / "notes.txt").write_bytes(b"")
    (folder.path / "folder.png").mkdir()
    assert folder.newest(9) == (path,)


def test_a_folder_that_is_not_there_yet_holds_nothing(folder: PictureFolder) -> None:
    assert folder.newest(9) == ()
    assert not folder.path.exists()


def test_a_deleted_picture_can_be_brought_back(folder: PictureFolder) -> None:
    path = save(folder, 5)
    gone = folder.delete(path.name)
    assert gone.parent == folder.path / DELETED
    assert folder.newest(9) == ()
    assert folder.restore(gone.name) == path
    assert folder.newest(9) == (path,)


def test_bringing_back_never_replaces_a_newer_picture_of_that_name(folder: PictureFolder) -> None:
    gone = folder.delete(save(folder, 5).name)
    path = save(folder, 5)
    assert folder.restore(gone.name) != path
    assert len(folder.newest(9)) == 2


@pytest.mark.parametrize("name", ["../secret.png", "deleted/x.png", "", "none.png", "notes.txt"])
def test_only_pictures_of_the_folder_itself_can_be_had(folder: PictureFolder, name: str) -> None:
    save(folder, 1)
    (folder.path / "notes.txt").write_bytes(b"")
    (folder.path.parent / "secret.png").write_bytes(b"")
    with pytest.raises(InputError, match="picture"):
        folder.picture(name)


def test_a_file_in_the_way_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="pictures folder"):
        PictureFolder(tmp_path / "file")
