"""Moving scenes: the camera stands still, things go their way along the ground."""

from __future__ import annotations

from dataclasses import replace

from .landscape import layer_numbers
from .render import SIDE, RenderedPicture, render_scene
from .scene import Scene
from .words import Relation

#: Seconds between two frames.
FRAME = 1 / 8


def frames(scene: Scene, count: int, side: int = SIDE) -> tuple[RenderedPicture, ...]:
    """``count`` pictures of one scene in motion, each with its exact truth.

    The first thing, and what carries it, goes straight on along the ground: it grows as it
    comes nearer. The other thing of a pair stands still; clouds, waves and weather go on.
    """
    return tuple(render_scene(scene_at(scene, k * FRAME), side) for k in range(count))


def scene_at(scene: Scene, seconds: float) -> Scene:
    """The scene after ``seconds``: whatever moves stays whole in the frame by turning back."""
    across, nearer = layer_numbers(scene, 6).random(2) - 0.5
    base = scene.second.base if _carried(scene) and scene.second else scene.y + scene.radius
    below = max(base - scene.horizon, 0.02)
    grown = _bounce(1 + 0.6 * nearer * seconds, 0.75, _largest(scene, below))
    moved = scene.horizon + below * grown
    x = 0.5 + (scene.x - 0.5) * grown
    radii = (scene.radius, scene.second.radius if _carried(scene) and scene.second else 0)
    reach = 1.15 * max(radii) * grown
    x = _bounce(x + 0.8 * across * seconds, reach, 1 - reach)
    first = replace(
        scene,
        x=x,
        y=_scaled(scene.y, scene.horizon, grown),
        radius=scene.radius * grown,
        time=seconds,
    )
    if not (_carried(scene) and scene.second):
        return first
    under = scene.second
    shift = x - (0.5 + (scene.x - 0.5) * grown)
    carrier = replace(
        under,
        x=0.5 + (under.x - 0.5) * grown + shift,
        y=_scaled(under.y, scene.horizon, grown),
        radius=under.radius * grown,
        base=moved,
    )
    return replace(first, second=carrier)


def _largest(scene: Scene, below: float) -> float:
    """How much the first thing may grow before its foot or its top leaves the frame."""
    above = scene.horizon - (scene.y - scene.radius)
    room = (scene.horizon - 0.015) / above if above > 0 else 1.3
    return min(1.3, (0.985 - scene.horizon) / below, room)


def _carried(scene: Scene) -> bool:
    return scene.relation is Relation.ON and scene.second is not None


def _scaled(row: float, horizon: float, grown: float) -> float:
    """A row of something carried nearer: distances from the vanishing point grow alike."""
    return horizon + (row - horizon) * grown


def _bounce(value: float, low: float, high: float) -> float:
    """``value`` kept between ``low`` and ``high`` by turning back at them."""
    if high <= low:
        return (low + high) / 2
    span = high - low
    folded = (value - low) % (2 * span)
    return low + (folded if folded <= span else 2 * span - folded)
