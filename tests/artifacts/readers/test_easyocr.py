from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from seedloupe.artifacts import flag_text_artifacts
from seedloupe.artifacts.readers import EasyOcrReader
from seedloupe.errors import ReaderError


class Engine:
    """A stand-in for ``easyocr.Reader`` with its return types."""

    made: list[dict[str, Any]]

    def __init__(self, languages: list[str], **settings: object) -> None:
        self.made.append({"languages": languages, **settings})

    def readtext(self, pixels: np.ndarray) -> list[tuple[list[list[np.int32]], str, np.float64]]:
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


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    for name in ("craft_mlt_25k.pth", "english_g2.pth"):
        (tmp_path / name).write_bytes(b"weights")
    return tmp_path


def test_it_never_downloads_and_looks_in_the_folder_it_was_given(
    engine: type[Engine], storage: Path
) -> None:
    reader = EasyOcrReader(storage)
    for _ in range(2):
        reader.read(torch.zeros(3, 20, 40))
    (settings,) = engine.made
    assert settings["download_enabled"] is False
    assert settings["model_storage_directory"] == str(storage)
    assert settings["languages"] == ["en"]
    assert settings["gpu"] is False


def test_what_it_finds_becomes_a_region(engine: type[Engine], storage: Path) -> None:
    (region,) = EasyOcrReader(storage).read(torch.zeros(3, 20, 40))
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
        flag_text_artifacts(torch.zeros(3, 20, 40), torch.ones(20, 40), EasyOcrReader(storage))
    assert isinstance(error.value.__cause__, FileNotFoundError)


def test_unloading_forgets_the_engine(engine: type[Engine], storage: Path) -> None:
    reader = EasyOcrReader(storage)
    reader.read(torch.zeros(3, 20, 40))
    reader.unload()
    assert reader._engine is None


def test_the_usual_folder_is_looked_in_by_default() -> None:
    assert EasyOcrReader().storage == Path.home() / ".EasyOCR" / "model"


def test_the_real_package_refuses_weights_that_are_none(storage: Path) -> None:
    pytest.importorskip("easyocr", exc_type=(ImportError, RuntimeError))
    with pytest.raises(ReaderError, match="MD5 mismatch"):
        flag_text_artifacts(torch.zeros(3, 20, 40), torch.ones(20, 40), EasyOcrReader(storage))
    assert (storage / "craft_mlt_25k.pth").read_bytes() == b"weights"
