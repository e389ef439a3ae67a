from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.files import hash_files
from seedloupe.hosts.standalone.engine.models import weight_files
from seedloupe.picking import (
    Box,
    DiverseObjective,
    GoldenRule,
    Layout,
    Picking,
    TagFilter,
    pick_by_layout,
    pick_clean,
    pick_diverse,
    pick_golden,
)
from seedloupe.tables import (
    Evidence,
    SamplingSpec,
    SeedEffect,
    SeedTable,
    Task,
    read_table,
    write_table,
)

from .....seed_tables import MODEL, make_table
from .conftest import Cli


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = np.random.default_rng(3)
    made = make_table(
        {"alignment": numbers.random(40), "sharpness": numbers.random(40)},
        features={"style": numbers.random((40, 3)), "composition": numbers.random((40, 8))},
        rates={
            "gray": (np.arange(40) % 4 == 0).astype(float),
            "text": (np.arange(40) % 5 / 8).tolist(),
        },
        counts={"rate.text": np.full(40, 8)},
        classes=("ball", "tent"),
    )
    path = tmp_path_factory.mktemp("table") / "t.seedtable.safetensors"
    write_table(made, path)
    return path


@pytest.mark.parametrize("rule", ["golden", "diverse", "layout"])
def test_a_void_table_and_near_identical_pictures_are_said_before_other_notes(
    cli: Cli, table: Path, tmp_path: Path, rule: str
) -> None:
    made = read_table(table)
    planted = Evidence("planted", SeedEffect.NO_EFFECT, prompt_share={"look": 0.99})
    path = tmp_path / "void.seedtable.safetensors"
    write_table(replace(made, spec=replace(made.spec, evidence=planted)), path)
    where = ("--box", "0,0,0.5,0.5") if rule == "layout" else ()
    ended = cli("pick", rule, "--table", path, "--count", 2, *where)
    notes = [line for line in ended.err.splitlines() if line.startswith("note:")]
    assert notes[0].startswith("note: different seeds give near-identical pictures")
    # Where things stand is no question of quality, so that a void table may be asked for it.
    assert ("void for choosing good seeds" in notes[1]) is (rule != "layout")
    shown = cli("tables", "show", path).out
    assert "near-identical" in shown
    assert "void" in shown


@pytest.mark.parametrize("rule", ["golden", "diverse"])
def test_seeds_come_with_rank_scores_and_the_rule(cli: Cli, table: Path, rule: str) -> None:
    ended = cli("pick", rule, "--table", table, "--count", 3, "--json")
    picker = {"golden": pick_golden, "diverse": pick_diverse}[rule]
    expected = picker(read_table(table), 3)
    assert ended.code == 0
    assert ended.json["picks"] == expected.to_json()["picks"]
    assert ended.json["rule"] == expected.rule
    assert ended.json["match"] is None
    for seed in expected.seeds:
        assert str(seed) in cli("pick", rule, "--table", table, "--count", 3).out


def test_settings_reach_the_rule(cli: Cli, table: Path) -> None:
    words = ("--metrics", "sharpness", "--pool", 5, "--no-tag", "gray")
    ended = cli("pick", "golden", "--table", table, "--count", 4, "--json", *words)
    expected = pick_golden(
        read_table(table), 4, metrics=("sharpness",), pool=5, tags=TagFilter(avoid=("gray",))
    )
    assert ended.json["picks"] == expected.to_json()["picks"]
    assert "gray" in ended.err


def asked_for(table: SeedTable, words: str) -> Picking:
    """What a command line means, said in Python."""
    left, tent = Layout.of_box(Box(0, 0.25, 0.5, 0.75)), Layout(0.25, 0.5, kind="tent")
    right = Layout.of_box(Box(0.5, 0, 1, 1))
    no_gray = TagFilter(avoid=("gray",))
    spaces = ("style", "composition")
    balanced = DiverseObjective.BALANCED
    return {
        "golden --rule pareto": lambda: pick_golden(table, 3, rule=GoldenRule.PARETO),
        "golden --rule intersection --pool 20": lambda: pick_golden(
            table, 3, rule=GoldenRule.INTERSECTION, pool=20
        ),
        "golden --rule lower_bound --tag gray": lambda: pick_golden(
            table, 3, tags=TagFilter(want=("gray",))
        ),
        "diverse --space style,composition": lambda: pick_diverse(table, 3, spaces=spaces),
        "diverse --objective balanced --quality 0.9 --floor 0.8 --no-tag gray": lambda: (
            pick_diverse(table, 3, objective=balanced, quality=0.9, floor=0.8, tags=no_gray)
        ),
        "layout --box 0,0.25,0.5,0.75": lambda: pick_by_layout(table, 3, layouts=[left]),
        "layout --box 0,0.25,0.5,0.75 --box 0.5,0,1,1": lambda: pick_by_layout(
            table, 3, layouts=[left, right]
        ),
        "layout --box 0,0.25,0.5,0.75 --size-near 0.3 --far": lambda: pick_by_layout(
            table, 3, layouts=[Layout(0.25, 0.5, 0.3, 0.95)]
        ),
        "layout --at 0.25,0.5 --kind tent": lambda: pick_by_layout(table, 3, layouts=[tent]),
        "layout --size-near 0.3 --near": lambda: pick_by_layout(
            table, 3, layouts=[Layout(size=0.3, depth=0.05)]
        ),
        "layout --far --no-tag gray": lambda: pick_by_layout(
            table, 3, layouts=[Layout(depth=0.95)], tags=no_gray
        ),
        "clean": lambda: pick_clean(table, 3),
        "clean --flaw text --no-tag gray": lambda: pick_clean(table, 3, tags=no_gray),
    }[words]()


