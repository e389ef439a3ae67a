"""Maps of seeds: neighbours stay neighbours, and composition is where things stand."""

from __future__ import annotations

import numpy as np
import pytest

from seedloupe.mining.maps import centroid_map, flat_map


def groups(each: int) -> np.ndarray:
    """Three tight groups in six dimensions, ``(3 * each, 6)``, largest component first."""
    rng = np.random.default_rng(2)
    centres = np.array([[9, 0, 0, 0, 0, 0], [-5, 6, 0, 0, 0, 0], [-4, -6, 1, 0, 0, 0]])
    points = np.repeat(centres, each, 0) + rng.normal(0, 0.4, (3 * each, 6))
    return points.astype(np.float32)


def test_groups_of_the_space_are_groups_on_the_map() -> None:
    drawn, how = flat_map(groups(20))
    assert how == "t-SNE"
    member = np.repeat(np.arange(3), 20)
    apart = np.linalg.norm(drawn[:, None] - drawn[None], axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert (member[apart.argmin(1)] == member).all()


def test_a_map_is_the_same_every_time() -> None:
    assert np.array_equal(flat_map(groups(8))[0], flat_map(groups(8))[0])


@pytest.mark.parametrize(
    "points",
    [np.ones((40, 5)), np.ones((1, 1)), groups(1), np.zeros((40, 1))],
    ids=["all alike", "one seed", "three seeds", "one dimension"],
)
def test_too_little_to_arrange_shows_the_components_themselves(points: np.ndarray) -> None:
    drawn, how = flat_map(points.astype(np.float32))
    assert how == "first two components"
    assert drawn.shape == (len(points), 2)
    assert np.array_equal(drawn[:, 0], points[:, 0].astype(np.float32))


def test_a_seed_stands_where_its_objects_do_on_average() -> None:
    none = [np.nan] * 4
    places = np.array([[0.2, 0.4, 0.1, 0.5, 0.6, 0.8, 0.1, 0.5], [*none, 0.9, 0.1, 0.3, 0.2]])
    drawn, how = centroid_map(places.astype(np.float32))
    assert how == "centroid"
    assert drawn == pytest.approx(np.array([[0.4, 0.6], [0.9, 0.1]]))


def test_a_seed_without_any_object_stands_nowhere() -> None:
    drawn, _ = centroid_map(np.full((2, 8), np.nan, np.float32))
    assert np.isnan(drawn).all()
