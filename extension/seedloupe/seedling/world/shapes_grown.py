"""Figures of things that grow or live; ``form`` varies the silhouette within a kind."""

from __future__ import annotations

import math

from .figures import (
    BARK,
    BEAK,
    CREAM,
    INK,
    LEAF,
    SNOW,
    Figure,
    FigurePart,
    Grain,
    Light,
    Tone,
    arch,
    ellipse,
    polygon,
    smooth,
    stroke,
)
from .shapes_made import Form, one_of


def tree(form: Form) -> Figure:
    """A fir, a round crown, or a poplar."""
    trunk = polygon((-0.1, 0.1), (0.1, 0.1), (0.13, 0.8), (0.24, 1), (-0.24, 1), (-0.13, 0.8))
    parts = [FigurePart(trunk, BARK, Light.TUBE, Grain.STRIPES)]
    crown = (_fir, _round_crown, _poplar)[int(form[0] * 3)]
    points = {"top": (0.0, -0.9), "trunk": (0.0, 0.8), "foot": (0.0, 0.97), "crown": (0.0, -0.2)}
    return Figure([*parts, *crown(form)], points)


def _fir(form: Form) -> list[FigurePart]:
    wide = 0.7 + 0.2 * form[1]
    tiers = []
    for i, (top, low) in enumerate(((-0.15, 0.62), (-0.6, 0.2), (-1, -0.25))):
        half = wide * (1 - 0.24 * i)
        tier = smooth(
            (0, top),
            (half * 0.45, (top + low) / 2 + 0.05),
            (half, low),
            (half * 0.4, low - 0.08),
            (0, low),
            (-half * 0.4, low - 0.08),
            (-half, low),
            (-half * 0.45, (top + low) / 2 + 0.05),
            each=3,
        )
        tiers.append(FigurePart(tier, Tone.MAIN, Light.TUBE, Grain.LEAVES))
    return tiers


def _round_crown(form: Form) -> list[FigurePart]:
    spread = 0.36 + 0.1 * form[1]
    puffs = (
        (-spread, 0.02, 0.46),
        (spread, 0.04, 0.46),
        (-0.3, -0.42, 0.46),
        (0.32, -0.4, 0.44),
        (0, -0.5, 0.5),
        (0, -0.1, 0.52),
    )
    return [
        FigurePart(ellipse(x, y, r, r), Tone.MAIN, Light.ROUND, Grain.LEAVES) for x, y, r in puffs
    ]


def _poplar(form: Form) -> list[FigurePart]:
    half = 0.5 + 0.22 * form[1]
    crown = smooth(
        (0, -1),
        (half * 0.8, -0.5),
        (half, 0.05),
        (half * 0.5, 0.46),
        (0, 0.52),
        (-half * 0.5, 0.46),
        (-half, 0.05),
        (-half * 0.8, -0.5),
    )
    return [FigurePart(crown, Tone.MAIN, Light.ROUND, Grain.LEAVES)]


def mushroom(form: Form) -> Figure:
    """A toadstool; its cap is flat enough to put something on."""
    stem, cap = 0.22 + 0.12 * form[0], 0.85 + 0.15 * form[1]
    brim = 0.06 + 0.1 * form[2]
    foot = smooth(
        (-stem, 0),
        (stem, 0),
        (stem * 0.85, 0.5),
        (stem * 1.25, 0.94),
        (0, 1),
        (-stem * 1.25, 0.94),
        (-stem * 0.85, 0.5),
    )
    parts = [
        FigurePart(foot, CREAM, Light.TUBE),
        FigurePart(ellipse(0, brim, cap, 0.2), (214, 190, 160), Light.FLAT),
        FigurePart(arch(0, brim, cap + 0.05, 0.97 + brim), Tone.MAIN, Light.ROUND),
    ]
    spots = (
        (-0.48, -0.22, 0.15),
        (0.06, -0.5, 0.17),
        (0.52, -0.18, 0.14),
        (-0.12, -0.06, 0.1),
        (-0.3, -0.62, 0.09),
    )
    for x, y, r in spots[: 3 + int(form[2] * 3)]:
        parts.append(
            FigurePart(ellipse(x, y, r, r * 0.85), Tone.DEEP if form[0] > 0.8 else SNOW, Light.FLAT)
        )
    points = {
        "top": (0.0, -0.85),
        "brim left": (-cap * 0.95, brim - 0.06),
        "brim right": (cap * 0.95, brim - 0.06),
    }
    return Figure(parts, points | {"foot": (0.0, 0.95)})


