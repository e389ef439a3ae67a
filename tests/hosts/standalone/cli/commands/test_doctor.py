from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from seedloupe.artifacts import Availability, builtin_readers
from seedloupe.tables import write_table

from .....seed_tables import full_table
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
    assert list(ended.json["readers"]) == list(builtin_readers())
    assert any("gradio" in line and "seedloupe[app]" in line for line in ended.json["missing"])
    lines = cli("doctor").out.splitlines()
    assert "  gradio         -" in lines


def test_every_folder_tables_are_looked_for_in_is_told_and_a_missing_one_of_the_users(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine, gone = tmp_path / "mine", tmp_path / "gone"
    mine.mkdir()
    write_table(full_table(), mine / "a.seedtable.safetensors")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDLOUPE_TABLES", os.pathsep.join(map(str, (mine, gone))))
    told = cli("doctor", "--json").json
    folders = {folder["path"]: folder for folder in told["table_folders"]}
    assert list(folders)[:3] == [str(tmp_path / "seed_tables"), str(mine), str(gone)]
    assert folders[str(mine)] == {"path": str(mine), "found": True, "tables": 1}
    assert folders[str(gone)] == {"path": str(gone), "found": False, "tables": 0}
    about = [line for line in told["missing"] if "SEEDLOUPE_TABLES" in line]
    assert about == [f"{gone}: SEEDLOUPE_TABLES names it, and no folder is there"]
    lines = cli("doctor").out.splitlines()
    assert f"tables in {mine}: 1" in lines
    assert f"tables in {gone}: no such folder" in lines
    assert f"missing: {about[0]}" in lines
    monkeypatch.delenv("SEEDLOUPE_TABLES")
    told = cli("doctor", "--json").json
    assert not any("SEEDLOUPE_TABLES" in line for line in told["missing"])


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an RTX 3060 and a T4, as PyTorch describes them."""
    cards = [
        SimpleNamespace(
            name=name,
            total_memory=12 * 2**30,
            multi_processor_count=processors,
            max_threads_per_multi_processor=threads,
        )
        for name, processors, threads in [
            ("NVIDIA GeForce RTX 3060", 28, 1536),
            ("Tesla T4", 40, 1024),
        ]
    ]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(cards))
    monkeypatch.setattr(torch.cuda, "get_device_properties", cards.__getitem__)


@pytest.mark.usefixtures("two_cards")
def test_every_card_here_is_asked_about_the_usual_sizes(cli: Cli) -> None:
    told = cli("doctor", "--json").json
    assert [device.get("grid_threads") for device in told["devices"]] == [None, 43008, 40960]
    assert [noise["card"] for noise in told["noise"]] == ["NVIDIA GeForce RTX 3060", "Tesla T4"]
    assert {noise["known_from"] for noise in told["noise"]} == {"this machine"}
    shares = [[size["differing"] for size in noise["sizes"]] for noise in told["noise"]]
    assert shares == [[0, 0, 0.34375, 0.8359375], [0, 0, 0.375, 0.84375]]
    lines = cli("doctor").out.splitlines()
    assert any("SDXL at 1024x1024" in line and "34% of the noise differs" in line for line in lines)


@pytest.mark.usefixtures("two_cards")
def test_a_card_whose_threads_pytorch_does_not_tell_gets_no_verdict(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = SimpleNamespace(name="Some card", total_memory=2**30, multi_processor_count=28)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: old)
    told = cli("doctor", "--json").json
    assert told["noise"] == []
    assert told["devices"][1]["grid_threads"] is None
    assert "no card here" not in cli("doctor").out


def test_without_a_card_it_is_said_that_there_is_none(cli: Cli) -> None:
    assert cli("doctor", "--json").json["noise"] == []
    assert any(line.startswith("noise: no card here") for line in cli("doctor").out.splitlines())


@pytest.mark.parametrize("words", [("--card", "geforce rtx 3060"), ("--grid", 43008)])
def test_a_card_that_is_not_here_can_be_asked_about(cli: Cli, words: tuple[object, ...]) -> None:
    [noise] = cli("doctor", *words, "--json").json["noise"]
    assert noise["grid_threads"] == 43008
    assert noise["known_from"] != "this machine"
    assert [size["differing_later"] for size in noise["sizes"]] == [0, 0, 0.34375, 1.0]
    lines = cli("doctor", *words).out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("noise of ")
    assert "43,008 threads at once" in lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--card", "RTX 9999"), "card: expected one of GTX 1060"),
        (("--card", "RTX 3060 Laptop GPU"), "as a grid"),
        (("--grid", 0), "a whole number from 1 to 999999999"),
        (("--card", "T4", "--grid", 256), "not allowed with"),
    ],
)
def test_a_card_nobody_knows_is_bad_input(
    cli: Cli, words: tuple[object, ...], message: str
) -> None:
    ended = cli("doctor", *words)
    assert ended.code == 2
    assert message in ended.err
    assert ended.err.count("\n") == 1


def test_readers_are_told_as_by_their_own_command(cli: Cli) -> None:
    told, own = cli("doctor", "--json").json, cli("readers", "--json").json
    assert told["auto_reader"] == own["auto"]
    assert told["readers"] == {
        one["name"]: {key: one[key] for key in ("ok", "reason", "reads")} for one in own["readers"]
    }


def test_a_fallback_that_cannot_read_is_not_enough(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in builtin_readers().entries.values():
        ok = reader.name == "strokes"
        answer = Availability(ok, "here" if ok else "gone")
        monkeypatch.setattr(type(reader), "available", lambda _, answer=answer: answer)
    assert "no reader that can read text" in " ".join(cli("doctor", "--json").json["missing"])
