"""Drafts judged and ranked, without a model: a picture's brightness is its seed's."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.generation.request import Request
from seedloupe.mining.scorers import ScorerSources, builtin_scorers
from seedloupe.services.draft_ranking import DraftRanking
from seedloupe.services.early_seeds import (
    DraftJudge,
    DraftScore,
    draft_request,
    draft_score,
    drafts_wanted,
)
from seedloupe.services.scorers import ScorerWish, scorers_of
from seedloupe.services.seed_choice import SeedChoice

from ..requests import INFO, request_of


def brightness(pictures: Tensor, prompt: str) -> Tensor:
    return pictures.mean((1, 2, 3))


SCORE = DraftScore("brightness", "mean of all pixels", brightness)


def request(*seeds: int, steps: int = 20, **settings: object) -> Request:
    return request_of(INFO, "a hill", seeds, width=48, height=32, steps=steps, **settings)


def judged(*seeds: int, score: DraftScore = SCORE, keep: int = 2) -> DraftRanking:
    whole = request(*seeds)
    judge = DraftJudge(draft_request(whole, seeds), whole, keep=keep, score=score)
    for seed in seeds:
        judge.take(seed, torch.full((3, 4, 6), seed / 100))
    return judge.ranking()


def test_a_draft_is_the_same_picture_in_two_fifths_of_the_steps() -> None:
    whole = request(1, 2, guidance=3.0)
    drafts = draft_request(whole, (5, 6, 7))
    assert (drafts.seeds, drafts.plan.steps) == ((5, 6, 7), 8)
    assert replace(drafts, seeds=whole.seeds, plan=whole.plan).plan == whole.plan
    assert drafts.plan.guidance == 3.0
    assert draft_request(whole, (5,), 7).plan.steps == 7
    assert draft_request(request(1, steps=2), (5,)).plan.steps == 1


def test_a_draft_must_take_fewer_steps_than_the_picture() -> None:
    with pytest.raises(InputError, match="draft-steps: expected fewer than the 20"):
        draft_request(request(1), (1,), 20)
    with pytest.raises(InputError, match="one step is its own draft"):
        draft_request(request(1, steps=1), (1,))


def test_a_draft_of_a_picture_little_of_which_is_forgotten_takes_one_step_at_least() -> None:
    image = torch.rand(3, 32, 48, generator=torch.Generator().manual_seed(0))
    whole = request(1, image=image, strength=0.1)
    assert draft_request(whole, (1,)).steps_each == 1


def test_seeds_are_ranked_by_their_drafts_and_equals_stay_as_they_came() -> None:
    ranking = judged(30, 90, 10, 60)
    assert [one.seed for one in ranking.order] == [90, 60, 30, 10]
    assert ranking.seeds == (90, 60)
    assert [one.rank for one in ranking.order] == [1, 2, 3, 4]
    assert ranking.rule == "the 2 best of 4 drafts of 8 steps by brightness (mean of all pixels)"
    assert ranking.extras(1) == {
        "rank": 2,
        "drafts": 4,
        "draft_steps": 8,
        "draft_score": "brightness 0.6",
    }
    flat = DraftScore("flat", "nothing", lambda pictures, prompt: torch.zeros(len(pictures)))
    assert judged(30, 90, 10, 60, score=flat).seeds == (30, 90)


def test_a_score_that_fails_everywhere_costs_the_order_and_says_so() -> None:
    def broken(pictures: Tensor, prompt: str) -> Tensor:
        raise RuntimeError("no weights\nat all")

    ranking = judged(30, 90, 10, score=DraftScore("broken", "nothing", broken))
    assert ranking.seeds == (30, 90)
    (note,) = ranking.notes
    assert (
        note == "the drafts could not be judged (no weights at all); seeds are taken as they came"
    )
    choice = SeedChoice.by_drafts(ranking)
    assert choice.how == "random"
    assert choice.extras(0) == {"pick": "random"}
    assert choice.notes == ranking.notes
    assert ranking.to_json()["drafts"][0]["score"] is None  # type: ignore[index]


def test_a_draft_that_cannot_be_judged_comes_last_and_the_rest_stands() -> None:
    def picky(pictures: Tensor, prompt: str) -> Tensor:
        if float(pictures.mean()) > 0.85:
            raise InputError("picture", expected="a dark one", got="a bright one")
        return brightness(pictures, prompt)

    ranking = judged(30, 90, 10, 60, score=DraftScore("picky", "what is dark", picky))
    assert [one.seed for one in ranking.order] == [60, 30, 10, 90]
    assert math.isnan(ranking.order[-1].score)
    assert "1 of 4 drafts were not judged" in ranking.notes[0]
    assert SeedChoice.by_drafts(ranking).how == "early"


def test_what_a_picture_says_of_its_draft_names_rule_and_rank() -> None:
    choice = SeedChoice.by_drafts(judged(30, 90, 10))
    assert choice.extras(0)["pick"] == "early"
    assert choice.extras(0)["rank"] == 1
    document = choice.to_json()
    assert document["drafts"]["rule"].startswith("the 2 best of 3")  # type: ignore[index]
    assert "drafts" not in SeedChoice((1,), "random").to_json()


def test_four_drafts_a_picture_unless_somebody_says_otherwise() -> None:
    assert drafts_wanted(3, None) == 12
    assert drafts_wanted(3, 3) == 3
    with pytest.raises(InputError, match="drafts: expected 3 or more"):
        drafts_wanted(3, 2)


def test_other_models_need_a_scorer_named_or_weights_that_are_known(tmp_path: Path) -> None:
    registry = scorers_of(builtin_scorers(), INFO)
    with pytest.raises(InputError, match=r"draft-score: .*seedloupe scorers"):
        draft_score(registry, ScorerSources())
    asked = draft_score(registry, ScorerSources(), ScorerWish("appearance"))
    scores = asked.judge(torch.rand(2, 3, 32, 48), "a hill")
    assert scores.shape == (2,)
    with pytest.raises(InputError, match="fid is left out"):
        draft_score(registry, ScorerSources(), ScorerWish("fid"))
    weights = ScorerSources(weights={"clip": tmp_path})
    with pytest.raises(InputError, match="clip is left out"):
        draft_score(registry, weights)
