from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from PIL import Image

from seedloupe.metadata.containers.exif import texts_in_exif

from ..picture_files import exif, unicode_comment

TEXT = "丘 and a hill\nSteps: 20, Seed: 7"


def read(comment: bytes, order: str = "II") -> str:
    block = exif(comment, order=order).removeprefix(b"Exif\0\0")
    return dict(texts_in_exif(block)).get("parameters", "")


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("code", ["utf-16-be", "utf-16-le"])
def test_a_unicode_comment_is_read_in_any_byte_order(order: str, code: str) -> None:
    assert read(unicode_comment(TEXT, code), order) == TEXT


@pytest.mark.parametrize("name", [b"ASCII\0\0\0", b"\0" * 8])
def test_a_comment_of_bytes_is_read_too(name: bytes) -> None:
    assert read(name + TEXT.encode() + b"\0") == TEXT


@pytest.mark.parametrize("comment", [b"", b"UNICODE\0"])
def test_an_empty_comment_says_nothing(comment: bytes) -> None:
    assert read(comment) == ""


def test_a_block_without_a_comment_says_nothing() -> None:
    assert list(texts_in_exif(b"II*\0\x08\0\0\0\0\0\0\0\0\0")) == []


def test_no_damage_gets_through_as_another_error() -> None:
    block = exif(unicode_comment(TEXT)).removeprefix(b"Exif\0\0")
    for end in range(len(block)):
        with pytest.raises(ValueError, match="damaged EXIF"):
            list(texts_in_exif(block[:end]))


@pytest.mark.parametrize("value", [0, 1, 0xFF])
def test_whatever_stands_in_a_block_it_is_read_or_refused(value: int) -> None:
    block = exif(unicode_comment(TEXT)).removeprefix(b"Exif\0\0")
    for at in range(40):
        with suppress(ValueError):
            for name, text in texts_in_exif(block[:at] + bytes([value]) + block[at + 1 :]):
                assert isinstance(name, str)
                assert isinstance(text, str)


def written(**tags: str | bytes) -> dict[str, str]:
    """The texts of a block with something at each of some tags, named by their numbers."""
    block = Image.Exif()
    for tag, value in tags.items():
        block[int(tag.removeprefix("tag_"), 16)] = value
    return dict(texts_in_exif(block.tobytes().removeprefix(b"Exif\0\0")))


def test_comfyuis_texts_are_found_at_whatever_tag_by_the_names_they_begin_with() -> None:
    found = written(tag_0110='prompt:{"3": {}}', tag_010F='workflow:{"nodes": []}')
    assert found == {"prompt": '{"3": {}}', "workflow": '{"nodes": []}'}
    assert written(tag_010E='Workflow: {"nodes": []}') == {"workflow": '{"nodes": []}'}


def test_fooocus_writes_comment_and_scheme_outside_the_usual_directory() -> None:
    found = written(tag_9286=TEXT, tag_0131="Fooocus v2.5.5", tag_927C="a1111")
    assert found["fooocus_scheme"] == "a1111"
    assert found["Software"] == "Fooocus v2.5.5"
    assert found["parameters"].endswith("Seed: 7")


def test_a_description_is_a_text_of_the_web_ui_only_where_it_reads_like_one() -> None:
    line = "a hill. Steps: 20, Sampler: Euler, Seed: 7"
    assert written(tag_010E=line) == {"parameters": line}
    assert written(tag_010E="a hill in fog") == {"ImageDescription": "a hill in fog"}


def test_a_cameras_own_notes_are_no_texts() -> None:
    assert written(tag_927C=b"\1\2binary notes", tag_9C9C=b"a\0b\0c\0d\0") == {"XPComment": "abcd"}


def test_entries_that_claim_more_than_there_is_cost_nothing() -> None:
    entries = b"".join(struct.pack("<HHII", tag, 2, 2**20, 8) for tag in range(2000))
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 2000) + entries + bytes(2**20)
    with pytest.raises(ValueError, match="damaged EXIF"):
        list(texts_in_exif(block))


def test_a_directory_that_points_at_itself_ends() -> None:
    loop = b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4)
    assert list(texts_in_exif(loop)) == []


def test_bytes_of_utf_8_under_the_name_of_unicode_are_read_as_such() -> None:
    assert read(b"UNICODE\0" + TEXT.encode()) == TEXT


def test_windows_comment_in_the_web_uis_words_is_its_text() -> None:
    block = Image.Exif()
    block[0x9C9C] = TEXT.encode("utf-16-le")
    told = dict(texts_in_exif(block.tobytes().removeprefix(b"Exif\0\0")))
    assert told == {"parameters": TEXT}
