"""A choice of seeds at a glance."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from seedloupe.noise import CPU_NOISE, NV_NOISE, NoiseResize, ResizeWay
from seedloupe.picking import PickRequest, PickRule
from seedloupe.services.choice_report import describe_choice
from seedloupe.services.choice_summary import fit_word, pick_thumbnail, summarise_choice
from seedloupe.services.seed_choice import NamedTable, SeedChoice, choose_seeds
from seedloupe.tables import Match, SeedEffect, TableUse, match_table

from ..seed_tables import SAMPLING, SHA256, SHAPE, full_table, make_table

TABLE = full_table()


def choice_of(verdict: SeedEffect | None) -> SeedChoice:
    table = make_table({"alignment": [1.0, 2.0, 3.0, 4.0]}, verdict=verdict)
    return choose_seeds(NamedTable("t", table), PickRequest(PickRule.GOLDEN, 2))


def match(**changes: object) -> Match:
    use = TableUse(CPU_NOISE, SHAPE, SHA256, SAMPLING)
    return match_table(TABLE, replace(use, **changes))


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (SeedEffect.NO_EFFECT, "The choice of seed does not matter with this model"),
        (SeedEffect.UNDECIDED, "could not decide"),
        (SeedEffect.EFFECT, "The choice of seed matters with this model."),
        (None, "no evidence"),
    ],
)
def test_the_verdict_stands_in_the_first_line(verdict: SeedEffect | None, says: str) -> None:
    summary = summarise_choice(choice_of(verdict))
    assert says in summary.evidence
    assert summary.line.startswith(summary.evidence)
    assert "\n" not in summary.line


def test_a_void_table_and_near_identical_pictures_come_before_the_seeds() -> None:
    assert "the table is void" in summarise_choice(choice_of(SeedEffect.NO_EFFECT)).line
    assert "void for choosing good seeds" in describe_choice(choice_of(SeedEffect.NO_EFFECT))
    table = make_table({"alignment": [1.0, 2.0, 3.0, 4.0]})
    assert table.spec.evidence is not None
    alike = replace(table.spec.evidence, prompt_share={"look": 0.99})
    planted = replace(table, spec=replace(table.spec, evidence=alike))
    choice = choose_seeds(NamedTable("t", planted), PickRequest(PickRule.GOLDEN, 2))
    assert summarise_choice(choice).line.startswith("Different seeds give near-identical pictures")
    assert "near-identical" in describe_choice(choice)


def test_the_line_names_the_rule_and_the_seeds() -> None:
    choice = choice_of(SeedEffect.EFFECT)
    assert f"golden: {', '.join(map(str, choice.seeds))}" in summarise_choice(choice).line


def test_other_rules_give_their_own_evidence() -> None:
    choice = choose_seeds(NamedTable("t", TABLE), PickRequest(PickRule.DIVERSE, 3))
    assert summarise_choice(choice).evidence.startswith("The seeds lie ")


@pytest.mark.parametrize(
    ("changes", "word", "tone"),
    [
        ({}, "fits", "good"),
        ({"sampling": None}, "model fits, sampling unknown", "good"),
        ({"sampling": replace(SAMPLING, steps=None)}, "model fits, sampling unknown", "good"),
        ({"sampling": replace(SAMPLING, steps=7)}, "model fits, other sampling", "plain"),
        (
            {"sampling": replace(SAMPLING, steps=7, sampler=None)},
            "model fits, other sampling",
            "plain",
        ),
        ({"model_sha256": None}, "model unknown", "plain"),
        ({"model_sha256": "cd" * 32}, "other model", "plain"),
        ({"loras": ("a:1",)}, "other LoRAs", "plain"),
        ({"shape": (4, 8, 8), "resize": NoiseResize(ResizeWay.STRETCH, SHAPE)}, "carried", "plain"),
        ({"shape": (4, 8, 8)}, "does not fit", "bad"),
        ({"noise": NV_NOISE}, "does not fit", "bad"),
    ],
)
def test_one_word_says_how_the_table_fits(changes: dict[str, object], word: str, tone: str) -> None:
    found = fit_word(match(**changes))
    assert (found.word, found.tone) == (word, tone)
    assert found.cure or word == "fits"


def test_nobody_looked_is_another_answer_than_no_fit() -> None:
    assert fit_word(None).word == "not checked"


def test_the_cure_names_the_size_the_table_was_made_for() -> None:
    assert "64x48" in fit_word(match(shape=(4, 8, 8))).cure


def test_a_thumbnail_is_the_seeds_own_tile() -> None:
    seed = int(TABLE.seeds[3])
    picture = Image.open(io.BytesIO(pick_thumbnail(TABLE, seed)))
    expected = TABLE.thumbnail(seed).resize((1, 1)).getpixel((0, 0))
    assert picture.size == (24, 16)
    assert all(
        abs(a - b) < 12
        for a, b in zip(picture.resize((1, 1)).getpixel((0, 0)), expected, strict=True)
    )
    assert pick_thumbnail(make_table({"a": [1.0]}), 0) is None


def test_a_report_takes_a_hosts_own_names() -> None:
    choice = choose_seeds(NamedTable("t", TABLE), PickRequest(PickRule.GOLDEN, 2))
    assert "scheduler normal" in describe_choice(choice)
    assert "scheduler even" in describe_choice(choice, names={"normal": "even"})
