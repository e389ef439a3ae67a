from __future__ import annotations

import numpy as np

from seedloupe.studies.inpaint.echo import echo_of

PROMPTS = ("clear background", "red house", "blue mushroom", "green tree")


def lots() -> np.random.Generator:
    return np.random.default_rng(0)


def test_text_that_repeats_its_prompt_is_counted_against_other_prompts() -> None:
    texts = [("CLEAR BACKGR0UND", "clear background"), ("HOUSE", "red house")] * 5
    found = echo_of(texts, PROMPTS, lots())
    assert found is not None
    assert (found.texts, found.echoes, found.by_chance) == (10, 10, 0.0)
    assert found.p < 0.01
    assert found.examples == tuple(dict.fromkeys(texts))


def test_text_that_repeats_prompts_by_lot_is_no_echo() -> None:
    texts = [("MUSHROOM", PROMPTS[place % 4]) for place in range(40)]
    found = echo_of(texts, PROMPTS, lots())
    assert found is not None
    assert found.echoes == 10
    assert abs(found.by_chance - 10) < 1e-9  # the other 30 meet the mushroom in one of 3
    assert found.p > 0.05


def test_without_text_or_another_prompt_there_is_nothing_to_say() -> None:
    assert echo_of([], PROMPTS, lots()) is None
    assert echo_of([("HOUSE", "house")], ["house", "house"], lots()) is None
