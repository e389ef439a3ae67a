"""The column of the best drafts: drafted, judged, finished, stopped, and what failing costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.generation.request import Request
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.app.create.compare_session import (
    CompareRequest,
    CompareState,
    compare_columns,
)
from seedloupe.hosts.standalone.app.create.draft_form import wanted
from seedloupe.hosts.standalone.app.state import AppState, DraftScores
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import generate, stream
from seedloupe.images import to_pil
from seedloupe.metadata.write_png import read_png_metadata
from seedloupe.picking import pick_random
from seedloupe.services.early_seeds import DraftScore
from seedloupe.services.seed_columns import SeedSource, possible_ways

from .....requests import request_of
from ..app_stands import path_of, state_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
WISH = CompareRequest(
    "a hill", (SeedSource.EARLY,), 2, Plan(Sampler.EULER, 5, 2.0), "tiny", drafts=4
)


def redness(pictures: Tensor, prompt: str) -> Tensor:
    return pictures[:, 0].mean((1, 2))


def judging(judge: Callable[[Tensor, str], Tensor] = redness) -> DraftScores:
    return DraftScores(lambda model: DraftScore("redness", "how red", judge), lambda info: True)


@pytest.fixture
def state(tiny: Model, tmp_path: Path) -> AppState:
    return replace(state_of(tmp_path, tiny), draft_scores=judging())


def shown(state: AppState, wish: CompareRequest = WISH) -> list[CompareState]:
    return list(compare_columns(state, wish, threading.Event()))


def drafted_seeds(state_seed: int = 101, count: int = 4) -> tuple[int, ...]:
    """The seeds a state draws drafts of: its dice count from 100, the first is another column's."""
    return pick_random(None, count, source_seed=state_seed).seeds


def test_the_reddest_drafts_are_finished_as_the_pictures_of_their_seeds(
    state: AppState, tiny: Model
) -> None:
    moments = shown(state)
    last = moments[-1]
    seeds = drafted_seeds()
    drafts = generate(tiny, request_of(tiny.info, "a hill", seeds, steps=2, guidance=2.0))
    red = {made.seed: float(made.image[0].mean()) for made in drafts}
    best = sorted(seeds, key=lambda seed: -red[seed])[:2]
    (column,) = last.columns()
    assert [frame.key for frame in column.frames] == [str(seed) for seed in best]
    assert [frame.aside for frame in column.frames] == ["rank 1 / 4", "rank 2 / 4"]
    assert column.frames[0].lines == (f"draft: redness {red[best[0]]:.3g}",)
    whole = generate(tiny, request_of(tiny.info, "a hill", tuple(best), steps=5, guidance=2.0))
    for made in whole:
        told = read_png_metadata(path_of(last.pictures[made.seed]))
        assert (told.record or {})["pick"] == "early"
        assert (told.record or {})["drafts"] == 4
        with Image.open(path_of(last.pictures[made.seed])) as kept:
            assert kept.tobytes() == to_pil(made.image).tobytes()
    said = [moment.status for moment in moments]
    assert any(line.startswith("Draft 4 of 4; best so far: seed") for line in said)
    assert moments[1].columns()[0].frames == moments[0].columns()[0].frames  # two empty places


def test_drafts_stand_beside_columns_of_other_kinds(state: AppState) -> None:
    both = replace(WISH, ways=(SeedSource.RANDOM, SeedSource.EARLY))
    last = shown(state, both)[-1]
    assert [column.name for column in last.columns()] == ["random", "early"]
    assert len(last.pictures) == 4


def test_a_score_that_fails_costs_a_message_and_not_the_pictures(state: AppState) -> None:
    def broken(pictures: Tensor, prompt: str) -> Tensor:
        raise RuntimeError("no weights")

    def closed(model: Model) -> DraftScore:
        raise InputError("draft-score", expected="weights", got="none")

    for scores in (judging(broken), DraftScores(closed, lambda info: True)):
        last = shown(replace(state, draft_scores=scores))[-1]
        assert len(last.pictures) == 2
        assert "the drafts could not be judged" in last.status
        seed = next(iter(last.pictures))
        told = read_png_metadata(path_of(last.pictures[seed])).record or {}
        assert told["pick"] == "random"


def test_drafts_that_cannot_be_drawn_cost_a_message_and_not_the_pictures(state: AppState) -> None:
    def breaking(model: Model, request: Request, **settings: Any) -> Any:
        if request.steps == 2:
            raise RuntimeError("out of memory")
        return stream(model, request, **settings)

    last = shown(replace(state, stream=breaking))[-1]
    assert len(last.pictures) == 2
    assert "out of memory" in last.status


def test_stopping_while_drafting_finishes_nothing(state: AppState) -> None:
    stop = threading.Event()
    moments = []
    for moment in compare_columns(state, WISH, stop):
        moments.append(moment)
        if moment.status.startswith("Draft 2"):
            stop.set()
    assert moments[-1].status == "Stopped before the drafts were done."
    assert moments[-1].pictures == {}


def test_a_picture_of_one_step_and_fewer_drafts_than_pictures_are_refused(state: AppState) -> None:
    with pytest.raises(InputError, match="draft-steps"):
        shown(state, replace(WISH, settings=Plan(Sampler.EULER, 1, 2.0)))
    with pytest.raises(InputError, match="drafts: expected 2 or more"):
        shown(state, replace(WISH, drafts=1))


def test_the_column_is_offered_where_something_judges_and_its_slider_where_it_is_ticked() -> None:
    assert SeedSource.EARLY not in possible_ways(None)
    assert possible_ways(None, drafts=True) == (SeedSource.RANDOM, SeedSource.EARLY)
    assert wanted(["random", "early"])["visible"] is True
    assert wanted(["random"])["visible"] is False