def flower(form: Form) -> Figure:
    """A flower of five to nine petals on its stem."""
    petals, long = 5 + int(form[0] * 5), 0.34 + 0.1 * form[1]
    x, y = 0.08 * (form[2] - 0.5), -0.38
    parts = [
        FigurePart(stroke((x, y), (0.04, 0.3), (0, 1), start=0.07, end=0.08), LEAF),
        FigurePart(smooth((0.02, 0.75), (0.3, 0.42), (0.62, 0.36), (0.4, 0.66)), LEAF, Light.SLOPE),
        FigurePart(smooth((0, 0.85), (-0.3, 0.58), (-0.6, 0.56), (-0.36, 0.8)), LEAF, Light.SLOPE),
    ]
    wide = min(0.3, 1.25 / petals)
    for i in range(petals):
        a = 2 * math.pi * i / petals - math.pi / 2
        shape = ellipse(0, 0, long, wide, corners=20)
        cos, sin = math.cos(a), math.sin(a)
        turned = shape @ [[cos, sin], [-sin, cos]] + (x + 0.33 * cos, y + 0.33 * sin)
        parts.append(FigurePart(turned, Tone.MAIN if i % 2 else Tone.PALE, Light.ROUND))
    parts.append(FigurePart(ellipse(x, y, 0.2, 0.2), (250, 208, 64), Light.ROUND, Grain.DOTS))
    points = {"middle": (x, y), "top": (x, y - 0.5), "leaf": (0.38, 0.52), "foot": (0.0, 0.96)}
    return Figure(parts, points)


def apple(form: Form) -> Figure:
    """An apple with its stalk and a leaf."""
    wide, low = 0.9 + 0.12 * form[0], 0.55 + 0.15 * form[1]
    body = smooth(
        (0, -0.45),
        (0.45, -0.62),
        (wide, -0.2),
        (low + 0.15, 0.62),
        (0.3, 1),
        (0, 0.93),
        (-0.3, 1),
        (-low - 0.15, 0.62),
        (-wide, -0.2),
        (-0.45, -0.62),
    )
    parts = [
        FigurePart(body, Tone.MAIN, Light.ROUND),
        FigurePart(stroke((0, -0.42), (0.02, -0.7), (0.12, -0.96), start=0.07, end=0.05), BARK),
    ]
    if form[2] < 0.75:
        parts.append(
            FigurePart(
                smooth((0.08, -0.62), (0.3, -0.95), (0.72, -0.92), (0.46, -0.64)), LEAF, Light.SLOPE
            )
        )
    points = {"stalk": (0.1, -0.9), "dimple": (0.0, -0.38), "left": (-wide + 0.06, -0.15)}
    return Figure(parts, points | {"right": (wide - 0.06, -0.15), "bottom": (0.0, 0.9)})


def fish(form: Form) -> Figure:
    """A fish lying on its belly, head to the left."""
    high, fork = 0.52 + 0.16 * form[0], 0.45 + 0.2 * form[1]
    y = 1 - high
    body = smooth(
        (-1.05, y),
        (-0.55, y - high),
        (0.15, y - high * 0.8),
        (0.62, y - 0.1),
        (0.62, y + 0.1),
        (0.15, y + high * 0.8),
        (-0.55, y + high),
    )
    tail = smooth((0.5, y), (1.08, y - fork), (0.88, y), (1.08, y + min(fork, high)), each=4)
    fin = smooth((-0.55, y - high * 0.85), (-0.05, y - high - 0.3), (0.28, y - high * 0.6), each=4)
    parts = [
        FigurePart(tail, Tone.DEEP, Light.SLOPE, Grain.BANDS),
        FigurePart(fin, Tone.DEEP, Light.SLOPE),
        FigurePart(
            body,
            Tone.MAIN,
            Light.ROUND,
            one_of(form[2], (Grain.SCALES, Grain.PLAIN, Grain.STRIPES)),
        ),
        FigurePart(
            smooth((-0.22, y + 0.08), (0.14, y + 0.02), (0.1, y + 0.32)), Tone.DEEP, Light.SLOPE
        ),
        FigurePart(ellipse(-0.66, y - 0.12, 0.15, 0.15), SNOW),
        FigurePart(ellipse(-0.69, y - 0.12, 0.08, 0.08), INK),
        FigurePart(
            stroke((-0.98, y + 0.14), (-0.86, y + 0.2), (-0.76, y + 0.15), start=0.03, end=0.02),
            INK,
        ),
    ]
    points = {
        "eye": (-0.66, y - 0.12),
        "mouth": (-0.97, y + 0.04),
        "tail": (0.82, y),
        "belly": (-0.4, 0.93),
    }
    return Figure(parts, points)


