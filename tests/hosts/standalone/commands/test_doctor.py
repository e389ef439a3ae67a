from __future__ import annotations

from importlib import metadata
from types import SimpleNamespace

import pytest

from seedloupe.hosts.standalone.commands import doctor

from .conftest import Cli


def test_what_is_there_and_what_is_missing_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = metadata.version

    def version(package: str) -> str:
        if package == "gradio":
            raise metadata.PackageNotFoundError(package)
        return original(package)

    monkeypatch.setattr(metadata, "version", version)
    ended = cli("doctor", "--json")
    assert ended.code == 0
    assert ended.json["packages"]["torch"] == original("torch")
    assert ended.json["devices"][0]["name"] == "cpu"
    assert set(ended.json["readers"]) == {"rapidocr", "easyocr", "tesseract"}
    assert any("gradio" in line and "seedloupe[app]" in line for line in ended.json["missing"])
    lines = cli("doctor").out.splitlines()
    assert "  gradio         -" in lines


@pytest.mark.parametrize(
    ("processors", "threads", "grid"), [(40, 1024, 40960), (58, 1536, 89088), (132, 2048, 270336)]
)
def test_the_grid_of_a_card_is_its_processors_times_their_blocks(
    processors: int, threads: int, grid: int
) -> None:
    card = SimpleNamespace(
        multi_processor_count=processors, max_threads_per_multi_processor=threads
    )
    assert doctor.grid_threads(card) == grid
