"""Test pictures for readers: text, things that look like text, and neither, with exact truth.

A seed names a picture. The seeds of :class:`Split` are disjoint and so are the words the two splits
write, so what thresholds were chosen on and what they are judged on have no picture and no word in
common. The grounds and typefaces are the same. Pictures are equal wherever numpy, Pillow and, where
its typefaces are used, OpenCV are.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from seedloupe.geometry import Extent

from . import lettering
from .bend import Bend, lay
from .grounds import GROUNDS, Ground
from .lettering import Font
from .mending import mask_apart, mask_around, mask_somewhere

_SIDES = (384, 448, 512)
#: Sizes in pixels from line to line; as many below the geometric mean as above.
SIZES = (8, 96)
#: How often each kind is drawn, in the order of :class:`Kind`.
_SHARES = (0.38, 0.12, 0.16, 0.12, 0.22)
_LUMA = np.array((0.299, 0.587, 0.114))
#: Ink is chosen so that four fifths of the lettering differ from the ground by this much, of 255.
_LOW, _CLEAR = (35, 60), (60, 256)


class SampleSplit(Enum):
    """Who may look at a picture: disjoint ranges of seeds, ``(first, count)``."""

    TUNE = (0, 1_000_000)
    HELD_OUT = (1_000_000, 1_000_000)

    def seed(self, index: int) -> int:
        """The seed of the ``index``-th picture of this split.

        Raises:
            IndexError: ``index`` is negative or beyond the range of the split.
        """
        first, count = self.value
        if not 0 <= index < count:
            raise IndexError(f"{self.name} has pictures 0 to {count - 1}, not {index}")
        return int(first + index)

    @classmethod
    def of(cls, seed: int) -> SampleSplit:
        """Return the split a seed belongs to."""
        return next(split for split in cls if 0 <= seed - split.value[0] < split.value[1])


class SampleKind(str, Enum):
    """What is drawn; the last two hold no text in the mask."""

    WORDS = "words"
    WATERMARK = "watermark"
    PSEUDO = "pseudo"
    BESIDE = "beside"
    NONE = "none"

    @property
    def holds_text(self) -> bool:
        """Whether there is text in the mask."""
        return self not in (SampleKind.BESIDE, SampleKind.NONE)


@dataclass(frozen=True, eq=False)
class TextLine:
    """One line of text, and the smallest box around it that leans as it does.

    Attributes:
        text: what it says; empty where it says nothing.
        quad: ``(4, 2)`` float64 corners in order, as ``x, y`` in pixels.
    """

    text: str
    quad: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture and the truth about it.

    Attributes:
        picture: RGB.
        before: the same before anything was written, and before noise and JPEG.
        mask: ``(H, W)`` float32 in ``[0, 1]``, 1 where it was "repainted".
        glyphs: ``(H, W)`` float32 in ``[0, 1]``, the ink of each pixel, its outline included.
        lines: the lines, those outside the mask included.
        kind: what is drawn.
        ground: name of what it is drawn on.
        font: name of the typeface, or of the way pseudo-letters are made; empty without text.
        size: pixels from line to line; 0 without text.
        degrees: how far it is turned to the right.
        layout: ``straight``, ``perspective`` or ``arc``.
        contrast: difference in brightness, of 255, that four fifths of the lettering reach.
        seed: what it was drawn from.
    """

    picture: Image.Image
    before: Image.Image
    mask: NDArray[np.float32]
    glyphs: NDArray[np.float32]
    lines: tuple[TextLine, ...]
    kind: SampleKind
    ground: str
    font: str = ""
    size: int = 0
    degrees: float = 0.0
    layout: str = "straight"
    contrast: float = 0.0
    seed: int = 0

    @property
    def extent(self) -> Extent:
        """The picture's size."""
        return Extent(*self.picture.size)


@dataclass(frozen=True, eq=False)
class _Ink:
    """What the lettering is painted with: colours of three, and how opaque."""

    fill: NDArray[np.float64]
    edge: NDArray[np.float64] | None
    opacity: float
    contrast: float


def draw_sample(
    seed: int,
    *,
    kind: SampleKind | None = None,
    ground: str | None = None,
    grounds: Mapping[str, Ground] = GROUNDS,
    fonts: Sequence[Font] | None = None,
) -> Sample:
    """Draw the picture of a seed.

    Args:
        seed: of one of the splits.
        kind: what to draw; from the seed if not given.
        ground: name of what to draw it on; from the seed if not given.
        grounds: those there are.
        fonts: typefaces to choose from; Pillow's own if not given.
    """
    rng = np.random.default_rng([20, seed])
    extent = Extent(*(int(side) for side in rng.choice(_SIDES, 2)))
    kinds, names = list(SampleKind), list(grounds)
    drawn_kind, drawn_name = (
        kinds[rng.choice(len(kinds), p=_SHARES)],
        names[rng.integers(len(names))],
    )
    kind, name = kind or drawn_kind, ground or drawn_name
    before = grounds[name](rng, extent)
    if kind is SampleKind.NONE:
        blank = np.zeros(extent[::-1], np.float32)
        mask = mask_somewhere(rng, extent)
        picture = _worn(rng, before)
        return Sample(picture, before, mask, blank, (), kind, name, seed=seed)
    return _written(rng, seed, kind, name, before, fonts or lettering.pillow_fonts())


