from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from seedloupe.artifacts import Availability, builtin_readers
from seedloupe.artifacts.readers import EasyOcrReader, StrokeReader
from seedloupe.artifacts.readers import weights as module
from seedloupe.artifacts.readers.weights import WeightFile
from seedloupe.errors import FetchError

from .conftest import Cli


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> tuple[WeightFile, ...]:
    """Two files that can be made here, in the place of those EasyOCR publishes."""
    made = tuple(
        WeightFile(
            name, hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), f"x/{stem}.zip"
        )
        for name, stem in (("craft_mlt_25k.pth", "craft_mlt_25k"), ("english_g2.pth", "english_g2"))
    )
    monkeypatch.setattr(module, "WEIGHTS", made)
    for call in (module.fetch_weights, module.take_weights):
        monkeypatch.setitem(call.__kwdefaults__, "weights", made)
    return made


def test_every_reader_is_listed_with_why_and_auto_is_the_first_that_can(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("readers",), ("readers", "list")):
        told = cli(*words, "--json").json
        assert [one["name"] for one in told["readers"]] == list(builtin_readers())
        usable = [one["name"] for one in told["readers"] if one["ok"]]
        assert told["auto"] == (usable[0] if usable else None)
        assert [one["name"] for one in told["readers"] if one["auto"]] == usable[:1]
        assert all(one["reason"] for one in told["readers"])
        reads = {one["name"]: one["reads"] for one in told["readers"]}
        assert (reads["rapidocr"], reads["strokes"], reads["easyocr-detect"]) == (
            True,
            False,
            False,
        )
    lines = cli("readers").out.splitlines()
    assert lines[0].split() == ["READER", "USABLE", "WHAT", "IT", "SAYS"]
    for name in builtin_readers():
        assert any(line.startswith(f"{name} ") for line in lines)


@pytest.mark.parametrize(
    ("seen", "last"), [(True, "auto takes strokes"), (False, "auto finds none")]
)
def test_what_auto_takes_is_said_last(
    seen: bool, last: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in builtin_readers().entries.values():
        answer = Availability(seen and isinstance(reader, StrokeReader), "because")
        monkeypatch.setattr(type(reader), "available", lambda _, answer=answer: answer)
    assert cli("readers").out.splitlines()[-1].startswith(last)


def test_weights_on_this_machine_are_put_where_they_are_looked_for(
    cli: Cli, weights: tuple[WeightFile, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "craft_mlt_25k.pth").write_bytes(b"craft_mlt_25k.pth")
    ended = cli("readers", "fetch", "easyocr", "--from", stick, "--json")
    folder = EasyOcrReader().storage
    assert ended.code == 0
    assert folder == tmp_path / "home" / ".EasyOCR" / "model"
    assert ended.json == {
        "folder": str(folder),
        "fetched": [str(folder / "craft_mlt_25k.pth")],
        "missing": ["english_g2.pth"],
    }
    with zipfile.ZipFile(stick / "english_g2.zip", "w") as archive:
        archive.writestr("english_g2.pth", b"english_g2.pth")
    words = ("--from", stick / "craft_mlt_25k.pth", "--from", stick / "english_g2.zip")
    ended = cli("readers", "fetch", "easyocr", *words)
    assert ended.out.splitlines() == [
        f"{folder / name}: checksum right" for name in ("craft_mlt_25k.pth", "english_g2.pth")
    ]
    assert cli("readers", "fetch", "easyocr").out == f"{folder}: all there already\n"


def test_what_cannot_be_fetched_is_one_line_and_exit_2(
    cli: Cli, weights: tuple[WeightFile, ...], tmp_path: Path
) -> None:
    ended = cli("readers", "fetch", "easyocr", "--from", tmp_path / "nowhere", "--to", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"seedloupe: {tmp_path / 'nowhere'}: expected one of craft_mlt_25k")
    assert ended.err.count("\n") == 1


def test_a_download_shows_how_far_it_is_and_where_it_went(
    cli: Cli, weights: tuple[WeightFile, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(url: str, part: Path, progress: object) -> None:
        for done in (0, 1_500_000, 3_000_000):
            progress(done, 3_000_000)  # type: ignore[operator]
        name = f"{Path(url).stem}.pth"
        with zipfile.ZipFile(part, "w") as archive:
            archive.writestr(name, name.encode())

    monkeypatch.setattr(module, "download", download)
    ended = cli("readers", "fetch", "easyocr", "--to", tmp_path / "model")
    assert ended.code == 0
    assert "craft_mlt_25k.zip: 3/3 MB (100%)" in ended.err
    assert "english_g2.zip: 3/3 MB (100%)" in ended.err
    assert "readers look in" in ended.err
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "craft_mlt_25k.pth",
        "english_g2.pth",
    ]


def test_a_failed_download_is_told_in_json_too(
    cli: Cli, weights: tuple[WeightFile, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(*_: object) -> None:
        raise FetchError("x: the server answered 403 Forbidden")

    monkeypatch.setattr(module, "download", download)
    ended = cli("readers", "fetch", "easyocr", "--to", tmp_path, "--json")
    assert ended.code == 2
    assert ended.json["error"]["kind"] == "FetchError"
    assert "403" in ended.json["error"]["message"]


def test_only_easyocr_has_something_to_fetch(cli: Cli) -> None:
    ended = cli("readers", "fetch", "rapidocr")
    assert ended.code == 2
    assert "easyocr" in ended.err
