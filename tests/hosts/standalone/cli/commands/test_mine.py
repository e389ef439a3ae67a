from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from seedloupe.hosts.standalone.cli.commands.mine import budget
from seedloupe.hosts.standalone.engine import model_pictures
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.mining.scorers import inception
from seedloupe.tables import MatchLevel, TableUse, match_table, read_table

from .....mining.scorers.test_composition import segformer
from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PROMPTS = "a hill\n\na tower\na red tower\n"
QUICK = ("--seeds", "3,1,5,4", "--steps", 1, "--guidance", 1, "--batch", 2, "--device", "cpu")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.txt"
    path.write_text(PROMPTS, "utf-8")
    return path


def test_a_mined_table_fits_what_it_was_mined_with(
    cli: Cli, model: Path, tiny: Model, prompts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    ended = cli(*words, "--confirm", 1, "--json")
    table = read_table(out)
    assert ended.code == 0
    assert ended.json["seeds"] == 4
    assert table.seeds.tolist() == [1, 3, 4, 5]
    assert "unblemished" in table.metrics()
    assert table.spec.prompts is not None
    assert (table.spec.prompts.mining, table.spec.prompts.held_out) == (2, 1)
    assert table.spec.sampling is not None
    use = TableUse(
        table.spec.noise.source,
        tiny.info.latent_shape(32, 32),
        tiny.info.sha256,
        table.spec.sampling,
    )
    assert match_table(table, use).level is MatchLevel.EXACT
    assert cli("pick", "diverse", "--table", out, "--count", 2).code == 0


def test_a_table_is_mined_with_a_sampler_that_draws_at_its_steps(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    scores = []
    for batch in (1, 3):
        out = tmp_path / f"{batch}.seedtable.safetensors"
        words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
        assert cli(*words, "--batch", batch, "--sampler", "DPM++ 2M SDE Karras").code == 0
        table = read_table(out)
        sampling = table.spec.sampling
        assert sampling is not None
        assert (sampling.sampler, sampling.scheduler) == ("dpmpp_2m_sde", "karras")
        scores.append(table.tensors[f"score.{table.metrics()[0]}"])
    np.testing.assert_allclose(*scores, rtol=0.02)


def test_a_scorer_without_weights_costs_a_line_and_its_column(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    ended = cli(*words, "--scorers", "clip,fid=nowhere,appearance")
    assert ended.code == 0, ended.err
    assert "clip is left out" in ended.err
    assert "fid is left out" in ended.err
    assert read_table(out).metrics() == ("unblemished",)


def test_pictures_are_compared_with_a_reference(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is a stand-in, as if its weights had been found; all else is the real way."""

    class Means(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.cat([images.mean((2, 3)), images.std((2, 3))], 1)

    monkeypatch.setattr(inception, "load_inception", lambda place, *, clean: Means())
    np.savez(tmp_path / "real.npz", mu=np.full(6, 0.5), sigma=np.eye(6) * 0.01)
    (tmp_path / "weights").mkdir()
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    scorers = ("--scorers", f"fid={tmp_path / 'weights'}", "--reference", tmp_path / "real.npz")
    ended = cli(*words, *scorers)
    assert ended.code == 0, ended.err
    table = read_table(out)
    assert table.metrics() == ("fid",)
    assert np.isfinite(table.tensors["score.fid"]).all()


def test_a_stopped_run_is_resumed_and_gives_the_same_table(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words(name: str) -> tuple[object, ...]:
        out = tmp_path / f"{name}.seedtable.safetensors"
        return ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)

    assert cli(*words("whole")).code == 0
    calls: list[object] = []
    with monkeypatch.context() as patch:
        original = model_pictures.sample_encoded

        def interrupted(*args: object, **settings: object) -> object:
            calls.append(args)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return original(*args, **settings)  # type: ignore[arg-type]

        patch.setattr(model_pictures, "sample_encoded", interrupted)
        stopped = cli(*words("torn"), "--json")
    assert stopped.code == 3
    assert stopped.json["finished"] is False
    assert not (tmp_path / "torn.seedtable.safetensors").exists()
    refused = cli(*words("torn"))
    assert (refused.code, "--resume" in refused.err) == (2, True)
    assert cli(*words("torn"), "--resume").code == 0
    whole, torn = (read_table(tmp_path / f"{n}.seedtable.safetensors") for n in ("whole", "torn"))
    assert whole.spec.evidence == torn.spec.evidence
    for name, values in whole.tensors.items():
        np.testing.assert_array_equal(values, torn.tensors[name])


def test_a_spent_budget_stops_between_portions(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    monkeypatch.setattr("seedloupe.hosts.standalone.cli.commands.mine.budget", lambda text: 0.0)
    from seedloupe.hosts.standalone.cli import mining_run

    clock = iter(range(1000))
    monkeypatch.setattr(mining_run.time, "monotonic", lambda: float(next(clock)))
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    ended = cli(*words, "--budget", "1s")
    assert ended.code == 3
    assert "out of time" in ended.err
    assert list((tmp_path / "t.journal").glob("*.npz"))


def test_the_plan_says_what_it_takes_and_writes_nothing(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    ended = cli(*words, "--confirm", 1, "--plan", "--json")
    assert ended.json["images"] == 4 * 2 + 2 * 1
    assert ended.json["confirmed"] == 1
    assert ended.json["seconds"] > 0
    assert list(tmp_path.iterdir()) == [prompts]


def test_one_seed_beside_one_other_settles_nothing_and_plan_and_result_say_so(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK, "--confirm", 1)
    too_few = "confirming 1 of the best seeds is too few to say whether the choice of seed matters"
    assert too_few in cli(*words, "--plan").out
    ended = cli(*words)
    assert "the choice of seed may or may not matter" in ended.out
    assert too_few in ended.out
    evidence = read_table(out).spec.evidence
    assert evidence is not None
    assert evidence.held_out_gain == (), "one seed has no spread, so there is no interval"
    assert evidence.extra["confirmed_a_side"] == 1


def test_budgets_are_times() -> None:
    assert [budget(text) for text in ("90s", "30m", "2h")] == [90, 1800, 7200]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "t.txt"), "seedtable.safetensors"),
        (
            ("--prompts", "gone.txt"),
            "gone.txt: expected a text file with a prompt",
        ),
        (("--prompts", "one.txt"), "2 to 10000 different prompts"),
        (("--held-out", 3), "fewer than the 3 prompts"),
        (("--scorers", "critic"), "scorer: expected one of appearance, text"),
        (("--scorers", "beauty"), "beauty"),
        (("--size", "50x32"), "multiples of 8"),
        (("--budget", "soon"), "expected a time"),
        (("--shard", "2/2"), "0/2 to 1/2"),
        (("--race",), "32 or more seeds and 8 or more prompts"),
        (("--detect", "much"), "expected a number such as 0.5"),
        (("--sampler", "plms"), "expected one of Euler, Euler a, Heun"),
        (("--sampler", "ddim", "--schedule", "karras"), "expected Uniform or SGM Uniform for DDIM"),
        (("--model", "gone.safetensors"), "gone.safetensors"),
    ],
)
def test_bad_input_is_told_by_field_and_nothing_is_written(
    cli: Cli,
    model: Path,
    prompts: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[object, ...],
    message: str,
) -> None:
    monkeypatch.chdir(prompts.parent)
    Path("one.txt").write_text("a hill\na hill\n", "utf-8")
    before = sorted(Path.cwd().iterdir())
    defaults: dict[object, object] = {
        "--model": model,
        "--out": "t.seedtable.safetensors",
        "--prompts": prompts,
    }
    for name, value in defaults.items():
        words = words if name in words else (*words, name, value)
    ended = cli("mine", *words, *QUICK)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert sorted(Path.cwd().iterdir()) == before


def test_other_models_need_prompts(cli: Cli, model: Path, tmp_path: Path) -> None:
    ended = cli("mine", "--model", model, "--out", tmp_path / "t.seedtable.safetensors")
    assert ended.code == 2
    assert "Only Seedling comes with prompts of its own" in ended.err


def test_seeds_race_where_they_are_many_and_the_plan_says_what_can_be_seen(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "prompts.csv"
    listed.write_text("prompt\n" + "".join(f"a hill {index}\n" for index in range(12)), "utf-8")
    out = tmp_path / "t.seedtable.safetensors"
    size = ("--seeds", "0:32", "--steps", 1, "--guidance", 1, "--batch", 16, "--device", "cpu")
    words = ("mine", "--model", model, "--out", out, "--prompts", listed, *size)
    planned = cli(*words, "--plan", "--machines", 8)
    assert "about " in planned.out
    assert "without racing" in planned.out
    assert "sd better cannot be told from chance" in planned.out
    assert "on 8 like it" in planned.out
    ended = cli(*words, "--detect", 1.5, "--json")
    assert ended.code == 0
    assert ended.json["race"]["detect_sd"] == 1.5
    assert ended.json["images"] <= 32 * 8 + 32 * 4
    evidence = read_table(out).spec.evidence
    assert evidence is not None
    assert "race on unblemished" in evidence.rule
    refused = cli(*words, "--exhaustive", "--resume")
    assert refused.code == 2
    assert "a race for a gain of 1.5 sd" in refused.err


def test_drafts_are_planned_and_refused_where_they_tell_too_little(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "prompts.csv"
    listed.write_text("prompt\n" + "".join(f"a hill {index}\n" for index in range(12)), "utf-8")
    out = tmp_path / "t.seedtable.safetensors"
    size = ("--seeds", "0:32", "--steps", 2, "--guidance", 1, "--batch", 16, "--device", "cpu")
    words = ("mine", "--model", model, "--out", out, "--prompts", listed, *size)
    planned = cli(*words, "--plan", "--drafts", 1)
    assert "drafts of 1 steps" in planned.out
    assert "agree with those of full pictures by more than 0.71" in planned.out
    # with random weights nearly no picture has a blemish, so that drafts can tell nothing
    ended = cli(*words, "--drafts", 1)
    assert ended.code == 2
    assert "rank correlation" in ended.err
    assert "Mine without drafts" in ended.err
    assert not out.exists()
    refused = cli(*words, "--drafts", 1, "--exhaustive", "--resume")
    assert (refused.code, "seeds that race" in refused.err) == (2, True)
    refused = cli(*words, "--drafts", 2, "--resume")
    assert (refused.code, "fewer steps than the 2" in refused.err) == (2, True)


def test_a_rate_given_plans_for_devices_that_are_not_here(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    devices = ("--rate", 0.5, "--machines", 4)
    planned = cli(*words, "--plan", *devices, "--json").json
    assert planned["measured"] is False
    assert planned["seconds"] == pytest.approx(planned["images"] / 0.5)
    assert planned["memory"] is None
    said = cli(*words, "--plan", *devices).out
    assert "on one device (0.5 pictures/s, as given)" in said
    assert "on 4 like it" in said
    assert "as much goes over the network" in said
    assert cli(*words, "--plan", "--json").json["measured"] is True
    refused = cli(*words, *devices)
    assert (refused.code, "expected --plan" in refused.err) == (2, True)
    assert not list(tmp_path.glob("t.*"))


def test_shards_are_joined_by_merging_their_journals(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    def mined(name: str, *more: object) -> object:
        out = tmp_path / f"{name}.seedtable.safetensors"
        return cli("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK, *more)

    mined("whole", "--confirm", 1)
    for turn in range(2):
        for index in range(2):
            again = ("--resume",) if turn else ()
            ended = mined(str(index), "--confirm", 1, "--shard", f"{index}/2", *again)
            told = "join all shards' journals" in ended.err  # type: ignore[attr-defined]
            assert told or turn  # what is left is one portion, the first shard's
        journals = [tmp_path / f"{index}.journal" for index in range(2)]
        joined = tmp_path / "joined.journal"
        assert cli("tables", "merge", *journals, "--out", joined).code == 0
        for journal in journals:
            assert cli("tables", "merge", joined, "--out", journal).code == 0
    assert mined("joined", "--confirm", 1, "--resume").code == 0  # type: ignore[attr-defined]
    whole, other = (
        read_table(tmp_path / f"{n}.seedtable.safetensors") for n in ("whole", "joined")
    )
    assert whole.spec == other.spec
    for name, values in whole.tensors.items():
        np.testing.assert_array_equal(values, other.tensors[name])


def test_a_table_begun_when_prompts_were_split_otherwise_is_gone_on_with(
    cli: Cli, model: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "prompts.txt"
    listed.write_text("".join(f"a hill {index}\n" for index in range(6)), "utf-8")
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", listed, *QUICK)
    from seedloupe.services import mining, prompt_files

    with pytest.MonkeyPatch.context() as patch:
        before = prompt_files.PromptSplit.LAST
        patch.setattr(
            mining, "split_prompts", lambda p, n, split: prompt_files.split_prompts(p, n, before)
        )
        assert cli(*words).code == 0
    ended = cli(*words, "--resume")
    assert ended.code == 0, "its journal was not refused as another plan's"


def test_style_is_the_models_own_layers_and_composition_the_classes_that_are_named(
    cli: Cli, model: Path, prompts: Path, tmp_path: Path
) -> None:
    segformer(tmp_path / "networks" / "segmentation")
    out = tmp_path / "t.seedtable.safetensors"
    words = ("mine", "--model", model, "--out", out, "--prompts", prompts, *QUICK)
    named = f"appearance,style,composition={tmp_path / 'networks'}"
    ended = cli(*words, "--confirm", 1, "--scorers", named, "--classes", "sky,house cat")
    assert ended.code == 0
    table = read_table(out)
    spaces = {space.name: space for space in table.spec.spaces}
    assert {"style", "composition"} <= set(spaces)
    assert spaces["composition"].classes == ("sky", "house cat")
    assert table.tensors["feature.composition"].shape == (4, 8)
    unknown = (*words, "--scorers", named, "--classes", "unicorn")
    ended = cli(*(tmp_path / "u.seedtable.safetensors" if one == out else one for one in unknown))
    assert ended.code == 0
    assert "composition is left out: classes: expected some of wall" in ended.err