def cat(form: Form) -> Figure:
    """A cat that sits and looks at you, tail to the right."""
    ear, fat = 0.26 + 0.1 * form[0], 0.5 + 0.14 * form[1]
    body = smooth(
        (0, -0.3),
        (fat * 0.7, 0.1),
        (fat, 0.7),
        (fat * 0.8, 1),
        (-fat * 0.8, 1),
        (-fat, 0.7),
        (-fat * 0.7, 0.1),
    )
    tail = stroke((fat * 0.6, 0.88), (0.85, 0.86), (1.0, 0.5), (0.82, 0.2), start=0.13, end=0.08)
    fur = one_of(form[2], (Grain.PLAIN, Grain.STRIPES))
    parts = [
        FigurePart(tail, Tone.DEEP, Light.SLOPE),
        FigurePart(body, Tone.MAIN, Light.ROUND, fur),
    ]
    parts.append(FigurePart(ellipse(0, 0.55, 0.22, 0.34), Tone.PALE, Light.ROUND))
    for side in (-1, 1):
        outer = polygon((side * 0.56, -0.5), (side * 0.48, -0.72 - ear), (side * 0.1, -0.72))
        inner = polygon((side * 0.46, -0.58), (side * 0.42, -0.62 - ear * 0.8), (side * 0.22, -0.7))
        parts += [FigurePart(outer, Tone.MAIN, Light.SLOPE), FigurePart(inner, (240, 170, 170))]
        parts.append(FigurePart(ellipse(side * 0.2, 0.94, 0.17, 0.09), Tone.PALE))
    parts.append(FigurePart(ellipse(0, -0.4, 0.58, 0.45), Tone.MAIN, Light.ROUND, fur))
    for side in (-1, 1):
        parts.append(FigurePart(ellipse(side * 0.24, -0.44, 0.12, 0.13), (236, 240, 170)))
        parts.append(FigurePart(ellipse(side * 0.24, -0.44, 0.05, 0.11), INK))
    parts.append(FigurePart(polygon((-0.07, -0.28), (0.07, -0.28), (0, -0.2)), (232, 130, 140)))
    points = {
        "left ear": (-0.46, -0.62 - ear * 0.8),
        "right ear": (0.46, -0.62 - ear * 0.8),
        "nose": (0.0, -0.25),
    }
    return Figure(parts, points | {"chest": (0.0, 0.5), "tail": (0.93, 0.6)})


def duck(form: Form) -> Figure:
    """A duck, beak to the left."""
    head, plump = 0.34 + 0.06 * form[0], 0.52 + 0.1 * form[1]
    body = smooth(
        (-0.6, 0.2),
        (-0.1, 0.94 - 1.55 * plump),
        (0.45, 0.1),
        (1.05, -0.08),
        (0.92, 0.5),
        (0.5, 0.92),
        (-0.1, 1),
        (-0.6, 0.86),
        (-0.82, 0.5),
    )
    wing = smooth((-0.2, 0.4), (0.25, 0.2), (0.72, 0.3), (0.5, 0.62), (0.1, 0.72))
    x, y = -0.5, -0.42
    neck = polygon((x - 0.2, y), (x + 0.3, y), (0.0, 0.55), (-0.7, 0.55))
    parts = [
        FigurePart(neck, Tone.MAIN, Light.TUBE),
        FigurePart(body, Tone.MAIN, Light.ROUND),
        FigurePart(wing, Tone.DEEP, Light.ROUND, one_of(form[2], (Grain.BANDS, Grain.SCALES))),
        FigurePart(
            smooth(
                (x - 0.24, y - 0.04), (x - 0.62, y + 0.06), (x - 0.6, y + 0.16), (x - 0.22, y + 0.2)
            ),
            BEAK,
            Light.SLOPE,
        ),
        FigurePart(ellipse(x, y, head, head), Tone.MAIN, Light.ROUND),
        FigurePart(ellipse(x - 0.1, y - 0.08, 0.08, 0.09), SNOW),
        FigurePart(ellipse(x - 0.11, y - 0.07, 0.05, 0.06), INK),
    ]
    points = {
        "eye": (x - 0.1, y - 0.08),
        "beak": (x - 0.55, y + 0.1),
        "tail": (0.95, 0.1),
        "wing": (0.3, 0.45),
    }
    return Figure(parts, points)
