"""Where things stand, so that what a caption says of them is true in the picture.

The camera looks level over flat ground: what stands lower in the picture is nearer, and
a thing carried nearer grows as its distance below the horizon does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .words import ObjectKind, Relation, Size

#: Radius of a single thing as a share of half the picture's side.
RADII = {Size.SMALL: (0.22, 0.28), Size.MEDIUM: (0.34, 0.44), Size.LARGE: (0.54, 0.66)}
#: The same for each of two things.
PAIR_RADII, CARRIED_RADII = (0.26, 0.36), (0.22, 0.28)
#: Lowest place of a foot, and least distance of a foot below the horizon.
LOWEST, BELOW = 0.97, 0.04
Form = tuple[float, float, float]


@dataclass(frozen=True)
class Place:
    """Centre and radius, in units of the picture's side."""

    x: float
    y: float
    radius: float


def place_one(rng: np.random.Generator, horizon: float, radii: tuple[float, float]) -> Place:
    """Somewhere on the ground, whole in the frame; large things stand nearer."""
    radius = 0.5 * between(rng, *radii)
    highest = max(horizon + max(BELOW, 0.35 * radius), 2 * radius + 0.03)
    base = between(rng, min(highest, LOWEST), LOWEST)
    return Place(between(rng, 1.2 * radius, 1 - 1.2 * radius), base - radius, radius)


def place_two(
    rng: np.random.Generator, horizon: float, relation: Relation, carrier: ObjectKind, form: Form
) -> tuple[Place, Place]:
    """Places of the first and the second thing that make ``relation`` true.

    ``carrier`` and ``form`` are the second thing's; they matter only when it carries.
    """
    if relation is Relation.ON:
        return _stacked(rng, horizon, carrier, form)
    if relation in (Relation.LEFT_OF, Relation.RIGHT_OF):
        left, right = _side_by_side(rng, horizon)
        return (left, right) if relation is Relation.LEFT_OF else (right, left)
    back, front = _one_behind(rng, horizon)
    return (back, front) if relation is Relation.BEHIND else (front, back)


def top_of(kind: ObjectKind, form: Form) -> float:
    """Where something set on a carrier stands, in the carrier's units (down is positive)."""
    if kind is ObjectKind.BOX:
        return -0.72 - 0.2 * form[1] + 0.2
    if kind is ObjectKind.CAR:
        return -0.42 + 0.16 * form[1] + 0.03
    if kind is ObjectKind.CUP:
        return -0.62 - 0.2 * form[1] + 0.04
    return -0.86


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number from ``low`` to ``high``."""
    return float(low + (high - low) * rng.random())


def _stacked(
    rng: np.random.Generator, horizon: float, carrier: ObjectKind, form: Form
) -> tuple[Place, Place]:
    low, high = 0.5 * between(rng, 0.34, 0.42), 0.5 * between(rng, *CARRIED_RADII)
    top = top_of(carrier, form)
    least = low * (1 - top) + 2 * high + 0.03
    base = between(rng, max(horizon + 0.06, least), LOWEST)
    x = between(rng, 1.2 * low, 1 - 1.2 * low)
    under = Place(x, base - low, low)
    lean = between(rng, -0.12, 0.12)
    return Place(x + lean * low, under.y + top * low - high, high), under


def _side_by_side(rng: np.random.Generator, horizon: float) -> tuple[Place, Place]:
    radii = [0.5 * between(rng, *PAIR_RADII) for _ in range(2)]
    gap = between(rng, 0.02, 0.12)
    slack = 1 - 2.3 * sum(radii) - gap
    start = 1.15 * radii[0] + slack * rng.random()
    xs = start, start + 1.15 * sum(radii) + gap
    base = between(rng, max(horizon + 0.09, 2 * max(radii) + 0.06), LOWEST - 0.03)
    bases = [base + between(rng, -0.03, 0.03) for _ in range(2)]
    left, right = (
        Place(x, foot - radius, radius) for x, foot, radius in zip(xs, bases, radii, strict=True)
    )
    return left, right


def _one_behind(rng: np.random.Generator, horizon: float) -> tuple[Place, Place]:
    near = 0.5 * between(rng, *PAIR_RADII)
    room = LOWEST - horizon
    front_base = between(rng, max(horizon + 0.7 * room, 2 * near + 0.1), LOWEST)
    back_base = horizon + (front_base - horizon) * between(rng, 0.3, 0.6)
    far = near * between(rng, 0.75, 1.0)
    back_base = max(back_base, 2 * far + 0.03)
    side = -1 if rng.random() < 0.5 else 1
    apart = (near + far) * between(rng, 0.5, 0.85)
    low, high = 1.15 * max(near, far), 1 - 1.15 * max(near, far)
    middle = between(rng, low + apart / 2, high - apart / 2)
    xs = middle - side * apart / 2, middle + side * apart / 2
    return Place(xs[0], back_base - far, far), Place(xs[1], front_base - near, near)
