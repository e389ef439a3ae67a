"""Which scorers a run gets: a lacking one costs its column and a line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from seedloupe.errors import InputError, ReaderError, UnknownNameError
from seedloupe.generation.model_info import Family
from seedloupe.mining.scorers import (
    PictureBatch,
    ScorerCost,
    ScorerNeeds,
    ScorerPanel,
    ScorerSources,
    builtin_scorers,
)
from seedloupe.plugins import builtin
from seedloupe.services.scorers import (
    CRITIC,
    ScorerWish,
    open_scorers,
    scorers_of,
    survey_scorers,
    text_share_by,
    with_weights,
)

from ..requests import INFO

BLANK = PictureBatch(torch.rand(2, 3, 64, 96), ("a", "b"), (0, 1))


SEEDLING = replace(INFO, family=Family.SEEDLING)


def test_seedling_has_a_scorer_of_its_own() -> None:
    registry = builtin_scorers()
    assert scorers_of(registry, SEEDLING).names() == (CRITIC, *registry.names())
    assert scorers_of(registry, INFO).names() == registry.names()


def test_the_critic_measures_what_seedling_draws() -> None:
    registry = scorers_of(builtin_scorers(), SEEDLING, pooled=lambda text: torch.ones(64))
    scorers = open_scorers(None, registry, ScorerSources())
    assert tuple(scorers) == (CRITIC, "appearance")
    found = ScorerPanel(scorers).measure(BLANK)
    assert {"score.alignment", "set.frechet", "place.composition", "tag.gray"} <= set(found)
    assert "score.unblemished" not in found


def test_other_models_are_scored_by_their_pixels() -> None:
    scorers = open_scorers(None, builtin_scorers(), ScorerSources())
    assert "score.unblemished" in ScorerPanel(scorers).measure(BLANK)


def test_a_scorer_without_weights_costs_a_line() -> None:
    told: list[str] = []
    wishes = [ScorerWish("clip"), ScorerWish("appearance")]
    scorers = open_scorers(wishes, builtin_scorers(), ScorerSources(), tell=told.append)
    assert tuple(scorers) == ("appearance",)
    assert len(told) == 1
    assert told[0].startswith("clip is left out: ")
    assert "clip=FOLDER" in told[0]
    # With nothing else to score by, pixels do.
    assert "score.unblemished" in ScorerPanel(scorers).measure(BLANK)


def test_a_strangers_scorer_that_raises_costs_a_line() -> None:
    class Rude:
        summary, needs, cost = "rude", ScorerNeeds(), ScorerCost.PIXELS

        def open(self, sources: ScorerSources) -> object:
            raise KeyError("no\nway")

    told: list[str] = []
    registry = builtin_scorers().add("rude", Rude())  # type: ignore[arg-type]
    wishes = [ScorerWish("rude"), ScorerWish("appearance")]
    assert tuple(open_scorers(wishes, registry, ScorerSources(), tell=told.append)) == (
        "appearance",
    )
    assert "\n" not in told[0]


def test_nothing_to_score_with_is_an_error_that_says_why() -> None:
    with pytest.raises(InputError, match="clip is left out"):
        open_scorers([ScorerWish("clip")], builtin_scorers(), ScorerSources())
    with pytest.raises(UnknownNameError, match="clap"):
        open_scorers([ScorerWish("clap")], builtin_scorers(), ScorerSources())


def test_weights_are_found_where_somebody_says_and_else_in_the_own_folder(tmp_path: Path) -> None:
    for name in ("clip", "hps"):
        (tmp_path / "scorers" / name).mkdir(parents=True)
    wish = ScorerWish.parse("clip=elsewhere")
    found = with_weights(ScorerSources(), [wish], tmp_path).weights
    assert found == {"clip": Path("elsewhere"), "hps": tmp_path / "scorers" / "hps"}
    assert with_weights(ScorerSources(), [], None).weights == {}


@pytest.mark.parametrize("text", ["", "=x", "clip="])
def test_a_wish_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="NAME=FOLDER"):
        ScorerWish.parse(text)


def test_each_scorer_says_what_it_lacks() -> None:
    found = {one.name: one for one in survey_scorers(builtin_scorers(), ScorerSources())}
    assert found["appearance"].lacks == ""
    assert "weights" in found["fid"].lacks
    assert "reader" in found["text"].lacks
    assert found["appearance"].to_json()["usable"] is True
    assert all(one.measures and one.needs for one in found.values())


def test_a_picture_the_reader_fails_on_is_not_known() -> None:
    class Failing:
        name = "failing"

        def available(self) -> object:
            return None

        def read(self, image: torch.Tensor) -> tuple[()]:
            raise ReaderError("no")

    shares = text_share_by(Failing())(torch.rand(2, 3, 32, 48), torch.ones(2, 32, 48))  # type: ignore[arg-type]
    assert bool(shares.isnan().all())


def test_the_scorer_of_the_documentation_works() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scorers.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - our own page
    plugins = names["register"](builtin())  # type: ignore[operator]
    scorers = open_scorers([ScorerWish("contrast")], plugins.scorers, ScorerSources())
    assert ScorerPanel(scorers).measure(BLANK)["score.contrast"].shape == (2,)
