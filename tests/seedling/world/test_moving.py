"""Moving scenes keep to perspective, and their masks to what is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from seedloupe.seedling.world import (
    Ground,
    ObjectKind,
    Relation,
    Scene,
    Sky,
    frames,
    render_scene,
)
from seedloupe.seedling.world.moving import scene_at

Plain = Callable[..., Scene]


def test_a_film_begins_with_the_picture(plain: Plain) -> None:
    scene = plain(3)
    film = frames(scene, 3)
    assert len(film) == 3
    assert np.array_equal(film[0].masks, render_scene(scene).masks)
    assert film[0].centroid == pytest.approx(render_scene(scene).centroid, abs=1e-6)


def test_things_move_a_little_from_frame_to_frame_and_far_in_the_end(plain: Plain) -> None:
    travelled = []
    for seed in range(6):
        film = frames(plain(seed, kind=ObjectKind.CAR), 9)
        for one, after in pairwise(film):
            both = (one.object_mask & after.object_mask).sum()
            assert both / (one.object_mask | after.object_mask).sum() > 0.5
        travelled.append(np.hypot(*np.subtract(film[0].centroid, film[-1].centroid)))
    assert max(travelled) > 0.1


def test_a_thing_grows_as_its_distance_shrinks(plain: Plain) -> None:
    scene = plain(2)
    for seconds in (0.5, 1.0, 2.0):
        later = scene_at(scene, seconds)
        distances = [1 / (s.y + s.radius - s.horizon) for s in (scene, later)]
        assert later.radius * distances[1] == pytest.approx(scene.radius * distances[0])
        mask = render_scene(later).object_mask
        assert not any(edge.any() for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))


def test_what_is_carried_stays_on_its_carrier(pairs: tuple[Scene, ...]) -> None:
    for scene in (one for one in pairs if one.relation is Relation.ON):
        later = scene_at(scene, 1.5)
        assert scene.second is not None
        assert later.second is not None
        gaps = [
            (s.y + s.radius - (t.y - t.radius)) / t.radius
            for s, t in ((scene, scene.second), (later, later.second))
        ]
        assert gaps[0] == pytest.approx(gaps[1], abs=1e-6)
        assert later.things[0].base == later.second.base


def test_the_ground_stands_still_where_nothing_passes(plain: Plain) -> None:
    scene = plain(8, ground=Ground.SAND, sky=Sky.CLOUDY)
    film = frames(scene, 5)
    touched = np.any([picture.object_mask for picture in film], 0)
    still = np.ones_like(touched)
    still[: round(scene.horizon * len(still))] = False
    columns = np.nonzero(touched.any(0))[0]
    still[:, max(0, columns.min() - 26) : columns.max() + 26] = False
    assert still.sum() > 300
    for picture in film[1:]:
        assert np.array_equal(picture.image[still], film[0].image[still])


def test_the_other_thing_of_a_pair_stands_still(pairs: tuple[Scene, ...]) -> None:
    scene = next(one for one in pairs if one.relation is Relation.LEFT_OF)
    assert scene_at(scene, 1.0).second == scene.second
    assert scene_at(scene, 1.0) != replace(scene, time=1.0)
