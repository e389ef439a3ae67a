"""The example the tab *Lens* opens with: whole, and of the Seedling that comes along."""

from __future__ import annotations

from pathlib import Path

from seedloupe.hosts.standalone.app.lens.example import FOLDER, WISH, read_example
from seedloupe.hosts.standalone.app.state import ServedFiles
from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.lens.file import read_lens
from seedloupe.metadata.write_png import read_png_metadata


def test_the_example_is_of_the_seedling_that_comes_along_and_says_how_to_make_it_anew() -> None:
    model = open_model("seedling")
    for seed in WISH.seeds:
        spec = read_lens(FOLDER / f"seed-{seed}.lens.safetensors").spec
        assert spec.model_sha256 == model.info.sha256
        assert (spec.prompt, spec.seeds) == (WISH.prompt, (str(seed),))
        assert len(spec.moments) == WISH.settings.steps
        assert spec.extra["provenance"]["made by"].endswith("app.lens.example")
        text = read_png_metadata(FOLDER / f"seed-{seed}.png").parameters
        assert f"Seed: {seed}," in str(text)


def test_every_step_of_the_example_has_a_picture(tmp_path: Path) -> None:
    sight = read_example(ServedFiles(tmp_path))
    for run in sight.runs:
        assert sorted(run.previews) == [(0, step) for step in range(WISH.settings.steps)]
        assert run.picture is not None
        assert {look.size for look in run.previews.values()} == {run.picture.size}
    assert sight.why == ()


def test_the_example_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_300_000
