"""The best drafts finished: bit for bit the pictures of their seeds, whatever happens to drafts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from torch import Tensor

from seedloupe.hosts.standalone.cli import early_picking
from seedloupe.hosts.standalone.cli import run_folder as making
from seedloupe.hosts.standalone.engine import sampling
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import generate
from seedloupe.metadata.write_png import read_png_metadata
from seedloupe.services.early_seeds import DraftScore

from .....requests import request_of
from .conftest import Cli

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
QUICK = ("--steps", 4, "--draft-steps", 1, "--size", "48x32", "--guidance", 2)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """Let drafts be judged by how red they are; the pictures judged are kept."""
    seen: list[Tensor] = []

    def redness(pictures: Tensor, prompt: str) -> Tensor:
        seen.extend(pictures)
        return pictures[:, 0].mean((1, 2))

    score = DraftScore("redness", "mean of the red channel", redness)
    monkeypatch.setattr(early_picking, "opened_score", lambda *_: score)
    from seedloupe.hosts.standalone.cli.commands import generate as command
    from seedloupe.hosts.standalone.cli.commands import pick_early

    for module in (command, pick_early):
        monkeypatch.setattr(module, "opened_score", lambda *_: score)
    return seen


def reddest(tiny: Model, seeds: tuple[int, ...], steps: int) -> list[int]:
    request = request_of(tiny.info, "a hill", seeds, width=48, height=32, steps=steps, guidance=2.0)
    drafts = {made.seed: float(made.image[0].mean()) for made in generate(tiny, request)}
    return sorted(seeds, key=lambda seed: -drafts[seed])


def test_the_best_drafts_are_finished_and_are_the_pictures_of_their_seeds(
    cli: Cli, model: Path, tiny: Model, judged: list[Tensor], tmp_path: Path
) -> None:
    words = ("generate", "a hill", "--model", model, *QUICK)
    early = (*words, "--pick", "early", "--seeds", "1-5", "--count", 2)
    ended = cli(*early, "--out", tmp_path / "early", "--json")
    assert ended.code == 0
    expected = reddest(tiny, (1, 2, 3, 4, 5), 1)[:2]
    assert ended.json["seeds"] == [str(seed) for seed in expected]
    assert len(judged) == 5
    plain = ("generate", "a hill", "--model", model, "--steps", 4, "--size", "48x32")
    given = ("--guidance", 2, "--seeds", ",".join(ended.json["seeds"]))
    alone = cli(*plain, *given, "--out", tmp_path / "alone", "--json")
    for one, other in zip(ended.json["images"], alone.json["images"], strict=True):
        with (
            Image.open(tmp_path / "early" / one["file"]) as first,
            Image.open(tmp_path / "alone" / other["file"]) as second,
        ):
            assert first.tobytes() == second.tobytes()
    told = read_png_metadata(tmp_path / "early" / ended.json["images"][1]["file"])
    assert "Seedloupe pick: early, Seedloupe rank: 2, Seedloupe drafts: 5" in (
        told.parameters or ""
    )
    assert (told.record or {})["pick"] == "early"
    drafts = ended.json["chosen"]["drafts"]
    assert drafts["rule"] == (
        "the 2 best of 5 drafts of 1 step by redness (mean of the red channel)"
    )
    assert [one["rank"] for one in drafts["drafts"]] == [1, 2, 3, 4, 5]
    again = cli(*early, "--out", tmp_path / "early", "--json")
    assert [entry["made_now"] for entry in again.json["images"]] == [False, False]


def test_drafts_that_cannot_be_drawn_cost_a_message_and_not_the_pictures(
    cli: Cli, model: Path, judged: list[Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sampling.stream

    def broken(model: Model, request: object, **settings: object) -> object:
        if request.steps == 1:  # type: ignore[attr-defined]
            raise RuntimeError("out of memory")
        return whole(model, request, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(sampling, "stream", broken)
    words = ("--model", model, *QUICK, "--pick", "early", "--seeds", "5,1,9", "--count", 2)
    ended = cli("generate", "a hill", *words, "--out", tmp_path / "a", "--json")
    assert ended.code == 0
    assert ended.json["seeds"] == ["5", "1"]
    assert "the drafts could not be judged (out of memory)" in ended.err
    assert ended.json["images"][0]["pick"] == "given"


def test_stopping_while_drafting_makes_nothing_and_says_so(
    cli: Cli, model: Path, judged: list[Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("seedloupe.services.early_seeds.DraftJudge.take", pressed)
    words = ("--model", model, *QUICK, "--pick", "early", "--count", 1)
    ended = cli("generate", "a hill", *words, "--out", tmp_path / "a")
    assert ended.code == 3
    assert not (tmp_path / "a").exists()


def test_a_stopped_run_says_which_seeds_to_draft_again(
    cli: Cli, model: Path, judged: list[Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    words = ("generate", "a hill", "--model", model, *QUICK, "--pick", "early", "--count", 1)
    with monkeypatch.context() as patch:
        patch.setattr(making, "save_png", pressed)
        stopped = cli(*words, "--drafts", 3, "--out", tmp_path / "a")
    assert stopped.code == 3
    seeds = stopped.err.split("with --seeds ")[1].split(" makes")[0]
    assert len(seeds.split(",")) == 3
    assert cli(*words, "--seeds", seeds, "--out", tmp_path / "a").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--drafts", 8), "expected --pick early beside --drafts"),
        (("--draft-steps", 2, "--pick", "random"), "expected --pick early beside --draft-steps"),
        (("--pick", "early", "--count", 4, "--drafts", 2), "drafts: expected 4 or more"),
        (("--pick", "early", "--table", "seedling"), "nothing beside --pick early"),
        (("--pick", "early", "--seeds", "1-9", "--drafts", 4), "expected 9, as many as --seeds"),
        (("--pick", "early", "--tag", "gray"), "beside --tag"),
        (("--pick", "early", "--draft-steps", 9, "--steps", 9), "fewer than the 9"),
        (("--pick", "early", "--draft-score", "nobody"), "expected one of"),
    ],
)
def test_contradictions_are_refused_before_anything_is_drawn(
    cli: Cli, model: Path, tmp_path: Path, words: tuple[object, ...], said: str
) -> None:
    given = ("--model", model, "--size", "48x32", *words)
    if "--draft-steps" in words and "early" in words:
        given = (*given, "--draft-score", "appearance")
    ended = cli("generate", "a hill", *given, "--out", tmp_path / "a")
    assert (ended.code, said in ended.err) == (2, True), ended.err
    assert not (tmp_path / "a").exists()


def test_pick_early_prints_the_seeds_that_generate_would_finish(
    cli: Cli, model: Path, tiny: Model, judged: list[Tensor]
) -> None:
    words = ("--model", model, *QUICK, "--seeds", "1-5", "--count", 2)
    ended = cli("pick", "early", "a hill", *words, "--json")
    expected = [str(seed) for seed in reddest(tiny, (1, 2, 3, 4, 5), 1)[:2]]
    assert [pick["seed"] for pick in ended.json["picks"]] == expected
    printed = cli("pick", "early", "a hill", *words).out
    assert f"{expected[0]}" in printed
    assert "rule   the 2 best of 5 drafts of 1 step by redness" in printed
