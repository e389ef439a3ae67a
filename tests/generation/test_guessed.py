"""A guess at what a model predicts is written down as one."""

from __future__ import annotations

from dataclasses import replace

from seedloupe.generation.describe import record_of
from seedloupe.generation.model_info import Family, ModelInfo
from seedloupe.generation.table_use import model_spec

from ..requests import request_of

SURE = ModelInfo("two", Family.SD2, 8, 4, 4, (48, 32), "v_prediction", "ab" * 32)
GUESSED = replace(SURE, guessed="v_prediction was guessed by one weight")


def test_a_guess_tells_no_two_models_apart() -> None:
    assert GUESSED == SURE
    assert hash(GUESSED) == hash(SURE)


def test_a_pictures_record_names_the_guess_and_else_stays_as_it_was() -> None:
    sure, guessed = (record_of(request_of(one, "a cat", (4,)), 4, {}) for one in (SURE, GUESSED))
    named = {"name": "two", "family": "sd2", "sha256": "ab" * 32}
    assert sure["model"] == named
    assert guessed["model"] == named | {
        "prediction": "v_prediction",
        "prediction_guessed": "v_prediction was guessed by one weight",
    }
    assert {key: value for key, value in guessed.items() if key != "model"} == {
        key: value for key, value in sure.items() if key != "model"
    }


def test_a_table_names_the_guess() -> None:
    assert model_spec(SURE).extra == {}
    assert model_spec(GUESSED).extra == {"prediction_guessed": True}
