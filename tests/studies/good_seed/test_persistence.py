"""Seeds that keep something, and seeds that keep nothing, with gaps in what is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.errors import InputError
from seedloupe.studies.frame import Holds
from seedloupe.studies.good_seed.persistence import persistence, prompt_centred

PROMPTS, SEEDS, WIDE = 10, 14, 5


def planted(share: float, seed: int = 0) -> NDArray[np.float64]:
    """Vectors of which ``share`` is the seed's, beside much that is the prompt's."""
    rng = np.random.default_rng(seed)
    own, asked = rng.normal(size=(SEEDS, WIDE)), rng.normal(size=(PROMPTS, 1, WIDE)) * 9
    return asked + share * own + rng.normal(size=(PROMPTS, SEEDS, WIDE))


def test_seeds_that_keep_something_are_known_again() -> None:
    found = persistence(planted(1.0))
    assert found.holds is Holds.YES
    assert found.agreement.low > 0.5
    assert found.named > 0.6
    assert found.p < 0.01


def test_seeds_that_keep_nothing_are_told_so_about_as_often_as_chance_allows() -> None:
    verdicts = [persistence(planted(0.0, seed)).holds for seed in range(1, 21)]
    assert verdicts.count(Holds.YES) <= 2
    shuffled = persistence(planted(0.0)).shuffled
    assert abs(shuffled) < 0.05


def test_of_one_number_it_is_the_correlation_of_the_halves() -> None:
    one = planted(0.7)[..., :1]
    centred = prompt_centred(one)[..., 0]
    halves = centred[:5].mean(0), centred[5:].mean(0)
    assert persistence(one).agreement.value == pytest.approx(np.corrcoef(*halves)[0, 1])


def test_pictures_nothing_is_known_of_neither_add_nor_take() -> None:
    whole = planted(1.0)
    gaps = whole.copy()
    gaps[np.random.default_rng(1).random((PROMPTS, SEEDS)) < 0.3] = np.nan
    assert persistence(gaps).holds is Holds.YES
    nothing = whole.copy()
    nothing[:, 3] = np.nan
    assert np.isfinite(persistence(nothing).agreement.value)


def test_too_few_are_refused() -> None:
    with pytest.raises(InputError, match="three seeds"):
        persistence(planted(1.0)[:, :2])
    with pytest.raises(InputError, match="two prompts"):
        persistence(planted(1.0)[:1])
