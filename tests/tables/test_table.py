"""A table answers by seed and by name, and cannot be changed."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from seedloupe.errors import SeedError, TableError
from seedloupe.tables import SeedTable

from ..seed_tables import full_table, make_table


def test_columns_are_found_by_name(table: SeedTable) -> None:
    assert table.metrics() == ("alignment", "loss")
    assert table.tags() == ("gray", "text")
    assert table.spaces() == ("composition", "style")
    assert table.score("alignment", "se") is table.tensors["score.alignment.se"]
    assert table.rate("gray") is table.tensors["rate.gray"]
    assert table.feature("style").shape == (7, 3)
    assert table.counts("rate", "gray").tolist() == [4] * 7
    assert (table.higher_is_better("alignment"), table.higher_is_better("loss")) == (True, False)
    assert table.has_score("alignment", "confirm")
    assert not table.has_score("loss", "confirm")


def test_metrics_come_in_the_order_of_the_spec() -> None:
    assert make_table({"z": [1.0], "a": [2.0]}).metrics() == ("z", "a")


def test_a_metric_described_but_not_scored_is_none_of_the_tables() -> None:
    table = make_table({"z": [1.0], "a": [2.0]})
    without = SeedTable(table.seeds, {"score.z": table.score("z")}, table.spec)
    assert without.metrics() == ("z",)


@pytest.mark.parametrize("seed", [5, 8, 23])
def test_a_seed_has_its_row(seed: int, table: SeedTable) -> None:
    assert table.seeds[table.row(seed)] == seed


def test_seeds_of_the_same_noise_share_a_row(table: SeedTable) -> None:
    assert table.row(2**32 + 8) == table.row(8) == 1


@pytest.mark.parametrize("seed", [0, 6, 24, 2**32 - 1])
def test_a_seed_that_is_not_there_is_refused(seed: int, table: SeedTable) -> None:
    with pytest.raises(TableError, match=f"seed: expected one of 7 seeds from 5 to 23, got {seed}"):
        table.row(seed)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_number_that_is_no_seed_is_refused(seed: int, table: SeedTable) -> None:
    with pytest.raises(SeedError):
        table.row(seed)


def test_unknown_names_are_refused_with_the_known_ones(table: SeedTable) -> None:
    with pytest.raises(TableError, match=r"score: expected one of alignment, loss, got 'beauty'"):
        table.score("beauty")
    with pytest.raises(TableError, match=r"score: expected .*, got 'loss.se'"):
        table.score("loss", "se")
    with pytest.raises(TableError, match=r"score: expected .*, got 'beauty'"):
        table.higher_is_better("beauty")
    with pytest.raises(TableError, match=r"rate: expected one of gray, text, got 'sky'"):
        table.rate("sky")
    with pytest.raises(TableError, match=r"feature: expected one of composition, style, got 'x'"):
        table.feature("x")
    with pytest.raises(TableError, match=r"score: expected .*, got 'loss.n'"):
        table.counts("score", "loss")


def test_a_table_cannot_be_changed(table: SeedTable) -> None:
    with pytest.raises(FrozenInstanceError):
        table.seeds = table.seeds  # type: ignore[misc]
    with pytest.raises(TypeError):
        table.tensors["score.loss"] = table.score("loss")  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        table.score("loss")[0] = 1


def test_a_table_does_not_follow_changes_to_what_it_was_built_from() -> None:
    table = full_table()
    scores = table.score("loss").copy()
    built = SeedTable(table.seeds, {**table.tensors, "score.loss": scores}, table.spec)
    scores[0] = 99
    assert built.score("loss")[0] != 99


def test_a_wrong_spec_is_refused_with_its_path(table: SeedTable) -> None:
    model = replace(table.spec.model, in_channels=4.0)  # type: ignore[arg-type]
    with pytest.raises(TableError, match=r"^spec\.model\.in_channels: expected a whole number"):
        SeedTable(table.seeds, table.tensors, replace(table.spec, model=model))


def test_a_table_of_published_facts_may_be_small() -> None:
    table = make_table({"fid": [21.60, 31.97]}, seeds=[469, 696], lower_is_better=["fid"])
    assert len(table) == 2
    assert not table.tags()
    assert not table.spaces()
    assert table.thumbnail(469) is None


def test_one_seed_is_a_table() -> None:
    assert len(make_table({"a": [0.5]})) == 1


def test_a_thumbnail_belongs_to_its_seed(table: SeedTable) -> None:
    for row, seed in enumerate(table.seeds):
        tile = table.thumbnail(int(seed))
        assert tile is not None
        assert tile.size == (24, 16)
        centre = np.asarray(tile, np.int64)[4:12, 6:18].mean(axis=(0, 1))
        np.testing.assert_allclose(centre, [30 * row, 255 - 30 * row, 128], atol=12)


def test_no_thumbnail_for_a_seed_that_is_not_there(table: SeedTable) -> None:
    with pytest.raises(TableError, match="seed"):
        table.thumbnail(6)


def test_a_table_says_what_it_is_in_one_line(table: SeedTable) -> None:
    assert len(table) == 7
    assert repr(table).startswith("<SeedTable of 7 seeds for stand-in, cpu noise (4, 6, 8): ")
    assert "\n" not in repr(table)


def test_a_spec_travels_between_processes(table: SeedTable) -> None:
    assert pickle.loads(pickle.dumps(table.spec)) == table.spec
