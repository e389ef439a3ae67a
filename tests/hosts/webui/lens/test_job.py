"""Pictures of a job: which runs are theirs, their lens files, and how these are found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from torch import Tensor

from seedloupe.lens.file import read_lens

from .conftest import Bench

Draw = Callable[[int], Tensor]


@pytest.fixture
def kept(bench: Bench) -> Any:
    return bench.ours("runs").KeptRuns()


def a_job(bench: Bench, kept: Any, latents: Draw, *, keep: bool = True, part: str = "") -> Any:
    job = bench.ours("job").LensJob(bench.ours("settings").LensSettings(True, keep=keep), kept)
    sampling = bench.sampling()
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    job.add(watch, batch=0, part=part)
    return job


def picture() -> Image.Image:
    return Image.new("RGB", (48, 64), "red")


def found_path(folder: Path) -> Path:
    return folder / "p.lens.safetensors"


def test_each_picture_of_a_batch_has_a_run_of_its_own(
    bench: Bench, kept: Any, latents: Draw
) -> None:
    a_job(bench, kept, latents)
    runs = kept.newest_first()
    assert [run.seed for run in runs] == ["151", "152"]
    first, second = (run.record() for run in runs)
    key = min(first.rgb)
    assert first.rgb[key].shape[0] == second.rgb[key].shape[0] == 1
    whole = runs[0].sampling.record
    assert (first.rgb[key][0] == whole.rgb[key][0]).all()
    assert (second.rgb[key][0] == whole.rgb[key][1]).all()
    assert second.spec.seeds == ("152",)
    assert [row.image for row in second.moment(key).rows] == [0]


def test_a_lens_file_stands_beside_the_picture_it_is_of(
    bench: Bench, kept: Any, latents: Draw, tmp_path: Path
) -> None:
    job = a_job(bench, kept, latents)
    job.finished(picture(), batch=0, image=1)
    assert job.saved(tmp_path / "00001-152.png", "a cat\nSeed: 152") == ()
    record = read_lens(tmp_path / "00001-152.lens.safetensors")
    assert record.spec.seeds == ("152",)
    assert record.spec.extra["parameters"] == "a cat\nSeed: 152"
    # What is saved next is no picture of its own: a grid, or a mask.
    assert job.saved(tmp_path / "grid-0000.png", "") == ()
    assert len(list(tmp_path.glob("*.lens.safetensors"))) == 1


def test_the_last_pass_has_the_pictures_name_and_the_first_says_what_it_is(
    bench: Bench, kept: Any, latents: Draw, tmp_path: Path
) -> None:
    job = a_job(bench, kept, latents, part="first pass")
    sampling = bench.sampling()
    watch = bench.watched(sampling)
    sampling.draw(latents(2))
    job.add(watch, batch=0, part="hires pass")
    job.finished(picture(), batch=0, image=0)
    job.saved(tmp_path / "p.png", "x")
    names = sorted(path.name for path in tmp_path.glob("p.*"))
    assert names == ["p.first-pass.lens.safetensors", "p.lens.safetensors"]


def test_without_the_wish_no_file_is_written(
    bench: Bench, kept: Any, latents: Draw, tmp_path: Path
) -> None:
    job = a_job(bench, kept, latents, keep=False)
    job.finished(picture(), batch=0, image=0)
    assert job.saved(tmp_path / "p.png", "x") == ()
    assert list(tmp_path.glob("p.*")) == []


def test_a_place_that_cannot_be_written_to_costs_a_sentence(
    bench: Bench, kept: Any, latents: Draw, tmp_path: Path
) -> None:
    job = a_job(bench, kept, latents)
    job.finished(picture(), batch=0, image=0)
    (problem,) = job.saved(tmp_path / "nowhere" / "p.png", "x")
    assert problem.startswith("no lens file was saved")


def test_a_picture_is_found_by_its_parameters_in_memory_or_beside_it(
    bench: Bench, kept: Any, latents: Draw, tmp_path: Path
) -> None:
    find = bench.ours("saved_files").find_run
    job = a_job(bench, kept, latents)
    job.finished(picture(), batch=0, image=1)
    job.saved(tmp_path / "p.png", "a cat\nSeed: 152")
    assert find("a cat\nSeed: 152\n", [], kept) is kept.newest_first()[1]
    later = bench.ours("runs").KeptRuns()
    found = find("a cat\nSeed: 152", [tmp_path], later)
    assert (found.seed, found.sampling.part) == ("152", "from a file")
    assert found.picture is None
    picture().save(tmp_path / "p.png")
    assert bench.ours("saved_files").open_file(found_path(tmp_path), later).picture is not None
    Image.new("RGB", (64, 48)).save(tmp_path / "p.png")  # of another form: not what was sampled
    assert bench.ours("saved_files").open_file(found_path(tmp_path), later).picture is None
    assert find("a dog", [tmp_path, tmp_path / "nowhere"], later) is None
    assert find("  ", [tmp_path], later) is None


def test_a_damaged_file_and_a_link_that_leads_away_are_passed_over(
    bench: Bench, kept: Any, latents: Draw, tmp_path: Path
) -> None:
    job = a_job(bench, kept, latents)
    job.finished(picture(), batch=0, image=0)
    away, folder = tmp_path / "away", tmp_path / "outputs"
    away.mkdir()
    folder.mkdir()
    job.saved(away / "p.png", "secret")
    (folder / "bad.lens.safetensors").write_bytes(b"nothing")
    (folder / "p.lens.safetensors").symlink_to(away / "p.lens.safetensors")
    empty = bench.ours("runs").KeptRuns()
    assert bench.ours("saved_files").find_run("secret", [folder], empty) is None


def test_the_oldest_sampling_goes_when_there_are_too_many(bench: Bench, kept: Any) -> None:
    module = bench.ours("runs")
    for number in range(10):
        sampling = module.SamplingRun(lambda: None, 0)
        kept.add(module.PictureRun(sampling, 0, str(number), "a cat"))
    runs = kept.newest_first()
    assert [run.seed for run in runs] == [str(n) for n in range(9, 1, -1)]
    assert len({run.title for run in runs}) == len({run.id for run in runs}) == 8
    assert kept.by_id("nonsense") is None


def test_what_xyz_copies_along_from_another_job_goes(bench: Bench) -> None:
    module = bench.ours("job")
    p = SimpleNamespace()
    module.attach(p, module.LensJob(bench.ours("settings").LensSettings(True), None))
    assert module.lens_job_of(p) is not None
    module.attach(p, None)
    assert module.lens_job_of(p) is module.lens_job_of(SimpleNamespace()) is None
