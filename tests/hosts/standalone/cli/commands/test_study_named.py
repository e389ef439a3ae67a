"""The studies of one frame, from the command line, with Seedling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedloupe.lens.layer_panel import read_panel

from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LAYERS = "up-level1-repeat1-res-out,mid-vit-out"
SMALL = ("--model", "seedling", "--device", "cpu", "--quick", "--times", "100", "--layers", LAYERS)


@pytest.fixture(autouse=True)
def _command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["seedloupe", "study"])


def test_a_study_leaves_a_page_and_a_document_and_is_not_run_twice(
    cli: Cli, tmp_path: Path
) -> None:
    words = ("study", "layers", *SMALL, "--pictures", 4, "--out", tmp_path / "out")
    ended = cli(*words, "--json")
    assert ended.code == 0
    document = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert document["sentence"] == ended.json["sentence"]
    assert document["settings"]["layers"] == LAYERS.split(",")
    assert "Which layers keep objects apart?" in (tmp_path / "out" / "report.html").read_text()
    assert str(tmp_path) not in json.dumps(document["settings"])
    refused = cli(*words)
    assert refused.code != 0
    assert "--resume" in refused.err
    assert cli(*words, "--resume", "--json").json["sentence"] == ended.json["sentence"]


def test_several_studies_go_into_one_folder_with_a_page_of_links(cli: Cli, tmp_path: Path) -> None:
    more = ("--only", "steps,correspondence", "--pictures", 4, "--out", tmp_path / "out", "--json")
    ended = cli("study", "all", *SMALL, *more)
    assert ended.code == 0
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    for name in ("steps", "correspondence"):
        assert f'href="{name}/report.html"' in page
        assert (tmp_path / "out" / name / "report.html").exists()


def test_the_page_says_what_judges_and_a_journal_is_not_gone_on_with_by_another(
    cli: Cli, tmp_path: Path
) -> None:
    how = ("--seeds", "0:8", "--steps", 2, "--pictures", 4, "--out", tmp_path / "out")
    words = ("study", "generalise", *SMALL[:5], *how)
    assert cli(*words).code == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "alignment (cosine of Seedling&#39;s critic, picture and prompt)" in page
    other = cli(*words, "--resume", "--scorers", "appearance")
    assert other.code not in (0, 3)
    assert 'expected ["alignment", "colourfulness"], got ["unblemished"]' in other.err
    assert "Traceback" not in other.err


def test_a_ranking_leaves_its_winner_for_the_lens_and_for_other_studies(
    cli: Cli, tmp_path: Path
) -> None:
    cache = ("--cache", tmp_path / "cache")
    ended = cli(
        "study", "rank", *SMALL, *cache, "--pictures", 20, "--out", tmp_path / "rank", "--json"
    )
    assert ended.code == 0
    path = tmp_path / "rank" / "rank.panel.json"
    winner = read_panel(path)
    assert list(winner.layers) == ended.json["winner"]["layers"]
    assert set(winner.layers) <= set(LAYERS.split(","))
    assert (winner.model, winner.time) == ("seedling", 100)
    quick = ("--model", "seedling", "--device", "cpu", "--quick", "--times", "100", *cache)
    more = ("--layers", path, "--pictures", 20, "--out", tmp_path / "segmentation", "--json")
    segmented = cli("study", "segmentation", *quick, *more)
    assert segmented.code == 0
    document = json.loads((tmp_path / "segmentation" / "report.json").read_text("utf-8"))
    assert document["settings"]["chosen"] == list(winner.layers)
    assert not (tmp_path / "segmentation" / "segmentation.panel.json").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("study", "layers", "--times", "0,2000"), "times"),
        (("study", "layers", *SMALL[:-1], "no-such-layer"), "no-such-layer"),
        (("study", "probe", *SMALL, "--folder", "missing"), "missing"),
        (("study", "rank", *SMALL, "--pictures", "12"), "simple scenes"),
        (("study", "rank", *SMALL[:-1], "no.panel.json"), "no.panel.json"),
        (("study", "all", *SMALL, "--only", "layers,nothing"), "nothing"),
        (("study", "generalise", *SMALL[:5], "--scorers", "clip=missing"), "missing"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    cli: Cli, tmp_path: Path, words: tuple[object, ...], told: str
) -> None:
    ended = cli(*words, "--out", tmp_path / "out")
    assert ended.code not in (0, 3)
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out" / "report.html").exists()