@pytest.mark.parametrize(
    "words",
    [
        "golden --rule pareto",
        "golden --rule intersection --pool 20",
        "golden --rule lower_bound --tag gray",
        "diverse --space style,composition",
        "diverse --objective balanced --quality 0.9 --floor 0.8 --no-tag gray",
        "layout --box 0,0.25,0.5,0.75",
        "layout --box 0,0.25,0.5,0.75 --box 0.5,0,1,1",
        "layout --box 0,0.25,0.5,0.75 --size-near 0.3 --far",
        "layout --at 0.25,0.5 --kind tent",
        "layout --size-near 0.3 --near",
        "layout --far --no-tag gray",
        "clean",
        "clean --flaw text --no-tag gray",
    ],
)
def test_every_wish_reaches_its_rule(cli: Cli, table: Path, words: str) -> None:
    ended = cli("pick", *words.split(), "--table", table, "--count", 3, "--json")
    expected = asked_for(read_table(table), words)
    assert ended.code == 0
    document = ended.json
    assert {key: document[key] for key in expected.to_json()} == expected.to_json()
    assert document["rule_name"] == words.split()[0]
    once = [note for note in expected.notes if note != str(expected.chance)]
    assert [line for line in ended.err.splitlines() if line] == [f"note: {note}" for note in once]


@pytest.mark.parametrize("order", ["best", "turning"])
@pytest.mark.parametrize("rule", [("golden",), ("diverse",), ("clean",), ("layout", "--far")])
def test_seeds_go_on_where_others_ended(
    cli: Cli, table: Path, rule: tuple[str, ...], order: str
) -> None:
    common = ("pick", *rule, "--table", table, "--order", order, "--json")
    whole = [pick["seed"] for pick in cli(*common, "--count", 5).json["picks"]]
    later = cli(*common, "--count", 3, "--from", 2).json
    assert [pick["seed"] for pick in later["picks"]] == whole[2:]
    assert (later["position"], later["order"], later["period"] > 0) == (
        2,
        order,
        order == "turning",
    )


def test_the_best_first_from_the_beginning_is_what_nobody_has_to_ask_for(
    cli: Cli, table: Path
) -> None:
    common = ("pick", "golden", "--table", table, "--count", 3, "--json")
    assert cli(*common).json == cli(*common, "--from", 0, "--order", "best").json
    assert "place" not in cli(*common[:-1]).out
    assert "place  positions 2 to 4 of the best first" in cli(*common[:-1], "--from", 2).out


