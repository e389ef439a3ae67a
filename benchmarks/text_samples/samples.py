"""Test pictures for readers: text, things that look like text, and neither, with exact truth.

A seed names a picture. The seeds of :class:`Split` are disjoint and so are the words the two splits
write, so what thresholds were chosen on and what they are judged on have no picture and no word in
common. The grounds and typefaces are the same. Pictures are equal wherever numpy, Pillow and, where
its typefaces are used, OpenCV are.
"""

from __future__ import annotations

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
from .ink import choose_ink, paint, worn
from .lettering import Font
from .mending import mask_apart, mask_around, mask_somewhere

_SIDES = (384, 448, 512)
#: Sizes in pixels from line to line; as many below the geometric mean as above.
SIZES = (8, 96)
#: How often each kind is drawn, in the order of :class:`Kind`.
_SHARES = (0.38, 0.12, 0.16, 0.12, 0.22)


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
        picture = worn(rng, before)
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
    ink = choose_ink(
        rng, np.asarray(before, np.float64), fill, watermark=kind is SampleKind.WATERMARK
    )
    painted = paint(before, fill, rim, ink)
    pad = edge if ink.edge is not None else 0
    lines = tuple(TextLine(text, one.quad(pad)) for one in bends)
    apart = kind is SampleKind.BESIDE
    mask = (mask_apart if apart else mask_around)(rng, extent, [line.quad for line in lines])
    return Sample(
        picture=worn(rng, painted),
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