def _written(
    rng: np.random.Generator,
    seed: int,
    kind: SampleKind,
    ground: str,
    before: Image.Image,
    fonts: Sequence[Font],
) -> Sample:
    extent = Extent(*before.size)
    size = round(
        float(np.exp(rng.uniform(*np.log(SIZES if kind is not SampleKind.BESIDE else (8, 40)))))
    )
    font = fonts[int(rng.integers(len(fonts)))]
    while True:
        text, name, stamp = _stamp(rng, kind, SampleSplit.of(seed), font, size)
        edge = max(1, size // 14)
        bend = Bend.draw(rng, kind is SampleKind.WATERMARK, (stamp.shape[1], stamp.shape[0]))
        quad = bend.quad(edge)
        room = np.array(extent) - np.ptp(quad, axis=0) - 6
        if (room > 0).all():
            break
        size = max(8, round(size * 0.93))
    bend = bend.moved(3 - quad.min(axis=0) + rng.uniform(0, room))
    bends = bend.tiled(rng, extent, size) if kind is SampleKind.WATERMARK else [bend]
    fill, rim = lay(stamp, bends, extent), lay(lettering.outlined(stamp, edge), bends, extent)
    ink = _ink(rng, kind, np.asarray(before, np.float64), fill)
    painted = _paint(before, fill, rim, ink)
    pad = edge if ink.edge is not None else 0
    lines = tuple(TextLine(text, one.quad(pad)) for one in bends)
    apart = kind is SampleKind.BESIDE
    mask = (mask_apart if apart else mask_around)(rng, extent, [line.quad for line in lines])
    return Sample(
        picture=_worn(rng, painted),
        before=before,
        mask=mask,
        glyphs=np.asarray(rim if ink.edge is not None else fill, np.float32),
        lines=lines,
        kind=kind,
        ground=ground,
        font=name,
        size=size,
        degrees=bend.degrees,
        layout=bend.layout,
        contrast=ink.contrast,
        seed=seed,
    )


def _stamp(
    rng: np.random.Generator, kind: SampleKind, split: SampleSplit, font: Font, size: int
) -> tuple[str, str, lettering.Stamp]:
    """What is written, the name of how, and its ink."""
    if kind is not SampleKind.PSEUDO:
        known = lettering.split_words(list(SampleSplit).index(split))
        chosen = lettering.marks() if kind is SampleKind.WATERMARK else known
        text = chosen[rng.integers(len(chosen))]
        return text, font.name, font.write(text, size)
    count, way = int(rng.integers(4, 10)), int(rng.integers(4))
    if way == 0:
        return "", "strokes", lettering.strokes(rng, size, count)
    draw = (lettering.shuffled, lettering.mirrored, lettering.warped)[way - 1]
    return "", draw.__name__, draw(rng, size, count, font)


def _ink(
    rng: np.random.Generator,
    kind: SampleKind,
    ground: NDArray[np.float64],
    fill: NDArray[np.float64],
) -> _Ink:
    """Choose colours that can be seen on what is under the lettering; a rim where none can."""
    under = ground[fill > 0.5] if (fill > 0.5).any() else ground.reshape(-1, 3)
    brightness = under @ _LUMA
    if kind is SampleKind.WATERMARK:
        value = 255.0 if brightness.mean() < 140 else 0.0
        opacity = float(rng.uniform(0.3, 0.7))
        contrast = float(np.quantile(np.abs(brightness - value), 0.2)) * opacity
        return _Ink(np.full(3, value), None, opacity, contrast)
    low, high = _LOW if rng.random() < 0.2 else _CLEAR
    colours = np.concatenate([rng.uniform(0, 255, (24, 3)), [[8.0] * 3], [[248.0] * 3]])
    reached = np.quantile(np.abs(colours @ _LUMA - brightness[:, None]), 0.2, axis=0)
    fit = np.flatnonzero((reached >= low) & (reached < high))
    if len(fit) and rng.random() < 0.85:
        best = fit[rng.integers(len(fit))]
        return _Ink(colours[best], None, 1.0, float(reached[best]))
    light = np.full(3, 248.0), np.full(3, 8.0)
    fill_colour, edge_colour = light if rng.random() < 0.5 else light[::-1]
    return _Ink(fill_colour, edge_colour, 1.0, 240.0)


def _paint(
    before: Image.Image, fill: NDArray[np.float64], rim: NDArray[np.float64], ink: _Ink
) -> Image.Image:
    values = np.asarray(before, np.float64)
    if ink.edge is not None:
        values = values + rim[..., None] * (ink.edge - values)
    values = values + (fill * ink.opacity)[..., None] * (ink.fill - values)
    return Image.fromarray(np.uint8(np.round(values)))


def _worn(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Add noise to half of the pictures, and save half of them as JPEG."""
    if rng.random() < 0.5:
        deviation = rng.uniform(2, 12)
        values = np.asarray(picture) + rng.normal(0, deviation, (picture.height, picture.width, 3))
        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(rng.integers(50, 96)))
        picture = Image.open(buffer).convert("RGB")
    return picture
