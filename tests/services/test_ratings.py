"""Thumbs survive, the last one counts, and a table gets them as a score."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.errors import InputError
from seedloupe.picking import pick_golden
from seedloupe.services.ratings import Rating, RatingBook, rated_table

from ..seed_tables import MODEL, SHAPE, full_table

THUMB = Rating(5, True, "a cat", MODEL.sha256 or "", "cpu", SHAPE, "2026-01-02T03:04:05Z")


def test_thumbs_come_back_and_the_last_on_a_picture_counts(tmp_path: Path) -> None:
    book = RatingBook(tmp_path / "own" / "ratings.jsonl")
    assert book.read() == ()
    for rating in (THUMB, replace(THUMB, prompt="a dog"), replace(THUMB, liked=False)):
        book.add(rating)
    assert book.read() == (replace(THUMB, liked=False), replace(THUMB, prompt="a dog"))


def test_large_seeds_are_not_rounded(tmp_path: Path) -> None:
    book = RatingBook(tmp_path / "ratings.jsonl")
    book.add(replace(THUMB, seed=2**63 + 1, noise="nv"))
    assert book.read()[0].seed == 2**63 + 1
    line = json.loads((tmp_path / "ratings.jsonl").read_text().splitlines()[1])
    assert line["seed"] == str(2**63 + 1)


def test_a_line_cut_short_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "ratings.jsonl"
    book = RatingBook(path)
    book.add(THUMB)
    with path.open("a") as file:
        file.write('{"seed": "7", "lik')
    assert book.read() == (THUMB,)
    book.add(replace(THUMB, seed=8))
    assert [rating.seed for rating in book.read()] == [5, 8]


def test_several_add_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "ratings.jsonl"
    RatingBook(path).add(THUMB)

    def add(start: int) -> None:
        for seed in range(start, start + 25):
            RatingBook(path).add(replace(THUMB, seed=seed))

    threads = [threading.Thread(target=add, args=(100 * n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(RatingBook(path).read()) == 101


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ratings.jsonl"
    path.write_text("my diary\n")
    with pytest.raises(InputError, match="a file of ratings"):
        RatingBook(path).add(THUMB)
    assert path.read_text() == "my diary\n"


def test_a_table_gets_a_score_that_picking_can_use() -> None:
    table = full_table()
    seeds = [int(seed) for seed in table.seeds]
    thumbs = [replace(THUMB, seed=seed, prompt=f"p{n}") for seed in seeds[:3] for n in range(8)]
    thumbs = [replace(t, liked=t.seed == seeds[1]) for t in thumbs]
    rated = rated_table(table, thumbs)
    assert rated.tensors["score.rating"][:3].tolist() == [0, 1, 0]
    assert np.isnan(rated.tensors["score.rating"][3:]).all()
    assert rated.tensors["score.rating.n"].tolist() == [8, 8, 8, 0, 0, 0, 0]
    assert rated.tensors["score.rating.se"][0] > 0.05
    assert pick_golden(rated, 1, metrics=("rating",)).seeds == (seeds[1],)
    assert rated_table(rated, []).metrics() == table.metrics()


@pytest.mark.parametrize(
    "other",
    [{"model": "another"}, {"noise": "nv"}, {"shape": (4, 8, 6)}, {"seed": 999}],
)
def test_thumbs_on_other_pictures_do_not_count(other: dict[str, object]) -> None:
    rated = rated_table(full_table(), [replace(THUMB, **other)])  # type: ignore[arg-type]
    assert "rating" not in rated.metrics()
