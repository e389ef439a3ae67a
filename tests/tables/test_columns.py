"""Tensors have to fit the seeds, the spec and their name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from seedloupe.errors import TableError
from seedloupe.noise import NoiseSource, Rng
from seedloupe.tables import SeedTable
from seedloupe.tables.columns import names_of, split_name

S = 7


def floats(*shape: int, value: float = 0.5) -> NDArray[np.float32]:
    return np.full(shape, value, np.float32)


WRONG: list[tuple[str, NDArray[np.generic], str]] = [
    ("score.loss", floats(S - 1), r"score\.loss: expected float32 \(7\), got float32 \(6\)"),
    ("score.loss", floats(S, 1), r"score\.loss: expected float32 \(7\), got float32 \(7, 1\)"),
    ("score.loss", floats(S).astype(np.float64), "expected float32 .*, got float64"),
    ("score.loss", floats(S).astype(">f4"), "score.loss: expected float32"),
    ("score.alignment.se", floats(S, value=-0.1), "expected 0 or more, got -0.1.* at .0."),
    ("score.alignment.n", np.ones(S, np.int64), "expected uint32 .*, got int64"),
    ("score.alignment.n", np.zeros(S, np.uint32), "NaN exactly where score.alignment.n is 0"),
    ("score.nobody.se", floats(S), "score.nobody.se: expected score.nobody beside it"),
    ("score.nobody", floats(S), "spec.metrics: expected an entry for score.nobody"),
    ("score.", floats(S), "score.: expected a name of up to 64 letters"),
    ("score.a/b", floats(S), "score.a/b: expected a name of"),
    ("rate.sky", floats(S, value=1.01), "rate.sky: expected 0 to 1"),
    ("rate.sky", floats(S, value=-0.01), "rate.sky: expected 0 to 1"),
    ("rate.sky.n", np.ones(S, np.uint32), "rate.sky.n: expected rate.sky beside it"),
    ("rate.gray.n", np.zeros(S, np.uint32), "rate.gray: expected NaN exactly"),
    ("feature.style", floats(S), r"feature\.style: expected float32 \(7, D\), got float32 \(7\)"),
    ("feature.style", floats(S, 3, value=np.inf), r"feature\.style: expected finite"),
    ("feature.composition", floats(S, 4, value=1.5), "feature.composition: expected 0 to 1"),
    ("map.style", floats(S, 3), r"map\.style: expected float32 \(7, 2\), got float32 \(7, 3\)"),
    ("thumbnails", floats(S), r"thumbnails: expected uint8 \(bytes\)"),
    ("later", floats(0), "later: expected values on at most 8 axes"),
    ("feature.style", floats(S, 0), "feature.style: expected values"),
]


@pytest.mark.parametrize(("name", "values", "message"), WRONG)
def test_a_wrong_tensor_is_refused_by_name(
    name: str, values: NDArray[np.generic], message: str, table: SeedTable
) -> None:
    with pytest.raises(TableError, match=message):
        SeedTable(table.seeds, {**table.tensors, name: values}, table.spec)


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (np.arange(S), "seeds: expected uint64"),
        (np.arange(S, dtype=np.float64), "seeds: expected uint64"),
        (np.zeros((S, 1), np.uint64), "seeds: expected uint64"),
        (np.array([1, 2, 3, 3, 4, 5, 6], np.uint64), "strictly increasing seeds, got 3 before 3"),
        (np.array([1, 2, 9, 3, 4, 5, 6], np.uint64), "strictly increasing seeds, got 9 before 3"),
        (np.array([], np.uint64), "seeds: expected at least one seed"),
        (np.array([1, 2, 3, 4, 5, 6, 2**32 + 7], np.uint64), "below 2.*The same noise is seed 7"),
    ],
)
def test_wrong_seeds_are_refused(
    seeds: NDArray[np.generic], message: str, table: SeedTable
) -> None:
    with pytest.raises(TableError, match=message):
        SeedTable(seeds, table.tensors, table.spec)  # type: ignore[arg-type]


def test_philox_seeds_have_all_64_bits(table: SeedTable) -> None:
    noise = replace(table.spec.noise, rng=Rng.PHILOX, fingerprint=())
    seeds = np.array([1, 2, 3, 4, 5, 2**32 + 1, 2**64 - 1], np.uint64)
    wide = SeedTable(seeds, table.tensors, replace(table.spec, noise=noise))
    assert wide.row(2**64 - 1) == 6
    assert wide.spec.noise.source == NoiseSource(Rng.PHILOX)


def test_nan_means_not_measured_wherever_nothing_was_counted(table: SeedTable) -> None:
    scores, counts = table.score("alignment").copy(), table.counts("score", "alignment").copy()
    scores[2], counts[2] = np.nan, 0
    tensors = {**table.tensors, "score.alignment": scores, "score.alignment.n": counts}
    assert np.isnan(SeedTable(table.seeds, tensors, table.spec).score("alignment")[2])


@pytest.mark.parametrize("name", ["feature.style", "feature.composition", "map.style", "rate.gray"])
def test_nan_passes_where_nobody_counts(name: str, table: SeedTable) -> None:
    values = table.tensors[name].copy()
    values[1] = np.nan
    tensors = {key: column for key, column in table.tensors.items() if key != "rate.gray.n"}
    SeedTable(table.seeds, {**tensors, name: values}, table.spec)


def test_thumbnails_and_their_layout_come_together(table: SeedTable) -> None:
    with pytest.raises(TableError, match=r"^spec\.thumbnails: expected an entry"):
        SeedTable(table.seeds, table.tensors, replace(table.spec, thumbnails=None))
    without = {name: column for name, column in table.tensors.items() if name != "thumbnails"}
    with pytest.raises(TableError, match=r"^thumbnails: expected an entry"):
        SeedTable(table.seeds, without, table.spec)


def test_parts_nobody_knows_yet_pass(table: SeedTable) -> None:
    later = SeedTable(
        table.seeds, {**table.tensors, "score.loss.rank": np.ones(3, np.int64)}, table.spec
    )
    assert later.metrics() == ("alignment", "loss")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("score.loss", ("score", "loss", "")),
        ("score.loss.se", ("score", "loss", "se")),
        ("thumbnails", ("thumbnails", "", "")),
        ("a.b.c.d", ("a", "b", "c.d")),
    ],
)
def test_a_name_has_three_parts(name: str, parts: tuple[str, str, str]) -> None:
    assert split_name(name) == parts


def test_only_main_tensors_count_as_names() -> None:
    tensors = {"score.b": floats(1), "score.a.se": floats(1), "rate.c": floats(1)}
    assert names_of(tensors, "score") == ("b",)
