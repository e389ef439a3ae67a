from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from seedloupe.artifacts import flag_text_artifacts
from seedloupe.artifacts.readers import EasyOcrReader
from seedloupe.artifacts.readers.weights import WEIGHTS, WeightFile
from seedloupe.errors import ReaderError


class Engine:
    """A stand-in for ``easyocr.Reader`` with its return types."""

    made: list[dict[str, Any]]

    def __init__(self, languages: list[str], **settings: object) -> None:
        self.made.append({"languages": languages, **settings})

    def detect(
        self, pixels: np.ndarray, *, canvas_size: int
    ) -> tuple[list[list[list[np.int32]]], list[list[list[list[float]]]]]:
        assert pixels.shape == (20, 40, 3)
        assert canvas_size == 1024
        level = [np.int32(value) for value in (4, 34, 6, 16)]
        return [[level]], [[[[2.0, 3.5], [30.0, -1.0], [41.0, 9.0], [3.0, 11.0]]]]

    def readtext(
        self, pixels: np.ndarray, *, canvas_size: int
    ) -> list[tuple[list[list[np.int32]], str, np.float64]]:
        assert canvas_size == 1024
        torch.rand(1)
        assert pixels.dtype == np.uint8
        assert pixels.shape == (20, 40, 3)
        quad = [[np.int32(x), np.int32(y)] for x, y in ((4, 6), (34, 6), (34, 16), (4, 16))]
        return [(quad, " CAFE", np.float64(0.9))]


@pytest.fixture
def engine(install: Callable[..., ModuleType]) -> type[Engine]:
    class Own(Engine):
        made: list[dict[str, Any]] = []  # noqa: RUF012 - a class of its own for each test

    install("easyocr", Reader=Own)
    return Own


#: Stand-ins for the published files, so that what lies in ``storage`` is sound.
SOUND = [
    WeightFile(one.file, hashlib.md5(b"weights", usedforsecurity=False).hexdigest(), one.url)
    for one in WEIGHTS
]


def made(storage: Path, *, detect_only: bool = False) -> EasyOcrReader:
    return EasyOcrReader(storage, detect_only=detect_only, weights=SOUND)


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    for name in ("craft_mlt_25k.pth", "english_g2.pth"):
        (tmp_path / name).write_bytes(b"weights")
    return tmp_path


def test_it_never_downloads_and_looks_in_the_folder_it_was_given(
    engine: type[Engine], storage: Path
) -> None:
    reader = made(storage)
    for _ in range(2):
        reader.read(torch.zeros(3, 20, 40))
    (settings,) = engine.made
    assert settings["download_enabled"] is False
    assert settings["model_storage_directory"] == str(storage)
    assert settings["languages"] == ["en"]
    assert settings["gpu"] is False


def test_what_it_finds_becomes_a_region(engine: type[Engine], storage: Path) -> None:
    (region,) = made(storage).read(torch.zeros(3, 20, 40))
    assert (region.text, region.confidence, region.detection) == ("CAFE", 0.9, None)
    assert region.quad.tolist() == [[4, 6], [34, 6], [34, 16], [4, 16]]


def test_missing_weights_are_named_with_their_folder(engine: type[Engine], storage: Path) -> None:
    (storage / "english_g2.pth").unlink()
    found = EasyOcrReader(storage).available()
    assert not found.ok
    assert "english_g2.pth are not in" in found.reason
    assert str(storage) in found.reason
    assert "craft" not in found.reason
    with pytest.raises(ReaderError, match=r"easyocr cannot be used: .*english_g2\.pth"):
        EasyOcrReader(storage).read(torch.zeros(3, 20, 40))
    assert engine.made == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import seedloupe.artifacts.readers.packages as packages

    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    assert "easyocr not installed" in EasyOcrReader().available().reason


def test_its_own_error_is_kept(install: Callable[..., ModuleType], storage: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FileNotFoundError("MD5 mismatch for craft_mlt_25k.pth and downloads disabled")

    install("easyocr", Reader=fail)
    with pytest.raises(ReaderError, match=r"easyocr could not .*MD5 mismatch") as error:
        flag_text_artifacts(torch.zeros(3, 20, 40), torch.ones(20, 40), made(storage))
    assert isinstance(error.value.__cause__, FileNotFoundError)


def test_unloading_forgets_the_engine(engine: type[Engine], storage: Path) -> None:
    reader = made(storage)
    reader.read(torch.zeros(3, 20, 40))
    reader.unload()
    assert reader._engine is None


def test_the_usual_folder_is_looked_in_by_default() -> None:
    assert EasyOcrReader().storage == Path.home() / ".EasyOCR" / "model"


def test_without_reading_every_line_counts_with_the_least_it_reached(
    engine: type[Engine], storage: Path
) -> None:
    (storage / "english_g2.pth").unlink()
    reader = made(storage, detect_only=True)
    assert (reader.name, reader.reads) == ("easyocr-detect", False)
    assert reader.available().ok
    level, turned = reader.read(torch.zeros(3, 20, 40))
    assert level.quad.tolist() == [[4, 6], [34, 6], [34, 16], [4, 16]]
    assert turned.quad.tolist() == [[2, 3.5], [30, 0], [40, 9], [3, 11]]
    for region in (level, turned):
        assert (region.text, region.confidence, region.detection) == ("", 0.0, 0.7)
    (settings,) = engine.made
    assert settings["recognizer"] is False


def test_the_reading_one_asks_for_both_networks(engine: type[Engine], storage: Path) -> None:
    reader = made(storage)
    reader.read(torch.zeros(3, 20, 40))
    assert (reader.name, reader.reads) == ("easyocr", True)
    assert engine.made[0]["recognizer"] is True


@pytest.mark.parametrize("file", ["craft_mlt_25k.pth", "english_g2.pth"])
def test_damaged_weights_are_named_before_they_are_loaded_and_stay(
    file: str, engine: type[Engine], storage: Path
) -> None:
    (storage / file).write_bytes(b"weight")
    with pytest.raises(ReaderError, match=rf"{file} is damaged .* seedloupe readers fetch easyocr"):
        made(storage).read(torch.zeros(3, 20, 40))
    assert engine.made == []
    assert (storage / file).read_bytes() == b"weight"


def test_what_the_package_does_to_the_process_is_undone(
    install: Callable[..., ModuleType], storage: Path
) -> None:
    def rude(*_: object, **__: object) -> Engine:
        os.environ["SEEDLOUPE_TEST_RUDE"] = "1"
        sys.path.append(str(storage))
        torch.rand(3)  # as the real one does for every layer
        return object.__new__(Engine)

    install("easyocr", Reader=rude)
    environment, path = dict(os.environ), list(sys.path)
    state = torch.get_rng_state()
    assert made(storage).read(torch.zeros(3, 20, 40))
    assert torch.equal(torch.get_rng_state(), state)
    assert dict(os.environ) == environment
    assert sys.path == path


def test_the_real_package_is_not_even_asked_about_weights_that_are_none(storage: Path) -> None:
    pytest.importorskip("easyocr", exc_type=(ImportError, RuntimeError))
    with pytest.raises(ReaderError, match="is damaged"):
        flag_text_artifacts(torch.zeros(3, 20, 40), torch.ones(20, 40), EasyOcrReader(storage))
    assert (storage / "craft_mlt_25k.pth").read_bytes() == b"weights"
