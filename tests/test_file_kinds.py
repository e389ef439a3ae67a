from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from seedloupe.artifacts.tally.result_store import FORMAT as TALLY
from seedloupe.file_kinds import FORMATS, FileKind, kind_of_file
from seedloupe.lens.file import FORMAT as LENS
from seedloupe.tables import write_table
from seedloupe.tables.header import FORMAT as TABLE

from .seed_tables import full_table

#: Nested deeper than a parser goes.
DEEP = struct.pack("<Q", 80_000) + b'{"a":' * 16_000


def test_our_formats_are_known_by_the_names_they_state() -> None:
    assert set(FORMATS) == {TABLE, LENS, TALLY, "seedloupe.concepts.1"}


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("png", "a PNG picture"),
        ("jpg", "a JPEG picture"),
        ("webp", "a WebP picture"),
        ("gif", "a GIF picture"),
        ("bmp", "a BMP picture"),
        ("tiff", "a TIFF picture"),
    ],
)
def test_a_picture_is_one_whatever_its_name_says(ending: str, words: str, tmp_path: Path) -> None:
    made = tmp_path / f"a.{ending}"
    Image.new("RGB", (6, 4), (9, 9, 9)).save(made)
    named = made.rename(tmp_path / "a.lens.safetensors")
    found = kind_of_file(named)
    assert (found.kind, found.words) == (FileKind.PICTURE, words)


def test_tensors_are_told_apart_by_what_they_say_of_themselves(tmp_path: Path) -> None:
    path = tmp_path / "t.seedtable.safetensors"
    write_table(full_table(), path)
    assert kind_of_file(path).kind is FileKind.TABLE
    save_file({"rgb": torch.zeros(2)}, tmp_path / "l", {"format": LENS})
    assert kind_of_file(tmp_path / "l").kind is FileKind.LENS
    save_file({"noise": torch.zeros(4, 6, 8)}, tmp_path / "n", {})
    assert kind_of_file(tmp_path / "n").kind is FileKind.NOISE
    save_file({"unet.weight": torch.zeros(2)}, tmp_path / "m", {"format": "pt"})
    assert kind_of_file(tmp_path / "m").kind is FileKind.MODEL


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", FileKind.EMPTY, "an empty file"),
        (b"a prompt\nanother, gr\xc3\xbcn\n", FileKind.TEXT, "a text file"),
        (b"x" * 4095 + "ü".encode(), FileKind.TEXT, "a text file"),  # cut in two by the look
        (b"<!DOCTYPE html><p>x", FileKind.TEXT, "a web page"),
        (json.dumps({"format": TALLY}).encode() + b"\n{}", FileKind.TALLY, "a tally"),
        (b"\x80\x02}q\x00.", FileKind.PICKLE, "a pickle"),
        (bytes(range(128, 256)) * 40, FileKind.OTHER, "a file of an unknown kind"),
        (b"\x00\x01\x02 binary", FileKind.OTHER, "a file of an unknown kind"),
        (struct.pack("<Q", 9) + b"{" * 9, FileKind.OTHER, "a damaged file of tensors"),
        (struct.pack("<Q", 90_000) + b"[" * 90_000, FileKind.OTHER, "a file of an unknown kind"),
        (DEEP, FileKind.OTHER, "a damaged file of tensors"),
    ],
)
def test_other_files_are_told_by_what_is_in_them(
    content: bytes, kind: FileKind, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    found = kind_of_file(path)
    assert (found.kind, found.words) == (kind, words)


def test_archives_are_pickles_only_where_they_hold_one(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2)}, tmp_path / "model.ckpt")
    assert kind_of_file(tmp_path / "model.ckpt").kind is FileKind.PICKLE
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "x")
    assert kind_of_file(tmp_path / "a.zip").kind is FileKind.OTHER


def test_folders_and_what_is_not_there_are_said_so(tmp_path: Path) -> None:
    assert kind_of_file(tmp_path).kind is FileKind.FOLDER
    assert kind_of_file(tmp_path / "gone").kind is FileKind.MISSING
    assert kind_of_file(Path("n" * 300)).kind in (FileKind.OTHER, FileKind.MISSING)
