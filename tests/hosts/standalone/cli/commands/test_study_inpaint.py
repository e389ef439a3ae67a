from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe.artifacts import Availability, TextRegion
from seedloupe.artifacts.readers import require
from seedloupe.hosts.standalone.engine import models, sampling
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.studies import statistics
from seedloupe.tables import MatchLevel, TableUse, Task, match_table, read_table

from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

QUICK = ("--seeds", "3,1,5", "--steps", 1, "--guidance", 1, "--device", "cpu")


class BrightIsText:
    """Reads "BALL" where the picture's middle is brighter than half."""

    name, version = "bright", "1"

    def available(self) -> Availability:
        return Availability(True, "always")

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        if float(image[:, 12:20, 16:24].mean()) < 0.5:
            return ()
        quad = np.array([[14, 12], [26, 12], [26, 20], [14, 20]], np.float32)
        return (TextRegion(quad, "BALL", 0.9, 0.9),)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = BrightIsText()
    # The report names the command of the process, which here is that of the tests.
    monkeypatch.setattr("sys.argv", ["seedloupe", "study", "inpaint"])
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: reader)
    monkeypatch.setattr(statistics, "SHUFFLES", 50)
    monkeypatch.setattr(statistics, "_FEWEST_SHUFFLES", 50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures of 40 by 32 pixels with a mask each."""
    place = tmp_path / "pairs"
    place.mkdir()
    for number in range(4):
        ramp = np.linspace(0, 255, 40 * 32 * 3).reshape(32, 40, 3) * (number + 1) / 4
        Image.fromarray(ramp.astype(np.uint8)).save(place / f"p{number}.png")
        mask = np.zeros((32, 40), np.uint8)
        mask[8:24, 8:32] = 255
        Image.fromarray(mask).save(place / f"p{number}.mask.png")
        (place / f"p{number}.txt").write_text("red ball", "utf-8")
    return place


def words(model: Path, folder: Path, out: Path, *more: object) -> tuple[object, ...]:
    return ("study", "inpaint", "--model", model, "--folder", folder, "--out", out, *QUICK, *more)


def document(out: Path) -> dict[str, Any]:
    found = json.loads((out / "report.json").read_text("utf-8"))
    assert found.pop("command").startswith("seedloupe ")
    return found


def test_a_study_of_a_folder_leaves_a_page_a_document_and_a_table_a_task(
    cli: Cli, model: Path, tiny: Model, folder: Path, tmp_path: Path
) -> None:
    out, table = tmp_path / "out", tmp_path / "t" / "study.seedtable.safetensors"
    ended = cli(*words(model, folder, out, "--table", table, "--json"))
    assert ended.code == 0
    assert ended.json["images"] == 4 * 3 * 2
    assert ended.json["verdict"] == document(out)["verdict"]
    assert ended.json["looker"] == "bright"
    page = (out / "report.html").read_text("utf-8")
    assert "red ball" in page
    assert str(tmp_path) not in json.dumps(document(out)["settings"])
    names = [Path(name).name for name in ended.json["tables"]]
    assert names == [f"study-{task}.seedtable.safetensors" for task in ("removal", "completion")]
    for path in ended.json["tables"]:
        assert cli("tables", "validate", path).code == 0
        assert cli("pick", "clean", "--table", path, "--count", 2).code == 0
    found = read_table(Path(ended.json["tables"][0]))
    assert found.seeds.tolist() == [1, 3, 5]
    assert found.spec.sampling is not None
    assert (found.spec.sampling.task, found.spec.sampling.strength) == (Task.INPAINT, 1.0)
    use = TableUse(
        found.spec.noise.source,
        tiny.info.latent_shape(40, 32),
        tiny.info.sha256,
        found.spec.sampling,
    )
    assert match_table(found, use).level is MatchLevel.EXACT


def test_one_task_has_one_table_under_the_very_name_and_strength_is_written_down(
    cli: Cli, model: Path, folder: Path, tmp_path: Path
) -> None:
    table = tmp_path / "study.seedtable.safetensors"
    more = ("--tasks", "removal", "--strength", 0.5, "--steps", 2, "--table", table)
    assert cli(*words(model, folder, tmp_path / "out", *more)).code == 0
    spec = read_table(table).spec
    assert spec.sampling is not None
    assert spec.sampling.strength == 0.5
    assert spec.noise.draws_before == 0  # this host's noise is always the generator's first draw
    assert set(document(tmp_path / "out")["lookers"]["bright"]["tasks"]) == {"removal"}


def test_an_inpainting_unet_of_nine_channels_is_studied_alike(
    cli: Cli,
    tiny_inpainter: Model,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "open_model", lambda name, **settings: tiny_inpainter)
    table = tmp_path / "nine.seedtable.safetensors"
    more = ("--tasks", "completion", "--table", table)
    assert cli(*words(Path("nine"), folder, tmp_path / "out", *more)).code == 0
    found = read_table(table)
    assert found.spec.model.in_channels == 9
    assert found.spec.noise.shape == (4, 4, 5)
    assert document(tmp_path / "out")["settings"]["model"]["in_channels"] == 9


@pytest.mark.parametrize("after", [1, 14])
def test_ctrl_c_keeps_what_was_seen_and_resume_gives_the_same_report(
    cli: Cli,
    model: Path,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    assert cli(*words(model, folder, tmp_path / "whole")).code == 0
    made: list[object] = []
    original = sampling.generate

    def stopping(*arguments: Any, **settings: Any) -> Iterator[Any]:
        for one in original(*arguments, **settings):
            if len(made) == after:
                raise KeyboardInterrupt
            made.append(one)
            yield one

    with monkeypatch.context() as patch:
        patch.setattr(sampling, "generate", stopping)
        ended = cli(*words(model, folder, tmp_path / "part", "--json"))
    assert ended.code == 3
    assert ended.json == {"finished": False, "images": 24, "out": str(tmp_path / "part")}
    assert "--resume goes on" in ended.err
    assert len((tmp_path / "part" / "journal.jsonl").read_text("utf-8").splitlines()) == 1 + after
    refused = cli(*words(model, folder, tmp_path / "part"))
    assert (refused.code, "Go on with --resume" in refused.err) == (2, True)
    left = cli(*words(model, folder, tmp_path / "part", "--resume", "--plan", "--json"))
    assert left.json["done"] == after
    assert cli(*words(model, folder, tmp_path / "part", "--resume")).code == 0
    assert document(tmp_path / "part") == document(tmp_path / "whole")


def test_resuming_with_other_settings_is_refused_with_what_differs(
    cli: Cli, model: Path, folder: Path, tmp_path: Path
) -> None:
    assert cli(*words(model, folder, tmp_path / "out")).code == 0
    ended = cli(*words(model, folder, tmp_path / "out", "--resume", "--level", "high"))
    assert ended.code == 2
    assert "journal: lookers" in ended.err


def test_a_plan_says_pictures_time_and_disk_and_makes_nothing(
    cli: Cli, model: Path, folder: Path, tmp_path: Path
) -> None:
    ended = cli(*words(model, folder, tmp_path / "out", "--plan", "--json"))
    assert ended.code == 0
    assert (ended.json["images"], ended.json["pairs"], ended.json["tasks"]) == (24, 4, 2)
    assert ended.json["seconds"] > 0
    assert ended.json["bytes"] > 0
    assert not (tmp_path / "out").exists()
    lines = cli(*words(model, folder, tmp_path / "out", "--plan")).out
    assert "24 pictures: 3 seeds, 4 pictures with a mask, 2 tasks" in lines
    assert "MiB of disk" in lines


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--tasks", "removal,erase"), "some of removal, completion, got 'erase'"),
        (("--pairs", 3), "nothing beside --folder"),
        (("--mask", "object"), "nothing beside --folder"),
        (("--reader", "critic"), "the critic, which knows Seedling alone"),
        (("--strength", 0), "more than 0, at most 1"),
        (("--table", "x.txt"), "ending in .seedtable.safetensors"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    cli: Cli, model: Path, folder: Path, tmp_path: Path, more: tuple[object, ...], message: str
) -> None:
    ended = cli(*words(model, folder, tmp_path / "out", *more))
    assert ended.code == 2
    assert message in ended.err
    assert not (tmp_path / "out").exists()


def test_a_model_without_pictures_of_its_own_needs_a_folder(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    ended = cli("study", "inpaint", "--model", model, "--out", tmp_path / "out", *QUICK)
    assert ended.code == 2
    assert "name a folder with --folder" in ended.err


def test_without_a_reader_nothing_is_painted(
    cli: Cli, model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: None)
    ended = cli(*words(model, folder, tmp_path / "out"))
    assert ended.code == 2
    assert "pip install 'seedloupe[ocr]'" in ended.err


def test_the_study_is_listed_and_a_name_is_needed(
    cli: Cli, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli("study", "--help")
    assert "inpaint" in capsys.readouterr().out
    assert cli("study").code == 2
    assert cli("study", "nonsense").code == 2


def test_seedling_is_studied_with_pictures_of_its_own_and_its_reader_tested(
    cli: Cli, tmp_path: Path
) -> None:
    quick = ("--pairs", 2, "--seeds", "5,6", "--steps", 2, "--reader", "critic")
    table = tmp_path / "s.seedtable.safetensors"
    ended = cli("study", "inpaint", "--out", tmp_path / "out", *quick, "--table", table, "--json")
    assert ended.code == 0
    assert ended.json["verdict"] == "undecided"  # two pairs cannot say
    found = document(tmp_path / "out")
    assert found["reader_checks"]["critic"]["found"] >= 1
    assert found["settings"]["origin"].startswith("Seedling's world")
    assert len(list((tmp_path / "out" / "pictures").rglob("*.webp"))) == 8
