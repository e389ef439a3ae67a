"""A lens that is saved in ComfyUI is the command line's lens file, and the other way round."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.errors import LensFileError
from seedloupe.hosts.standalone.cli.main import main

from ..conftest import Host
from ..lens_bench import Bench, WordClip, picture


@pytest.fixture
def bench(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(host.module("folder_paths"), "base_path", str(tmp_path))
    return Bench(host)


def save(bench: Bench, prefix: str = "lens/run") -> tuple[object, str]:
    tapped, lens = bench.tap(clip=WordClip(), prompt="cat")
    bench.sample(tapped)
    node = bench.host.node("SeedloupeSaveLens")
    return node.run(lens=lens, filename_prefix=prefix, run=0, picture=picture()).args


def test_a_saved_lens_is_opened_by_the_command_line(bench: Bench, tmp_path: Path) -> None:
    _, path = save(bench)
    assert Path(path) == tmp_path / "output/lens/run_00001_.lens.safetensors"
    sheet = tmp_path / "sheet.png"
    assert main(["lens", "show", path, "--out", str(sheet)]) == 0
    assert sheet.stat().st_size > 0


def test_a_loaded_lens_is_looked_into_as_it_was_saved(bench: Bench) -> None:
    saved, _ = save(bench)
    node = bench.host.node("SeedloupeLoadLens")
    (options,) = (one.options for one in node.define_schema().inputs)
    assert options == ["output/lens/run_00001_.lens.safetensors"]
    (loaded,) = node.run(file=options[0]).args
    for view in ("colours", "spot", "word"):
        one, other = (bench.view(lens, view=view) for lens in (saved, loaded))
        assert one.args[2] == other.args[2]
        assert (one.args[0] == other.args[0]).all()


def test_files_are_counted_on_and_never_overwritten(bench: Bench) -> None:
    assert [Path(save(bench)[1]).name[:9] for _ in range(2)] == ["run_00001", "run_00002"]


@pytest.mark.parametrize("prefix", ["../outside", "a/../../outside"])
def test_a_place_outside_the_output_folder_is_refused(bench: Bench, prefix: str) -> None:
    with pytest.raises(LensFileError, match="filename_prefix: expected a place in ComfyUI's"):
        save(bench, prefix)


def test_a_damaged_file_is_refused_in_one_line(bench: Bench) -> None:
    _, path = save(bench)
    content = bytearray(Path(path).read_bytes())
    content[-1] ^= 255
    Path(path).write_bytes(content)
    with pytest.raises(LensFileError, match="The file is damaged; record it again"):
        bench.host.node("SeedloupeLoadLens").run(file="output/lens/run_00001_.lens.safetensors")


def test_a_file_that_is_gone_is_refused_with_its_name(bench: Bench) -> None:
    node = bench.host.node("SeedloupeLoadLens")
    with pytest.raises(LensFileError, match=r"got \.\./x\.lens\.safetensors.*choose one"):
        node.execute(file="../x.lens.safetensors")


def test_a_file_is_read_again_when_it_changed(bench: Bench) -> None:
    _, path = save(bench)
    node = bench.host.node("SeedloupeLoadLens")
    name = "output/lens/run_00001_.lens.safetensors"
    before = node.fingerprint_inputs(file=name)
    Path(path).write_bytes(b"other")
    assert node.fingerprint_inputs(file=name) != before
