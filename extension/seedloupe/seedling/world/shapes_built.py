"""Figures of things people put up to be under; ``form`` varies the silhouette within a kind."""

from __future__ import annotations

from .figures import (
    BARK,
    INK,
    LAMP,
    SNOW,
    Figure,
    FigurePart,
    Grain,
    Light,
    Tone,
    arch,
    polygon,
    rectangle,
    smooth,
    stroke,
)
from .shapes_made import Form, one_of


def tent(form: Form) -> Figure:
    """A ridge tent with its door open."""
    peak, width = -0.25 + 0.3 * form[0], 0.34 + 0.14 * form[1]
    ridge = polygon((peak, -1), (peak + 0.5, -0.86), (1.1, 0.86), (0.66, 1))
    front = polygon((peak, -1), (0.66, 1), (-1.05, 1))
    grain = one_of(form[2], (Grain.PLAIN, Grain.STRIPES))
    middle = -0.2
    door = polygon((peak * 0.8 + middle * 0.2, -0.2), (middle + width, 1), (middle - width, 1))
    flap = polygon((peak * 0.8 + middle * 0.2, -0.2), (middle - width, 1), (middle - width * 2, 1))
    parts = [
        FigurePart(ridge, Tone.DEEP, Light.FLAT, grain),
        FigurePart(front, Tone.MAIN, Light.SLOPE, grain),
        FigurePart(door, INK, Light.FLAT),
        FigurePart(flap, Tone.PALE, Light.SLOPE),
    ]
    points = {"peak": (peak + 0.04, -0.88), "foot left": (-0.96, 0.93), "foot right": (0.62, 0.92)}
    return Figure(parts, points | {"door": (middle * 0.9 + peak * 0.1, 0.6)})


def house(form: Form) -> Figure:
    """A cottage: wall, roof, door, window, maybe a chimney."""
    wide, eaves = 0.72 + 0.2 * form[0], -0.3 + 0.3 * form[1]
    wall = rectangle(-wide, eaves, wide, 1)
    flat = 0.0 if form[2] < 0.6 else 0.4
    roof = polygon((-flat, -1), (flat, -1), (wide + 0.2, eaves + 0.06), (-wide - 0.2, eaves + 0.06))
    grain = one_of((form[0] * 7) % 1, (Grain.PLAIN, Grain.PLANKS, Grain.BRICKS))
    door, pane = -0.42 * wide, 0.46 * wide
    parts = [
        FigurePart(wall, Tone.MAIN, Light.SLOPE, grain),
        FigurePart(roof, Tone.DEEP, Light.FLAT, Grain.BANDS),
        FigurePart(rectangle(door - 0.2, 0.3, door + 0.2, 1), BARK, Light.FLAT, Grain.PLANKS),
        FigurePart(rectangle(pane - 0.23, 0.16, pane + 0.23, 0.62), SNOW),
        FigurePart(rectangle(pane - 0.17, 0.22, pane + 0.17, 0.56), LAMP, Light.GLOW),
    ]
    if form[1] > 0.4:
        parts.insert(
            0, FigurePart(rectangle(0.4, -0.98, 0.66, eaves), Tone.DEEP, Light.FLAT, Grain.BRICKS)
        )
    points = {"roof": (0.0, -0.95), "eaves left": (-wide, eaves), "eaves right": (wide, eaves)}
    return Figure(parts, points | {"door": (door, 0.65), "window": (pane, 0.39)})


def castle(form: Form) -> Figure:
    """A wall with a gate between two towers."""
    tower, wall = 0.3 + 0.08 * form[0], -0.05 + 0.25 * form[1]
    parts = [FigurePart(rectangle(-0.75, wall, 0.75, 1), Tone.MAIN, Light.FLAT, Grain.BRICKS)]
    for i in range(4):
        x = -0.42 + 0.24 * i
        parts.append(FigurePart(rectangle(x, wall - 0.14, x + 0.13, wall + 0.01), Tone.MAIN))
    top = -0.42
    for side in (-1, 1):
        x = side * (1 - tower)
        parts.append(
            FigurePart(rectangle(x - tower, top, x + tower, 1), Tone.MAIN, Light.TUBE, Grain.BRICKS)
        )
        if form[2] < 0.6:
            cone = polygon((x, -1), (x + tower * 1.2, top + 0.04), (x - tower * 1.2, top + 0.04))
            parts.append(FigurePart(cone, Tone.DEEP, Light.TUBE))
        else:
            for j in (-1, 0, 1):
                a = x + j * tower * 0.72
                parts.append(
                    FigurePart(rectangle(a - 0.09, top - 0.2, a + 0.09, top + 0.02), Tone.DEEP)
                )
        parts.append(FigurePart(rectangle(x - 0.08, -0.15, x + 0.08, 0.14), LAMP, Light.GLOW))
    gate = [
        FigurePart(arch(0, 0.62, 0.27, 0.3), BARK),
        FigurePart(rectangle(-0.27, 0.6, 0.27, 1), BARK, Light.FLAT, Grain.PLANKS),
    ]
    points = {"gate": (0, 0.75), "tower left": (tower - 1, top + 0.1)}
    return Figure([*parts, *gate], points | {"tower right": (1 - tower, top + 0.1)})


def umbrella(form: Form) -> Figure:
    """An open umbrella standing on its handle."""
    dome, panels = 0.75 + 0.15 * form[0], 4 + int(3 * form[1])
    rim = -0.05
    parts = [FigurePart(rectangle(-0.05, -0.9, 0.05, 0.85), BARK, Light.TUBE)]
    hook = stroke((0, 0.78), (0.03, 0.93), (0.2, 0.95), (0.26, 0.75), start=0.06, end=0.06)
    parts += [FigurePart(hook, BARK), FigurePart(arch(0, rim, 1.08, dome), Tone.MAIN, Light.ROUND)]
    width = 2.16 / panels
    for i in range(panels):
        x = -1.08 + (i + 0.5) * width
        parts.append(FigurePart(arch(x, rim + 0.02, width / 2, 0.14), (90, 86, 96)))
        if i % 2:
            wedge = smooth(
                (0, rim - dome), (x - width / 2, rim - 0.1), (x, rim), (x + width / 2, rim - 0.1)
            )
            parts.append(FigurePart(wedge, Tone.DEEP, Light.SLOPE))
    parts.append(FigurePart(rectangle(-0.05, -1, 0.05, rim - dome + 0.1), BARK))
    points = {"tip": (0, -0.92), "left": (-1.0, rim - 0.05), "right": (1.0, rim - 0.05)}
    return Figure(parts, points | {"handle": (0, 0.75)})
