from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from seedloupe.artifacts import Availability, TextRegion
from seedloupe.artifacts.readers import require
from seedloupe.artifacts.repaints import InpaintTask, read_pairs
from seedloupe.artifacts.tally.subject import purpose_of_table
from seedloupe.hosts.standalone.engine import models
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.services.inpaint_mining import PairRepaints
from seedloupe.services.prompt_files import split_prompts
from seedloupe.tables import MatchLevel, TableUse, Task, match_table, read_table

from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHIPPED = Path(__file__).parents[5] / "seed_tables" / "seedling-inpaint"
QUICK = ("--seeds", "3,1,5,9", "--steps", 1, "--guidance", 1, "--device", "cpu")


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
def _bright(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(require, "choose_reader", lambda name, **how: BrightIsText())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of 40 by 32 pixels with a mask each."""
    place = tmp_path / "pairs"
    place.mkdir()
    for number in range(6):
        ramp = np.linspace(0, 255, 40 * 32 * 3).reshape(32, 40, 3) * (number + 1) / 6
        Image.fromarray(ramp.astype(np.uint8)).save(place / f"p{number}.png")
        mask = np.zeros((32, 40), np.uint8)
        mask[8:24, 8:32] = 255
        Image.fromarray(mask).save(place / f"p{number}.mask.png")
        (place / f"p{number}.txt").write_text("red ball", "utf-8")
    return place


def words(model: object, folder: Path, out: Path, *more: object) -> tuple[object, ...]:
    paired = ("--task", "inpaint", "--folder", folder)
    return ("mine", "--model", model, *paired, "--out", out, *QUICK, *more)


def test_a_table_a_task_is_mined_that_the_inpaint_tools_read(
    cli: Cli, model: Path, tiny: Model, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    ended = cli(*words(model, folder, out, "--confirm", 2, "--json"))
    assert ended.code == 0
    assert ended.json["finished"] is True
    assert list(ended.json["tasks"]) == ["removal", "completion"]
    for task, told in ended.json["tasks"].items():
        assert Path(told["table"]) == tmp_path / f"t-{task}.seedtable.safetensors"
        assert cli("tables", "validate", told["table"]).code == 0
        assert cli("pick", "clean", "--table", told["table"], "--count", 2).code == 0
        found = read_table(Path(told["table"]))
        purpose = purpose_of_table(found.spec)
        assert purpose is not None
        assert purpose.value == task
        assert found.seeds.tolist() == [1, 3, 5, 9]
        assert found.spec.sampling is not None
        assert (found.spec.sampling.task, found.spec.sampling.strength) == (Task.INPAINT, 1.0)
        use = TableUse(
            found.spec.noise.source,
            tiny.info.latent_shape(40, 32),
            tiny.info.sha256,
            found.spec.sampling,
        )
        assert match_table(found, use).level is MatchLevel.EXACT


def test_the_shipped_tables_of_repaints_have_the_same_columns_and_metric(
    cli: Cli, model: Path, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    assert cli(*words(model, folder, out, "--confirm", 2, "--tasks", "removal")).code == 0
    made = read_table(out)
    for task in ("removal", "completion"):
        kept = read_table(SHIPPED / f"{task}-cpu-128x128.seedtable.safetensors")
        assert set(kept.tensors) == set(made.tensors)
        assert list(kept.spec.extra["study"]) == sorted(made.spec.extra["study"])
        assert kept.spec.metrics[0].name == made.spec.metrics[0].name
        assert kept.spec.prompts is not None
        assert made.spec.prompts is not None
        assert set(kept.spec.prompts.extra) == set(made.spec.prompts.extra)


def test_with_all_made_one_by_one_the_numbers_are_the_study_s(
    cli: Cli, model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["seedloupe", "study", "inpaint"])
    study = ("study", "inpaint", "--model", model, "--folder", folder, "--out", tmp_path / "s")
    assert cli(*study, *QUICK).code == 0
    lines = (tmp_path / "s" / "journal.jsonl").read_text("utf-8").splitlines()[1:]
    seen: dict[tuple[str, str, int], dict[str, Any]] = {}
    for one in map(json.loads, lines):
        seen[one["task"], one["pair"], int(one["seed"])] = one["seen"]["bright"]
    out = tmp_path / "t.seedtable.safetensors"
    more = ("--exhaustive", "--batch", 1, "--confirm", 2)
    assert cli(*words(model, folder, out, *more)).code == 0
    for task in InpaintTask:
        pairs = {task.case(pair): pair.name for pair in read_pairs(folder, (task,))}
        mined, _ = split_prompts(tuple(pairs), 2)
        table = read_table(tmp_path / f"t-{task.value}.seedtable.safetensors")
        for row, seed in enumerate(table.seeds.tolist()):
            own = [seen[task.value, pairs[name], seed] for name in mined]
            share = np.mean([one["share"] for one in own])
            assert table.score("text_in_mask")[row] == pytest.approx(share, abs=1e-6)
            assert table.rate("text")[row] == pytest.approx(
                np.mean([one["flagged"] for one in own])
            )


def test_an_inpainting_unet_of_nine_channels_is_mined_alike(
    cli: Cli,
    tiny_inpainter: Model,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "open_model", lambda name, **settings: tiny_inpainter)
    out = tmp_path / "nine.seedtable.safetensors"
    assert cli(*words("nine", folder, out, "--tasks", "removal", "--confirm", 2)).code == 0
    spec = read_table(out).spec
    assert spec.model.in_channels == 9
    assert spec.extra["study"]["task"] == "removal"  # type: ignore[index]


def test_a_stopped_run_goes_on_and_ends_in_the_same_tables(
    cli: Cli, model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole.seedtable.safetensors"
    part = tmp_path / "part.seedtable.safetensors"
    more = ("--batch", 2, "--confirm", 2)
    assert cli(*words(model, folder, whole, *more)).code == 0
    original, made = PairRepaints.__call__, []

    def stopping(*arguments: Any) -> torch.Tensor:
        made.append(arguments[1])
        if len(made) == 15:
            raise KeyboardInterrupt
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(PairRepaints, "__call__", stopping)
        ended = cli(*words(model, folder, part, *more, "--json"))
    assert ended.code == 3
    assert ended.json["finished"] is False
    assert ended.json["tasks"]["completion"]["finished"] is False
    refused = cli(*words(model, folder, part, *more))
    assert (refused.code, "Go on with --resume" in refused.err) == (2, True)
    assert cli(*words(model, folder, part, *more, "--resume")).code == 0
    for task in ("removal", "completion"):
        tables = [
            read_table(tmp_path / f"{name}-{task}.seedtable.safetensors")
            for name in ("whole", "part")
        ]
        for name, values in tables[0].tensors.items():
            assert np.array_equal(values, tables[1].tensors[name], equal_nan=True), name


def test_shards_joined_give_the_table_of_one_run(
    cli: Cli, model: Path, folder: Path, tmp_path: Path
) -> None:
    more = ("--batch", 2, "--confirm", 2, "--tasks", "removal", "--exhaustive")
    whole = tmp_path / "whole.seedtable.safetensors"
    assert cli(*words(model, folder, whole, *more)).code == 0
    outs = [tmp_path / f"{part}.seedtable.safetensors" for part in (0, 1)]
    joined = tmp_path / "joined.journal"
    for _ in range(2):
        for part, out in enumerate(outs):
            given = (*more, "--shard", f"{part}/2", "--resume")
            assert cli(*words(model, folder, out, *given)).code == 0
        journals = [out.with_name(f"{part}.journal") for part, out in enumerate(outs)]
        assert cli("tables", "merge", *journals, "--out", joined).code == 0
        for journal in journals:
            for file in joined.iterdir():
                (journal / file.name).write_bytes(file.read_bytes())
    assert (
        cli(
            *words(model, folder, tmp_path / "joined.seedtable.safetensors", *more, "--resume")
        ).code
        == 0
    )
    one, other = read_table(whole), read_table(tmp_path / "joined.seedtable.safetensors")
    for name, values in one.tensors.items():
        assert np.array_equal(values, other.tensors[name], equal_nan=True), name


def test_a_plan_says_what_each_task_takes_and_makes_nothing(
    cli: Cli, model: Path, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    ended = cli(*words(model, folder, out, "--plan", "--json"))
    assert ended.code == 0
    assert [one["prompts"] for one in ended.json["tasks"].values()] == [4, 4]
    assert [one["held_out"] for one in ended.json["tasks"].values()] == [2, 2]
    assert not list(tmp_path.glob("*.journal"))
    assert "removal, a pair counting as a prompt:" in cli(*words(model, folder, out, "--plan")).out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--tasks", "erase"), "some of removal, completion, got 'erase'"),
        (("--pairs", 3), "nothing beside --folder"),
        (("--reader", "critic"), "the critic, which knows Seedling alone"),
        (("--prompts", __file__), "nothing with --task inpaint"),
        (("--size", "64x64"), "nothing with --task inpaint"),
        (("--drafts", 4), "nothing with --task inpaint"),
        (("--held-out", 6), "fewer than the 6 pairs there are"),
        (("--shard", "3/2"), "shard"),
        (("--race",), "32 or more seeds"),
        (("--scorers", "nothing_of_the_kind"), "nothing_of_the_kind"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    cli: Cli, model: Path, folder: Path, tmp_path: Path, more: tuple[object, ...], message: str
) -> None:
    ended = cli(*words(model, folder, tmp_path / "t.seedtable.safetensors", *more))
    assert ended.code == 2
    assert message in ended.err
    assert ended.err.splitlines()[-1].startswith("seedloupe: ")
    assert not list(tmp_path.glob("*.seedtable.safetensors"))


@pytest.mark.parametrize(
    "more", [("--folder", "x"), ("--tasks", "removal"), ("--reader", "auto"), ("--strength", 0.5)]
)
def test_what_repaints_take_is_refused_without_them(
    cli: Cli, model: Path, tmp_path: Path, more: tuple[object, ...]
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    ended = cli("mine", "--model", model, "--out", out, *QUICK, *more)
    assert ended.code == 2
    assert "nothing without --task inpaint" in ended.err
