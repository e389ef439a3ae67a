from __future__ import annotations

import pytest

from seedloupe.artifacts import (
    ApartReader,
    Availability,
    builtin_readers,
    choose_reader,
    first_usable,
    survey,
)
from seedloupe.errors import ReaderError, UnknownNameError
from seedloupe.registry import Registry


class Reader:
    def __init__(self, name: str, ok: bool) -> None:
        self.name = name
        self.ok = ok

    def available(self) -> Availability:
        return Availability(self.ok, "here" if self.ok else "not here")


class Rude(Reader):
    def available(self) -> Availability:
        raise OSError("disk\nfell off")


def registry(*readers: Reader) -> Registry[Reader]:
    return Registry("OCR reader", {reader.name: reader for reader in readers})


def test_auto_takes_the_first_that_can_be_used() -> None:
    chosen = choose_reader("auto", registry(Reader("a", False), Reader("b", True), Rude("c", True)))
    assert chosen.name == "b"


def test_auto_finds_nothing_where_nothing_can_be_used() -> None:
    assert choose_reader("auto", registry(Reader("a", False), Rude("b", True))) is None


def test_what_auto_stands_for_can_be_told_from_a_survey() -> None:
    found = survey(registry(Reader("a", False), Reader("b", True), Reader("c", True)))
    assert first_usable(found) == "b"
    assert first_usable({}) is None


def test_none_is_no_reader() -> None:
    assert choose_reader("none", registry(Reader("a", True))) is None


def test_a_reader_asked_for_by_name_is_returned_even_if_it_cannot_be_used() -> None:
    assert choose_reader("a", registry(Reader("a", False))).name == "a"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="one of auto, a, none, got 'b'"):
        choose_reader("b", registry(Reader("a", True)))


def test_survey_gives_every_reason_even_of_a_reader_that_fails() -> None:
    found = survey(registry(Reader("a", True), Rude("b", True)))
    assert found == {
        "a": Availability(True, "here"),
        "b": Availability(False, "OSError: disk fell off"),
    }


def test_builtin_readers_are_fresh_and_load_nothing() -> None:
    first, second = builtin_readers(), builtin_readers()
    assert first.names() == (
        *("rapidocr", "easyocr", "easyocr-detect", "strokes", "tesseract", "ddddocr"),
    )
    assert all(first.get(name) is not second.get(name) for name in first)
    for name, found in survey(first).items():
        assert found.reason
        assert "\n" not in found.reason
        assert first.get(name).name == name
        assert getattr(first.get(name), "_engine", None) is None


def test_the_heavy_ones_can_live_apart_with_the_same_names_and_limits() -> None:
    inside, apart = builtin_readers(), builtin_readers(apart=True)
    assert apart.names() == inside.names()
    heavy = {name for name in apart if isinstance(apart.get(name), ApartReader)}
    assert heavy == {"rapidocr", "easyocr", "easyocr-detect", "ddddocr"}
    assert survey(apart) == survey(inside)
    for name in apart:
        for field in ("name", "version", "side_limit", "reads"):
            mine = getattr(apart.get(name), field, None)
            default = True if field == "reads" and name in heavy else None
            assert mine == getattr(inside.get(name), field, default)


@pytest.mark.parametrize("apart", [False, True])
def test_one_name_is_chosen_apart_or_not(apart: bool) -> None:
    chosen = choose_reader("rapidocr", apart=apart)
    assert isinstance(chosen, ApartReader) is apart


@pytest.mark.parametrize("name", builtin_readers().names())
def test_reading_with_what_is_not_here_says_why(
    name: str, image: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = builtin_readers().get(name)
    monkeypatch.setattr(type(reader), "available", lambda _: Availability(False, "it was eaten"))
    with pytest.raises(ReaderError, match=f"{name} cannot be used: it was eaten"):
        reader.read(image)
