"""A thumb on a picture moves what is picked; it can be changed and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import InputError, PickError
from seedloupe.generation.describe import picture_texts
from seedloupe.picking import PickOrder, PickRequest, PickRule, pick_seeds
from seedloupe.services.rated_pictures import liked_pick, picture_rating
from seedloupe.services.ratings import RatingBook
from seedloupe.services.seed_columns import SeedSource, choose_columns, possible_ways, usual_ways

from ..requests import INFO, request_of
from ..seed_tables import SHA256, SHAPE, full_table

TABLE = full_table()
SEEDS = [int(seed) for seed in TABLE.seeds]


def texts_of(seed: int, prompt: str = "a cat", **changes: object) -> Mapping[str, str]:
    """What a picture that we made with the table's model and size says of itself."""
    given = {"width": 64, "height": 48, **changes}
    return picture_texts(request_of(INFO, prompt, (seed,), **given), seed, {})


def infotext(seed: int, prompt: str = "a cat") -> Mapping[str, str]:
    """The same picture as a web UI writes it, with ten digits of the hash."""
    said = f"{prompt}\nSteps: 20, Sampler: Euler, Schedule type: Normal, CFG scale: 4, Seed: {seed}"
    return {
        "parameters": f"{said}, Size: 64x48, Model hash: {SHA256[:10]}, RNG: CPU, Version: v1.10.1"
    }


def picked(book: RatingBook, count: int = 1) -> tuple[int, ...]:
    table, request = liked_pick(TABLE, book.read(), PickRequest(PickRule.GOLDEN, count))
    return pick_seeds(table, request).seeds


@pytest.fixture
def book(tmp_path: Path) -> RatingBook:
    return RatingBook(tmp_path / "ratings.jsonl")


@pytest.mark.parametrize("texts", [texts_of, infotext], ids=["ours", "the web UI's"])
def test_what_a_thumb_is_about_is_read_off_the_picture(texts: object) -> None:
    rating = picture_rating(texts(SEEDS[2]), True)  # type: ignore[operator]
    assert (rating.seed, rating.liked, rating.prompt) == (SEEDS[2], True, "a cat")
    assert (rating.noise, rating.shape) == ("cpu", SHAPE)
    assert SHA256.startswith(rating.model)
    assert rating.when


def test_thumbs_move_the_pick_and_a_change_of_mind_moves_it_back(book: RatingBook) -> None:
    book.add(picture_rating(texts_of(SEEDS[3]), True))
    assert picked(book) == (SEEDS[3],)
    for prompt in ("a dog", "a cow"):
        book.add(picture_rating(texts_of(SEEDS[3], prompt), False))
    book.add(picture_rating(texts_of(SEEDS[5]), True))
    assert picked(book) == (SEEDS[5],)
    for prompt in ("a dog", "a cow"):
        book.add(picture_rating(texts_of(SEEDS[3], prompt), True))
    book.add(picture_rating(texts_of(SEEDS[5]), False))
    assert picked(book) == (SEEDS[3],)


def test_a_thumb_taken_back_counts_no_more(book: RatingBook) -> None:
    thumb = picture_rating(texts_of(SEEDS[1]), True)
    assert book.thumb_on(thumb) is None
    book.add(thumb)
    assert book.thumb_on(thumb) is True
    book.take_back(thumb)
    assert book.thumb_on(thumb) is None
    assert book.read() == ()
    with pytest.raises(PickError, match="thumbs up"):
        picked(book)
    book.add(thumb)
    assert picked(book) == (SEEDS[1],)


def test_the_same_picture_in_two_hosts_counts_once(book: RatingBook) -> None:
    book.add(picture_rating(texts_of(SEEDS[1]), True))
    book.add(picture_rating(infotext(SEEDS[1]), False))
    assert [rating.liked for rating in book.read()] == [False]


def test_seeds_liked_as_often_as_not_make_the_pool(book: RatingBook) -> None:
    for seed, liked in zip(SEEDS[:4], (True, False, True, True), strict=True):
        book.add(picture_rating(texts_of(seed), liked))
    request = PickRequest(PickRule.GOLDEN, 3, order=PickOrder.TURNING)
    table, asked = liked_pick(TABLE, book.read(), request)
    assert set(pick_seeds(table, asked).seeds) == {SEEDS[0], SEEDS[2], SEEDS[3]}
    assert asked.to_json()["metrics"] == ["rating"]


def test_pictures_whose_noise_is_not_the_seeds_own_can_have_no_thumb() -> None:
    variation = {
        "parameters": infotext(5)["parameters"]
        + ", Variation seed: 3, Variation seed strength: 0.4"
    }
    for texts in (variation, {"parameters": "a cat"}, {}):
        with pytest.raises(InputError):
            picture_rating(texts, True)


def test_liked_seeds_are_a_column_beside_the_others(book: RatingBook) -> None:
    assert SeedSource.LIKED in possible_ways(TABLE, liked=True)
    assert SeedSource.LIKED not in possible_ways(None, liked=True)
    assert SeedSource.LIKED not in usual_ways(TABLE)
    book.add(picture_rating(texts_of(SEEDS[4]), True))
    ways = (SeedSource.RANDOM, SeedSource.LIKED)
    columns = choose_columns(TABLE, ways, 1, source_seed=0, ratings=book.read())
    assert {column.way: column.picking.seeds for column in columns}[SeedSource.LIKED] == (SEEDS[4],)
    with pytest.raises(PickError, match="thumbs up"):
        choose_columns(TABLE, ways, 1, source_seed=0)


def test_thumbs_are_those_on_pictures_of_the_model_in_use(book: RatingBook) -> None:
    """A table of another model knows the noise; what is liked are this model's pictures."""
    other = replace(INFO, name="other", sha256="cd" * 32)
    texts = picture_texts(
        request_of(other, "a cat", (SEEDS[2],), width=64, height=48), SEEDS[2], {}
    )
    book.add(picture_rating(texts, True))
    book.add(picture_rating(texts_of(SEEDS[4]), True))
    for models, seed in (((other.sha256,), SEEDS[2]), (None, SEEDS[4])):
        request = PickRequest(PickRule.GOLDEN, 1)
        table, asked = liked_pick(TABLE, book.read(), request, models=models)
        assert pick_seeds(table, asked).seeds == (seed,)
