"""What the seed sways: found where it was planted, not claimed where luck would do it."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.picking.layout_bias import layout_bias_of, moments_of
from seedloupe.services.seed_influence import (
    SeedInfluence,
    Topic,
    decided,
    influence_headline,
    influences_of,
    quality_clause,
)
from seedloupe.tables import SeedEffect, SeedTable, bundled_folder, read_table

from ..seed_tables import make_table

PICTURES = 16


def tagged(chances: np.ndarray, *, seed: int = 1) -> SeedTable:
    """A table whose seeds show ``frames`` with chances of their own."""
    seen = np.random.default_rng(seed).binomial(PICTURES, chances)
    counts = np.full(len(chances), PICTURES)
    return make_table(
        {"a": np.arange(len(chances))},
        rates={"frames": seen / PICTURES},
        counts={"rate.frames": counts},
    )


def placed(habit: float, *, seeds: int = 200) -> SeedTable:
    """A table whose seeds shift six kinds of things sideways, each by a draw of its own."""
    dice = np.random.default_rng(3)
    values = 0.5 + 0.05 * dice.normal(size=(seeds, 6, 4))
    values[:, :, 0] += habit * dice.normal(size=(seeds, 1))
    names = [f"thing {i}" for i in range(6)]
    space = {"composition": np.clip(values, 0, 1).reshape(seeds, -1)}
    return make_table({"a": np.arange(seeds)}, features=space, classes=names)


def of_topic(table: SeedTable, topic: Topic) -> SeedInfluence:
    return next(found for found in influences_of(table) if found.topic is topic)


def test_a_tag_that_some_seeds_show_more_is_the_seeds_doing() -> None:
    table = tagged(np.where(np.arange(300) % 10 == 0, 0.5, 0.02))
    found = of_topic(table, Topic.TAG)
    assert (found.effect, found.tag) == (SeedEffect.EFFECT, "frames")
    assert "how often there is frames" in influence_headline(influences_of(table))


def test_the_ratio_is_the_variance_of_counts_over_the_binomials() -> None:
    table = tagged(np.linspace(0.1, 0.6, 50))
    seen = table.rate("frames").astype(float) * PICTURES
    share = seen.mean() / PICTURES
    expected = seen.var(ddof=1) / (PICTURES * share * (1 - share))
    assert of_topic(table, Topic.TAG).strength == pytest.approx(expected)


@pytest.mark.parametrize("chance", [0.01, 0.1, 0.5])
def test_luck_alone_is_hardly_ever_called_an_effect(chance: float) -> None:
    claims = [
        of_topic(tagged(np.full(300, chance), seed=seed), Topic.TAG).effect is SeedEffect.EFFECT
        for seed in range(60)
    ]
    assert sum(claims) <= 2


def test_a_tag_nobody_counted_or_ever_saw_is_not_answered() -> None:
    uncounted = make_table({"a": [1, 2]}, rates={"frames": [0.0, 1.0]})
    for table in (uncounted, tagged(np.zeros(9)), tagged(np.ones(9))):
        assert [found.topic for found in influences_of(table)] == [Topic.QUALITY]


@pytest.mark.parametrize(("habit", "effect"), [(0.05, "effect"), (0.0, "no_effect")])
def test_places_are_the_seeds_doing_where_seeds_have_habits(habit: float, effect: str) -> None:
    table = placed(habit)
    found = of_topic(table, Topic.PLACE)
    moments = moments_of(table, None, "x")
    share = layout_bias_of(moments, moments).share
    assert found.effect.value == effect
    assert share is not None
    assert found.strength == pytest.approx(share if habit else 0.0)
    assert of_topic(table, Topic.SIZE).effect is SeedEffect.NO_EFFECT


@pytest.mark.parametrize("verdict", list(SeedEffect))
def test_quality_is_what_the_table_itself_found(verdict: SeedEffect) -> None:
    found = influences_of(make_table({"a": [1, 2]}, verdict=verdict))
    (quality,) = found
    assert (quality.topic, quality.effect) == (Topic.QUALITY, verdict)
    assert bool(quality_clause(found)) is (verdict is not SeedEffect.EFFECT)


def test_a_table_without_evidence_says_that_nothing_is_known() -> None:
    table = make_table({"a": [1, 2]}, verdict=None)
    assert influences_of(table) == ()
    assert influence_headline(()) == "What the seed sways with this model is not known yet."
    assert quality_clause(()) == ""


def test_nothing_found_is_not_the_same_as_not_known() -> None:
    none = influences_of(make_table({"a": [1, 2]}, verdict=SeedEffect.NO_EFFECT))
    assert influence_headline(none) == "With this model no influence of the seed was found."


def test_the_table_that_comes_along_sways_place_borders_and_text() -> None:
    table = read_table(bundled_folder() / "seedling" / "seedling-cpu-128x128.seedtable.safetensors")
    found = decided(influences_of(table))
    assert [one.tag or one.topic.value for one in found][:3] == [
        "where things stand",
        "border",
        "text",
    ]
    assert quality_clause(influences_of(table)).startswith("For quality")