def test_help_says_what_the_rules_do(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        cli("pick", "golden", "--help")
    assert "less one standard deviation" in " ".join(capsys.readouterr().out.split())


def test_the_match_is_told_and_other_noise_refused(cli: Cli, table: Path) -> None:
    common = ("pick", "golden", "--table", table, "--count", 2)
    ended = cli(*common, "--size", "64x48", "--json")
    assert ended.json["match"]["level"] == "noise_only"
    refused = cli(*common, "--size", "128x128")
    assert (refused.code, refused.out) == (2, "")
    assert "noise.shape: expected (4, 6, 8)" in refused.err
    assert cli(*common, "--noise", "nv").code == 2


SAMPLED = ("--steps", 20, "--sampler", "euler", "--guidance", 4)


def matched(cli: Cli, folder: Path, *words: object) -> dict[str, object]:
    """How ``pick`` says a table made with a model in a folder fits."""
    known = make_table({"alignment": np.arange(4.0)})
    sampling = SamplingSpec(Task.TXT2IMG, "euler", "uniform", 20, 4.0, size=(64, 48))
    model = replace(MODEL, sha256=hash_files(weight_files(str(folder))))
    spec = replace(known.spec, model=model, sampling=sampling)
    path = folder.parent / f"{len(words)}.seedtable.safetensors"
    write_table(SeedTable(known.seeds, known.tensors, spec), path)
    ended = cli("pick", "golden", "--table", path, "--count", 1, "--json", *words)
    assert ended.code == 0
    return ended.json["match"]


def test_a_fit_is_exact_only_where_everything_was_said(
    cli: Cli, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_folder, folder)
    use = ("--model", folder, "--size", "64x48")
    assert matched(cli, folder, *use, *SAMPLED) == {
        "level": "exact",
        "reasons": [],
        "differences": [],
    }
    silent = matched(cli, folder, *use)
    assert silent["level"] == "noise_only"
    (reason,) = silent["reasons"]
    assert reason.startswith("sampling: the table has txt2img, euler, 20 steps")
    other = matched(cli, folder, *use, *SAMPLED[:-1], 7)
    assert other["reasons"] == ["sampling.guidance: the table has 4.0, in use is 7.0."]
    unsized = matched(cli, folder, "--model", folder, *SAMPLED)
    (reason,) = unsized["reasons"]
    assert reason.startswith("sampling.size: the table has (64, 48), in use is unknown.")


def test_the_model_may_be_a_name_a_folder_or_a_file(
    cli: Cli, table: Path, tiny_folder: Path
) -> None:
    text = table.parent / "text.safetensors"
    text.write_text("no model", "utf-8")
    common = ("pick", "golden", "--table", table, "--count", 1, "--model")
    hashes = []
    for name in ("seedling", tiny_folder, weight_files("seedling")[0]):
        match = cli(*common, name, "--json").json["match"]
        hashes.append(match["differences"][0]["use"])
    assert hashes[0] == hashes[2] != hashes[1]
    assert hashes[1] == hash_files(weight_files(str(tiny_folder)))
    assert cli(*common, text).code == 2


def test_draws_before_the_noise_are_not_held_against_who_said_nothing_of_them(
    cli: Cli, table: Path, tmp_path: Path
) -> None:
    known = read_table(table)
    spec = replace(known.spec, noise=replace(known.spec.noise, draws_before=1))
    path = tmp_path / "t.seedtable.safetensors"
    write_table(SeedTable(known.seeds, known.tensors, spec), path)
    common = ("pick", "golden", "--table", path, "--count", 1, "--size", "64x48")
    assert cli(*common, "--json").json["match"]["level"] == "noise_only"
    refused = cli(*common, *SAMPLED)
    assert (refused.code, "noise.draws_before: expected 1" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("golden", "--count", 1), "--table"),
        (("golden", "--table", "T", "--count", 1.5), "--count"),
        (("golden", "--table", "no-such-table", "--count", 1), "no-such-table"),
        (("golden", "--table", "T", "--count", 0), "from 1 to 10000"),
        (("golden", "--table", "T", "--count", 1, "--metrics", "beauty"), "beauty"),
        (("diverse", "--table", "T", "--count", 1, "--space", "smell"), ": space: expected"),
        (("diverse", "--table", "T", "--count", 1, "--start", 999), "999"),
        (("diverse", "--table", "T", "--count", 1, "--floor", 3), "floor"),
        (
            ("golden", "--table", "T", "--count", 1, "--no-tag", "loud"),
            ": no-tag: expected some of",
        ),
        (("golden", "--table", "T", "--count", 1, "--tag", "loud"), ": tag: expected some of"),
        (("golden", "--table", "T", "--count", 1, "--size", "9x9"), "multiples of 8"),
        (("golden", "--table", "T", "--count", 1, "--model", "gone.safetensors"), "is not there"),
        (("layout", "--table", "T", "--count", 1), "layout: expected --box"),
        (("layout", "--table", "T", "--count", 1, "--at", "0.5"), "0.25,0.5"),
        (("layout", "--table", "T", "--count", 1, "--near", "--far"), "not allowed with"),
        (("layout", "--table", "T", "--count", 1, "--at", "0,0", "--box", "0,0,1,1"), "got both"),
        (("layout", "--table", "T", "--count", 1, "--box", "0.5,0,0.5,1"), "box: expected 0 <="),
        (("layout", "--table", "T", "--count", 1, "--box", "0,0,1,2"), "in shares of the picture"),
        (
            ("layout", "--table", "T", "--count", 1, "--size-near", 2),
            "--size-near: expected",
        ),
        (
            ("layout", "--table", "T", "--count", 1, "--at", "0,0", "--kind", "cat"),
            ": kind: expected one of ball",
        ),
        (("golden", "--table", "T", "--count", 1, "--rule", "luck"), "expected one of lower_bound"),
        (
            ("diverse", "--table", "T", "--count", 1, "--quality", 2),
            "--quality: expected",
        ),
        (
            ("diverse", "--table", "T", "--count", 1, "--objective", "balanced", "--start", 3),
            "balanced starts from the best",
        ),
        (("clean", "--table", "T", "--count", 1, "--flaw", "smell"), ": flaw: expected one of"),
        (
            ("golden", "--table", "T", "--count", 1, "--from", 999),
            "seedloupe: from: expected below",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    cli: Cli, table: Path, words: tuple[object, ...], message: str
) -> None:
    ended = cli("pick", *(table if word == "T" else word for word in words))
    assert ended.code == 2
    assert ended.out == ""
    assert message in ended.err
    assert ended.err.count("\n") == 1


def examples() -> list[str]:
    """The commands of the page for artists, each with what it is said to print."""
    page = Path(__file__).parents[5] / "docs" / "picking.md"
    return re.findall(r"^```console\n\$ seedloupe (.*?)^```", page.read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.partition("\n")[0])
def test_the_page_on_picking_shows_what_is_printed(cli: Cli, example: str) -> None:
    words, _, shown = example.partition("\n")
    ended = cli(*words.split())
    lines = [line.rstrip() for line in (ended.out + ended.err).splitlines()]
    assert shown.splitlines() == lines
