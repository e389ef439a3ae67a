"""The best of many layers, judged where it was not chosen."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import InputError
from seedloupe.studies.frame import Holds
from seedloupe.studies.frame.layer_scores import Choice, LayerScores, score_key
from seedloupe.studies.frame.looking import CONTROL, TRAINED

PICTURES, LAYERS = 40, 30


def scores(best: float, *, control: float = 0.0, seed: int = 0) -> LayerScores:
    """Noise of deviation 1 for every layer, and ``best`` more for one of them."""
    rng = np.random.default_rng(seed)
    found = {}
    for picture in range(PICTURES):
        cell = {}
        for network, gain in ((TRAINED, best), (CONTROL, control)):
            for layer in range(LAYERS):
                value = rng.normal() + (gain if layer == 7 else 0)
                cell[score_key(network, 50, f"layer{layer}")] = value
        found[f"p{picture}"] = cell
    return LayerScores(found, "score", 0.0)


def test_a_planted_layer_is_found_and_apart_from_the_control() -> None:
    planted = scores(2.0)
    assert planted.ranked()[0].choice == Choice(50, "layer7")
    trained, control, apart = planted.against_control()
    assert apart is Holds.YES
    assert control is not None
    assert abs(trained.value - 2.0) < 0.8
    assert "do not overlap" in planted.control_words()


def test_where_no_layer_is_better_the_best_of_many_is_no_better_than_chance() -> None:
    inside, outside = [], []
    for seed in range(20):
        null = scores(0.0, seed=seed)
        inside.append(null.ranked()[0].score.value)
        outside.append(null.best().value)
        assert null.against_control()[2] is not Holds.NO or seed
    assert np.mean(inside) > 0.25  # the best of 30 looks good on the pictures that chose it
    assert abs(np.mean(outside)) < 0.1


def test_a_control_that_is_better_says_so() -> None:
    assert scores(0.0, control=3.0).against_control()[2] is Holds.NO


def test_missing_scores_are_left_out_and_not_taken_for_nought() -> None:
    planted = scores(2.0)
    holey = {name: dict(cell) for name, cell in planted.found.items()}
    for name in list(holey)[:10]:
        holey[name][score_key(TRAINED, 50, "layer7")] = None
    found = LayerScores(holey, "score").estimate(Choice(50, "layer7"))
    whole = planted.values(Choice(50, "layer7"))[10:].mean()
    assert found.value == pytest.approx(whole)


def test_three_pictures_are_too_few_to_choose_and_judge() -> None:
    few = dict(list(scores(1.0).found.items())[:3])
    with pytest.raises(InputError, match="pictures"):
        LayerScores(few, "score")


def test_the_table_has_every_layer_with_its_control() -> None:
    table = scores(2.0).table()
    assert len(table.rows) == LAYERS
    assert table.heads == ("Layer", "time", "score", "random weights")
    assert table.rows[0][0] == "layer7"
