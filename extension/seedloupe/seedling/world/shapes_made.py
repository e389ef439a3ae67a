"""Figures of things people make and move; ``form`` varies the silhouette within a kind."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .figures import (
    BARK,
    GLASS,
    INK,
    LAMP,
    METAL,
    Figure,
    FigurePart,
    Grain,
    Light,
    Tone,
    ellipse,
    polygon,
    rectangle,
    smooth,
    stroke,
)

Form = tuple[float, float, float]

_FLAME = (255, 170, 60)


def one_of(value: float, choices: Sequence[Grain]) -> Grain:
    """One of ``choices`` by a number in [0, 1)."""
    return choices[int(value * len(choices))]


def ball(form: Form) -> Figure:
    """A ball: plain, striped, dotted, or with a pale belt."""
    grain = one_of(form[0], (Grain.PLAIN, Grain.STRIPES, Grain.DOTS, Grain.BANDS))
    parts = [FigurePart(ellipse(0, 0, 1, 1), Tone.MAIN, Light.ROUND, grain)]
    return Figure(parts, _extremes(1, 1, 0))


def box(form: Form) -> Figure:
    """A crate seen from the side and a little from above, maybe with a ribbon."""
    edge, back = 0.45 + 0.3 * form[0], -0.72 - 0.2 * form[1]
    lid = back + 0.34
    front = rectangle(-1, lid, edge, 1)
    side = polygon((edge, lid), (1, back), (1, 1 + back - lid + 0.12), (edge, 1))
    top = polygon((-1, lid), (-1 + 1 - edge, back), (1, back), (edge, lid))
    grain = one_of(form[2], (Grain.PLANKS, Grain.PLAIN, Grain.BANDS))
    parts = [
        FigurePart(side, Tone.DEEP, Light.FLAT, grain),
        FigurePart(top, Tone.PALE, Light.FLAT),
        FigurePart(front, Tone.MAIN, Light.SLOPE, grain),
    ]
    if form[2] > 0.34:
        middle = (edge - 1) / 2
        parts.append(FigurePart(rectangle(middle - 0.12, lid, middle + 0.12, 1), Tone.PALE))
    points = {
        "front left": (-0.93, lid + 0.06),
        "front right": (edge, lid + 0.04),
        "back right": (0.94, back + 0.06),
    }
    return Figure(parts, points | {"foot left": (-0.93, 0.92), "foot right": (edge, 0.92)})


def star(form: Form) -> Figure:
    """A faceted star of five or six spikes."""
    spikes, inner = (5, 6)[int(form[0] * 1.3)], 0.4 + 0.14 * form[1]
    turn = 0.16 * (form[2] - 0.5)
    radii = [1.0 if i % 2 == 0 else inner for i in range(2 * spikes)]
    angles = [i * math.pi / spikes + turn for i in range(2 * spikes)]
    ring = [(r * math.sin(a), 0.05 - r * math.cos(a)) for r, a in zip(radii, angles, strict=True)]
    low = max(y for _, y in ring)
    ring = [(1.05 * x, y + 1 - low) for x, y in ring]
    centre = (0.0, 1.05 - low)
    parts = [FigurePart(polygon(*ring), Tone.MAIN, Light.SLOPE)]
    for i in range(0, 2 * spikes, 2):
        parts.append(FigurePart(polygon(centre, ring[i], ring[i + 1]), Tone.DEEP, Light.FLAT))
    tips = {"top": ring[0], "right": ring[2], "left": ring[-2]}
    points = {name: (0.86 * x, centre[1] + 0.86 * (y - centre[1])) for name, (x, y) in tips.items()}
    return Figure(parts, points | {"middle": centre})


def boat(form: Form) -> Figure:
    """A sailing boat of one or two sails."""
    lean, tall = 0.2 * form[0], -1 + 0.25 * form[1]
    deck = 0.42
    hull = smooth(
        (-1, deck),
        (-0.5, deck + 0.05),
        (0.4, deck + 0.05),
        (1.05, deck - 0.08),
        (0.72, 0.9),
        (0.2, 1),
        (-0.55, 0.98),
        (-0.86, 0.78),
        each=4,
    )
    mast = rectangle(-0.06, tall, 0.02, deck + 0.1)
    left = smooth(
        (-0.1, tall + 0.1), (-0.12, deck - 0.08), (-0.85, deck - 0.1), (-0.5 - lean, -0.2)
    )
    parts = [FigurePart(mast, BARK, Light.TUBE), FigurePart(left, Tone.MAIN, Light.SLOPE)]
    if form[2] < 0.65:
        right = smooth((0.08, tall + 0.25), (0.1, deck - 0.08), (0.8, deck - 0.1), (0.5, -0.1))
        parts.append(FigurePart(right, Tone.PALE, Light.SLOPE))
    if form[2] > 0.4:
        parts.append(
            FigurePart(polygon((0, tall), (0.3, tall + 0.1), (0, tall + 0.2)), (222, 70, 60))
        )
    parts.append(FigurePart(hull, Tone.DEEP, Light.ROUND, Grain.PLANKS))
    points = {"mast": (-0.02, tall + 0.1), "stern": (-0.9, 0.52), "bow": (0.95, 0.45)}
    return Figure(parts, points | {"keel": (0, 0.95)})


def car(form: Form) -> Figure:
    """A small car; the roof is flat enough to put something on."""
    nose, roof = 0.3 + 0.3 * form[0], -0.42 + 0.16 * form[1]
    body = smooth(
        (-1.05, 0.2),
        (-0.6, 0.1),
        (0.5, 0.1),
        (1.0, 0.26),
        (1.08, 0.6),
        (0.9, 0.8),
        (-0.9, 0.8),
        (-1.08, 0.6),
        each=4,
    )
    cabin = polygon((-0.78, 0.16), (-0.56, roof), (nose - 0.12, roof), (nose + 0.22, 0.16))
    panes = polygon(
        (-0.6, 0.14), (-0.46, roof + 0.12), (nose - 0.2, roof + 0.12), (nose + 0.05, 0.14)
    )
    post = (nose - 0.66) / 2
    parts = [
        FigurePart(cabin, Tone.MAIN, Light.SLOPE),
        FigurePart(panes, GLASS, Light.SLOPE),
        FigurePart(rectangle(post - 0.05, roof + 0.05, post + 0.05, 0.16), Tone.MAIN),
        FigurePart(body, Tone.MAIN, Light.ROUND),
        FigurePart(ellipse(0.98, 0.42, 0.1, 0.11), LAMP, Light.GLOW),
        FigurePart(rectangle(-0.9, 0.5, 0.9, 0.56), Tone.DEEP),
    ]
    for x in (-0.55, 0.58):
        parts.append(FigurePart(ellipse(x, 0.72, 0.28, 0.28), INK, Light.ROUND))
        parts.append(FigurePart(ellipse(x, 0.72, 0.13, 0.13), METAL, Light.ROUND))
    points = {"roof": ((nose - 0.68) / 2, roof + 0.04), "lamp": (0.98, 0.42)}
    return Figure(parts, points | {"rear wheel": (-0.55, 0.72), "front wheel": (0.58, 0.72)})


def cup(form: Form) -> Figure:
    """A mug with its handle."""
    foot, top = 0.45 + 0.22 * form[0], -0.62 - 0.2 * form[1]
    rim = 0.7
    side = polygon(
        (-rim, top), (rim, top), (foot, 0.92), (foot * 0.8, 1), (-foot * 0.8, 1), (-foot, 0.92)
    )
    handle = stroke(
        (rim - 0.1, top + 0.35), (0.97, top + 0.42), (0.95, 0.45), (foot, 0.6), start=0.1, end=0.1
    )
    grain = one_of(form[2], (Grain.PLAIN, Grain.BANDS, Grain.DOTS, Grain.STRIPES))
    parts = [
        FigurePart(handle, Tone.DEEP, Light.SLOPE),
        FigurePart(side, Tone.MAIN, Light.TUBE, grain),
        FigurePart(ellipse(0, top, rim, 0.17), Tone.PALE),
        FigurePart(ellipse(0, top + 0.02, rim - 0.1, 0.11), (104, 66, 44)),
    ]
    points = {
        "rim left": (-rim + 0.03, top),
        "rim right": (rim - 0.03, top),
        "handle": (0.99, (top + 0.87) / 2),
    }
    return Figure(parts, points | {"foot": (0, 0.95)})


def rocket(form: Form) -> Figure:
    """A rocket on its fins, engine warm."""
    wide, fin = 0.36 + 0.14 * form[0], 0.5 + 0.2 * form[1]
    body = smooth(
        (0, -1),
        (wide, -0.3),
        (wide * 0.95, 0.4),
        (wide * 0.6, 0.74),
        (-wide * 0.6, 0.74),
        (-wide * 0.95, 0.4),
        (-wide, -0.3),
    )
    nose = smooth(
        (0, -1),
        (wide * 0.55, -0.72),
        (wide * 0.78, -0.52),
        (0, -0.46),
        (-wide * 0.78, -0.52),
        (-wide * 0.55, -0.72),
    )
    parts = [
        FigurePart(
            smooth((-0.2, 0.7), (0.2, 0.7), (0.1, 0.9), (0, 1), (-0.1, 0.9)), _FLAME, Light.GLOW
        )
    ]
    for side in (-1, 1):
        blade = polygon(
            (side * wide * 0.8, 0.1),
            (side * (wide + fin), 0.6),
            (side * (wide + fin), 1),
            (side * wide * 0.5, 0.74),
        )
        parts.append(FigurePart(blade, Tone.DEEP, Light.SLOPE))
    grain = one_of(form[2], (Grain.PLAIN, Grain.BANDS))
    parts += [
        FigurePart(body, Tone.MAIN, Light.TUBE, grain),
        FigurePart(nose, Tone.DEEP, Light.TUBE),
        FigurePart(ellipse(0, -0.16, 0.22, 0.22), METAL, Light.ROUND),
        FigurePart(ellipse(0, -0.16, 0.15, 0.15), GLASS, Light.ROUND),
    ]
    ends = wide + fin - 0.04
    points = {"nose": (0, -0.93), "window": (0, -0.16), "fin left": (-ends, 0.9)}
    return Figure(parts, points | {"fin right": (ends, 0.9)})


def _extremes(width: float, height: float, y: float) -> dict[str, tuple[float, float]]:
    across, along = 0.93 * width, 0.93 * height
    return {
        "top": (0, y - along),
        "bottom": (0, y + along),
        "left": (-across, y),
        "right": (across, y),
        "middle": (0, y),
    }
