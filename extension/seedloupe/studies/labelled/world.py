"""Pictures of Seedling's world, whose every fact is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import torch

from ...seedling.prompts import pair_scenes, plain_scenes
from ...seedling.world import ObjectKind, RenderedPicture, Scene, frames, render_scene
from .pictures import ClassPicture, KeypointPair, LabelledPicture, MovingPictures

#: Where in the held-out range the scenes of the studies begin.
FIRST = 600_000
_MOVING, _CLASSES = 640_000, 680_000
#: How many kinds pictures to be segmented show, and how many scenes of two things it takes to find
#: one of these kinds alone, with room to spare.
_SEGMENTED, _PAIR_SHARE = 6, 20
#: Pictures of each kind that pairs are made of.
_EACH = 6
#: What a probe's classes may be taught with some of and tested with others.
_ATTRIBUTES = ("kind", "colour", "sky")


def world_pictures(count: int, *, first: int = FIRST) -> tuple[LabelledPicture, ...]:
    """Return held-out pictures, every second one of two things."""
    plain, two = plain_scenes(-(-count // 2), first), pair_scenes(count // 2, first)
    scenes: list[Scene] = []
    for place in range(count):
        scenes.append((two if place % 2 else plain)[place // 2])
    return tuple(
        _labelled(f"world-{place:04d}", render_scene(scene)) for place, scene in enumerate(scenes)
    )


def world_segments(count: int, *, first: int) -> tuple[LabelledPicture, ...]:
    """Return held-out pictures of six kinds of thing, every second one of two things.

    Six of the world's kinds, every third, so that few pictures show each of them.

    Args:
        count: how many.
        first: where in the held-out range their scenes begin.
    """
    kinds = frozenset(tuple(ObjectKind)[:: len(ObjectKind) // _SEGMENTED])
    found: list[LabelledPicture] = []
    wanted = -(-count // 2)
    plain = _of_kinds(plain_scenes(wanted * len(ObjectKind) // len(kinds), first), kinds)
    two = _of_kinds(pair_scenes(wanted * _PAIR_SHARE, first), kinds)
    for one, other in zip(plain[:wanted], two[:wanted], strict=True):
        found += [
            _labelled(f"world-{len(found) + k:04d}", render_scene(scene))
            for k, scene in enumerate((one, other))
        ]
    return tuple(found[:count])


def _of_kinds(scenes: Sequence[Scene], kinds: frozenset[ObjectKind]) -> tuple[Scene, ...]:
    return tuple(scene for scene in scenes if all(thing.kind in kinds for thing in scene.things))


def world_classes(count: int, *, of: str = "kind") -> tuple[ClassPicture, ...]:
    """Return held-out pictures of one thing by class.

    Args:
        count: how many.
        of: ``kind``, ``colour``, ``sky`` or ``ground``.
    """
    found = []
    for place, scene in enumerate(plain_scenes(count, _CLASSES)):
        label = getattr(scene, of).value
        others = {name: getattr(scene, name).value for name in _ATTRIBUTES if name != of}
        image = _image(render_scene(scene))
        found.append(ClassPicture(f"world-{place:04d}", image, label, others))
    return tuple(found)


def world_moving(count: int, length: int = 8) -> tuple[MovingPictures, ...]:
    """Return moving scenes of one thing."""
    return tuple(
        MovingPictures(
            f"scene-{place:03d}",
            tuple(
                _labelled(f"scene-{place:03d}-{number:02d}", picture)
                for number, picture in enumerate(frames(scene, length))
            ),
        )
        for place, scene in enumerate(plain_scenes(count, _MOVING))
    )


def world_point_pairs(count: int, *, first: int = FIRST) -> tuple[KeypointPair, ...]:
    """Return pairs of pictures of one kind of thing, with the points seen in both."""
    by_kind: dict[str, list[RenderedPicture]] = defaultdict(list)
    for scene in plain_scenes(_EACH * len(ObjectKind), first):
        by_kind[scene.kind.value].append(render_scene(scene))
    ready = [
        (kind, one, other)
        for kind, several in sorted(by_kind.items())
        for one, other in combinations(several, 2)
    ]
    pairs = []
    for place in torch.randperm(len(ready), generator=torch.Generator().manual_seed(0)).tolist():
        pair = _pair(f"pair-{place:04d}", *ready[place])
        if pair is not None:
            pairs.append(pair)
        if len(pairs) == count:
            break
    return tuple(pairs)


def _pair(
    name: str, kind: str, one: RenderedPicture, other: RenderedPicture
) -> KeypointPair | None:
    there = {point.name: point for point in other.keypoints[0] if point.visible}
    points = [
        [[point.x, point.y], [there[point.name].x, there[point.name].y]]
        for point in one.keypoints[0]
        if point.visible and point.name in there
    ]
    rows, columns = other.masks[0].nonzero()
    if not points or not len(rows):
        return None
    height, width = other.masks[0].shape
    box = (
        float(columns.min() / width),
        float(rows.min() / height),
        float((columns.max() + 1) / width),
        float((rows.max() + 1) / height),
    )
    return KeypointPair(name, kind, _image(one), _image(other), torch.tensor(points), box)


def _labelled(name: str, picture: RenderedPicture) -> LabelledPicture:
    objects = torch.zeros(picture.object_mask.shape, dtype=torch.int64)
    for number, mask in enumerate(picture.masks, 1):
        objects[torch.from_numpy(mask)] = number
    kinds = tuple(thing.kind.value for thing in picture.scene.things)
    more = len(kinds) > 1
    told = {"colour": tuple(thing.colour.value for thing in picture.scene.things)}
    return LabelledPicture(name, _image(picture), objects, kinds, picture.caption, more, told)


def _image(picture: RenderedPicture) -> torch.Tensor:
    return torch.from_numpy(picture.image).permute(2, 0, 1).float() / 255
