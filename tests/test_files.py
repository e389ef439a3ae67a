"""A file is there whole or not at all; a path that cannot become one is refused beforehand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedloupe.errors import ImageError, InputError
from seedloupe.files import (
    check_out_file,
    check_out_folder,
    hash_files,
    write_json,
    write_whole,
)


def test_a_failed_write_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_pieces_are_written_one_after_the_other(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.bin", (bytes([number]) * 3 for number in range(3)))
    assert (tmp_path / "a.bin").read_bytes() == b"\0\0\0\1\1\1\2\2\2"


def test_a_piece_that_cannot_be_had_leaves_nothing(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise LookupError("the second is gone")

    with pytest.raises(LookupError):
        write_whole(tmp_path / "a.bin", pieces())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_missing_is_refused_where_none_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="picture: expected a place to write to") as caught:
        write_whole(tmp_path / "no" / "a", b"", folders=False, field="picture", problem=ImageError)
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert not list(tmp_path.iterdir())


def test_a_hash_is_that_of_all_bytes_in_turn(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(bytes(2**20 + 1))
    second.write_bytes(b"end")
    assert hash_files((first, second)) == hashlib.sha256(bytes(2**20 + 1) + b"end").hexdigest()
    assert hash_files((second,)) == hashlib.sha256(b"end").hexdigest()


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "b.json", {"prompt": "家"})
    assert (tmp_path / "a" / "b.json").read_text("utf-8") == '{\n  "prompt": "家"\n}\n'


def test_a_file_in_the_way_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="a folder that can be written to"):
        check_out_folder(tmp_path / "file" / "below")
    assert check_out_folder(tmp_path / "new" / "below") == tmp_path / "new" / "below"


@pytest.mark.parametrize("name", ["a.txt", "folder.png"])
def test_a_name_that_cannot_become_the_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=r"overlay: expected a file name ending in \.png"):
        check_out_file(tmp_path / name, ".png", field="overlay")


def test_a_name_that_is_too_long_is_told_in_one_line(tmp_path: Path) -> None:
    name = "n" * 300
    for refused in (
        lambda: check_out_file(tmp_path / f"{name}.html", ".html", field="html"),
        lambda: check_out_folder(tmp_path / name, field="html"),
        lambda: check_out_folder(tmp_path / name / "below", field="html"),
        lambda: write_whole(tmp_path / name, b""),
    ):
        with pytest.raises(InputError, match="File name too long") as caught:
            refused()
        assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_longest_name_there_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".html")
    write_whole(check_out_file(path, ".html"), b"page")
    assert path.read_bytes() == b"page"
