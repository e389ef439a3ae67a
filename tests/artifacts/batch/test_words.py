from __future__ import annotations

import pytest

from seedloupe.artifacts import Verdict
from seedloupe.artifacts.batch import BatchSettings, Collected, Row, seed_rates
from seedloupe.artifacts.batch.words import advice_of, caution, headline_of, settings_words

from .made import clean, row

LOST = Row("c.png", Verdict.NOT_CHECKED, "broken", problem=True)


def collected(*rows: Row, total: int | None = None, prompt: str | None = None) -> Collected:
    batch = Collected(BatchSettings(prompt=prompt, reader="stub 1"), total or len(rows))
    batch.rows.extend(rows)
    return batch


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        ((row(), clean("b"), LOST), "1 of 2 pictures shows text that nobody asked for."),
        ((row(), row(file="b")), "2 of 2 pictures show text that nobody asked for."),
        ((clean("b"),), "No text that nobody asked for was found in 1 picture."),
        ((LOST,), "No picture was checked."),
        ((), "No picture was checked."),
    ],
)
def test_the_headline_counts_only_pictures_that_were_looked_at(
    rows: tuple[Row, ...], headline: str
) -> None:
    assert headline_of(collected(*rows)) == headline


def test_the_advice_says_what_is_missing() -> None:
    advice = advice_of(collected(clean("a"), LOST, total=9))

    assert "1 picture was not checked" in advice
    assert "stopped after 2 of 9 pictures" in advice
    assert "not that there is none" in advice
    assert "not that there is none" not in advice_of(collected(LOST))


def test_the_settings_say_whose_prompt_it_was_and_how_many_are_shown() -> None:
    assert (
        settings_words(collected(LOST))
        == "Read by stub 1, level normal, with each picture's own prompt."
    )
    words = settings_words(collected(clean("a"), prompt="x"))
    assert "the prompt that was given. 0 of 1 are shown" in words


def test_few_pictures_are_named() -> None:
    assert "1 of 1 seeds have fewer than 5 pictures" in caution(seed_rates([row()]))
    assert "fewer" not in caution(seed_rates([clean(f"{i}") for i in range(5)]))
