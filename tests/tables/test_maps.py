from __future__ import annotations

import numpy as np
import pytest

from seedloupe.errors import TableError
from seedloupe.tables.maps import map_names, principal_plane, seed_map

from ..seed_tables import full_table, make_table


def test_a_stored_map_is_shown_as_it_is() -> None:
    table = full_table()
    found = seed_map(table, "style")
    assert found.stored
    assert not found.in_picture
    np.testing.assert_array_equal(found.points, table.tensors["map.style"])


def test_style_and_composition_come_first_and_every_space_is_there() -> None:
    spaces = {name: np.zeros((2, 4)) for name in ("colour", "style", "composition", "a")}
    assert map_names(make_table({}, features=spaces)) == ("style", "composition", "a", "colour")
    assert map_names(make_table({"loss": [0.0, 1.0]})) == ()


def test_composition_without_a_map_is_the_mean_place_of_what_was_found() -> None:
    gap = np.nan
    places = [
        [0.2, 0.4, 0.1, 0.5, 0.6, 0.8, 0.1, 0.5],
        [0.3, 0.1, 0.1, 0.5, gap, gap, gap, gap],
        [gap] * 8,
    ]
    found = seed_map(make_table({}, features={"composition": np.array(places)}), "composition")
    assert (found.in_picture, found.stored, found.how) == (True, False, "centroid")
    expected = np.array([[0.4, 0.6], [0.3, 0.1], [gap, gap]], np.float32)
    np.testing.assert_allclose(found.points, expected, rtol=1e-6)


def test_a_map_of_composition_outside_the_picture_is_not_taken_for_one() -> None:
    features = {"composition": np.full((2, 4), 0.5)}
    wide = {"map.composition": [[0.5, 3.0], [0.1, 0.2]]}
    assert not seed_map(make_table({}, features=features, extra=wide), "composition").in_picture
    tight = {"map.composition": [[0.5, np.nan], [0.1, 0.2]]}
    assert seed_map(make_table({}, features=features, extra=tight), "composition").in_picture


def test_principal_plane_finds_the_axes_points_were_planted_on() -> None:
    lots = np.random.default_rng(3)
    plane = lots.normal(size=(50, 2)) * (5.0, 2.0)
    turned, _ = np.linalg.qr(lots.normal(size=(6, 6)))
    points = plane @ turned[:2] + 7
    found = principal_plane(points)
    distances = np.linalg.norm(plane[:, None] - plane, axis=-1)
    again = np.linalg.norm(found[:, None] - found, axis=-1)
    np.testing.assert_allclose(again, distances, rtol=1e-4, atol=1e-4)
    assert found[:, 0].var() >= found[:, 1].var()


def test_principal_plane_does_not_hang_on_signs_or_the_order_of_seeds() -> None:
    points = np.random.default_rng(4).normal(size=(20, 5)) * (3, 1, 2, 1, 1)
    found = principal_plane(points)
    np.testing.assert_allclose(principal_plane(points[::-1])[::-1], found, atol=1e-5)
    # Stretching one column to dominance makes it the first axis, pointing its own way.
    points[:, 2] *= 100
    steps = points[:, 2] - points[:, 2].mean()
    np.testing.assert_allclose(principal_plane(points)[:, 0], steps, rtol=0.02, atol=1.5)


def test_gaps_and_missing_axes_do_not_break_the_plane() -> None:
    one_column = principal_plane(np.array([[1.0], [3.0], [np.nan]]))
    np.testing.assert_allclose(one_column[:2], [[-1, 0], [1, 0]])
    assert np.isnan(one_column[2]).all()
    assert not principal_plane(np.array([[4.0, 5.0, 6.0]])).any()


def test_a_space_nobody_has_is_refused_by_name() -> None:
    with pytest.raises(TableError, match="style"):
        seed_map(full_table(), "mood")
