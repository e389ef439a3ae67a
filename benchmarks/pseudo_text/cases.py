"""The pictures: a row of letters that are none, or what is like one, with exact truth.

An index names a picture of a split. Rows go round all ways of making and all sizes in turn, and
pictures without text round all things that look like some, so that each has as many. The splits
share no seed, no typeface, no photograph and no repaint.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from text_samples.bend import Bend, lay
from text_samples.grounds import Ground
from text_samples.ink import Ink, choose_ink, paint, worn
from text_samples.lettering import Font, Stamp, opencv_fonts, outlined, pillow_fonts
from text_samples.mending import mask_around, mask_somewhere
from text_samples.samples import Sample, SampleKind, SampleSplit, TextLine

from seedloupe.geometry import Extent

from .glyphs import WAYS
from .places import DRAWN, PHOTOGRAPHS, photograph_ground
from .scrawls import SCRAWLS, SIGNS, WORDLESS, Scrawl

#: Heights of letters in pixels: from, to.
SIZES = ((8, 16), (16, 32), (32, 64), (64, 96))
PHOTOGRAPH, SCRAWL = "photograph", "seedling"
_NEEDED = frozenset({PHOTOGRAPH, SCRAWL})
#: Ways of making a row; the last is Seedling's own.
ROWS = (*WAYS, SCRAWL)
#: What pictures without text show, in turn; photographs twice as often.
BARE = (
    *("facade", PHOTOGRAPH, "fence", "branches", "stripes"),
    *("bricks", PHOTOGRAPH, "hair", "leaves", SCRAWL),
)
_SIDES = (384, 448, 512)
_CELLS = tuple(product(range(len(SIZES)), ROWS))


def split_fonts(split: SampleSplit) -> tuple[Font, ...]:
    """Return every other typeface; the splits share none."""
    return (pillow_fonts() + opencv_fonts())[list(SampleSplit).index(split) :: 2]


def draw_case(split: SampleSplit, index: int) -> Sample:
    """Draw the picture of an index: even ones bear a row, odd ones no text.

    The sample's ``font`` names the way the row was made, its ``size`` the height of the letters.
    """
    seed = split.seed(index)
    rng = np.random.default_rng([12, 20, seed])
    if index % 2:
        return _bare(rng, split, seed, BARE[index // 2 % len(BARE)])
    size_class, way = _CELLS[index // 2 % len(_CELLS)]
    size = _size(rng, size_class)
    if way == SCRAWL:
        fit = SCRAWLS[split]
        return _scrawled(fit[int(rng.integers(len(fit)))], seed, size)
    return _rowed(rng, split, seed, way, size)


def signs_case() -> Sample:
    """Draw the repaint with a row of plain signs as it is."""
    return _scrawled(SIGNS, 0, SIGNS.height)


def shows(split: SampleSplit, index: int) -> frozenset[str]:
    """Tell whether the picture of an index needs a photograph or one of Seedling's repaints."""
    rng = np.random.default_rng([12, 20, split.seed(index)])
    if index % 2:
        return frozenset({BARE[index // 2 % len(BARE)]}) & _NEEDED
    size_class, way = _CELLS[index // 2 % len(_CELLS)]
    _size(rng, size_class)
    return frozenset({way if way == SCRAWL else _ground_name(rng)}) & _NEEDED


def _bare(rng: np.random.Generator, split: SampleSplit, seed: int, name: str) -> Sample:
    if name == SCRAWL:
        from .repaints import repaint

        made = repaint(WORDLESS[split][int(rng.integers(len(WORDLESS[split])))])
        scale = float(rng.choice([1, 2, 3]))
        picture, mask = _scaled(made.picture, made.mask, scale)
    else:
        extent = _extent(rng)
        _, ground = _ground(rng, split, name)
        picture, mask = worn(rng, ground(rng, extent)), mask_somewhere(rng, extent)
    blank = np.zeros(mask.shape, np.float32)
    return Sample(picture, picture, mask, blank, (), SampleKind.NONE, name, seed=seed)


def _rowed(rng: np.random.Generator, split: SampleSplit, seed: int, way: str, size: int) -> Sample:
    name, ground = _ground(rng, split, _ground_name(rng))
    extent, font = _extent(rng), split_fonts(split)
    stamp, bend = _row(rng, way, size, font[int(rng.integers(len(font)))], extent)
    quad = bend.quad()
    room = np.array(extent) - np.ptp(quad, axis=0) - 6
    bend = bend.moved(3 - quad.min(axis=0) + rng.uniform(0, room))
    before = ground(rng, extent)
    written_on = _board(rng, before, bend, size)
    fill = lay(stamp, [bend], extent)
    rim = lay(outlined(stamp, max(1, size // 14)), [bend], extent)
    ink = _ink(rng, way, written_on, fill)
    painted = paint(written_on, fill, rim, ink)
    line = TextLine("", bend.quad())
    return Sample(
        picture=worn(rng, painted),
        before=before,
        mask=mask_around(rng, extent, [line.quad]),
        glyphs=np.asarray(fill, np.float32),
        lines=(line,),
        kind=SampleKind.PSEUDO,
        ground=name,
        font=way,
        size=size,
        degrees=bend.degrees,
        layout=bend.layout,
        contrast=ink.contrast,
        seed=seed,
    )


def _row(
    rng: np.random.Generator, way: str, size: int, font: Font, extent: Extent
) -> tuple[Stamp, Bend]:
    """Make a row that fits, and the way it lies; large rows are short."""
    most = 10 if size < 32 else 7
    for attempt in range(200):
        count = int(rng.integers(4, most)) if attempt < 100 else 4
        stamp = WAYS[way](rng, size, count, font)
        if rng.random() < 0.2 and size < 32:
            stamp = _below(stamp, WAYS[way](rng, size, count, font), size)
        if rng.random() < 0.5:
            stamp = _soft(stamp, size * float(rng.uniform(0.01, 0.05)))
        bend = Bend.draw(rng, False, (stamp.shape[1], stamp.shape[0]))
        if attempt >= 100:
            bend = Bend(bend.size, bend.centre)
        if (np.array(extent) - np.ptp(bend.quad(), axis=0) > 8).all():
            return stamp, bend
    raise ValueError(f"no row of {way} in {size} pixels fits {extent}")


def _below(upper: Stamp, lower: Stamp, size: int) -> Stamp:
    """Set a second row below the first."""
    width = max(upper.shape[1], lower.shape[1])
    gap = np.zeros((max(2, size // 3), width))
    rows = [np.pad(row, ((0, 0), (0, width - row.shape[1]))) for row in (upper, lower)]
    return np.concatenate([rows[0], gap, rows[1]])


def _soft(stamp: Stamp, deviation: float) -> Stamp:
    """Blur a stamp as decoders of latents do."""
    picture = Image.fromarray(np.uint8(np.round(np.pad(stamp, 2) * 255)))
    blurred = picture.filter(ImageFilter.GaussianBlur(deviation))
    return np.asarray(blurred, np.float64)[2:-2, 2:-2] / 255


def _board(rng: np.random.Generator, before: Image.Image, bend: Bend, size: int) -> Image.Image:
    """Nail a board below a quarter of the rows."""
    if rng.random() >= 0.25:
        return before
    picture = before.copy()
    corners = [(float(x), float(y)) for x, y in bend.quad(size * float(rng.uniform(0.2, 0.7)))]
    fill = tuple(int(value) for value in rng.integers(0, 256, 3))
    ImageDraw.Draw(picture).polygon(corners, fill)
    return picture


def _ink(rng: np.random.Generator, way: str, ground: Image.Image, fill: NDArray[np.float64]) -> Ink:
    """Choose colours as for words; plain signs are white or black, some with the other as rim."""
    ink = choose_ink(rng, np.asarray(ground, np.float64), fill)
    if way == "signs":
        white = rng.random() < 0.5
        edge = np.full(3, 20.0 if white else 235.0) if rng.random() < 0.5 else None
        return Ink(np.full(3, 245.0 if white else 12.0), edge, float(rng.uniform(0.6, 1)), 0.0)
    if ink.edge is None and rng.random() < 0.3:
        opacity = float(rng.uniform(0.55, 1))
        return Ink(ink.fill, None, opacity, ink.contrast * opacity)
    return ink


def _scrawled(scrawl: Scrawl, seed: int, size: int) -> Sample:
    """One of Seedling's repaints, enlarged or shrunk until its letters are as high as asked."""
    from .repaints import repaint

    made = repaint(scrawl.seed)
    box = np.array(scrawl.box, np.float64)
    scale = min(max(size / scrawl.height, 0.5), 7.0)
    picture, mask = _scaled(made.picture, made.mask, scale)
    left, top, right, bottom = box * scale
    quad = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    glyphs = np.zeros(mask.shape, np.float32)
    glyphs[round(top) : round(bottom), round(left) : round(right)] = 1
    return Sample(
        picture=picture,
        before=picture,
        mask=np.maximum(mask, glyphs),
        glyphs=glyphs,
        lines=(TextLine("", quad),),
        kind=SampleKind.PSEUDO,
        ground=SCRAWL,
        font=SCRAWL,
        size=round(scrawl.height * scale),
        seed=seed,
    )


def _scaled(
    picture: Image.Image, mask: NDArray[np.float32], scale: float
) -> tuple[Image.Image, NDArray[np.float32]]:
    size = round(picture.width * scale), round(picture.height * scale)
    larger = Image.fromarray(np.uint8(mask * 255)).resize(size, Image.Resampling.NEAREST)
    shown = np.asarray(np.asarray(larger, np.float32) / 255, np.float32)
    return picture.resize(size, Image.Resampling.BICUBIC), shown


def _ground(rng: np.random.Generator, split: SampleSplit, name: str) -> tuple[str, Ground]:
    """Return the ground of a name."""
    if name != PHOTOGRAPH:
        return name, DRAWN[name]
    known = PHOTOGRAPHS[split]
    return name, photograph_ground(known[int(rng.integers(len(known)))])


def _ground_name(rng: np.random.Generator) -> str:
    """Draw what a row stands on: half of them on photographs."""
    names = [*DRAWN, *[PHOTOGRAPH] * len(DRAWN)]
    return names[int(rng.integers(len(names)))]


def _size(rng: np.random.Generator, size_class: int) -> int:
    return round(float(np.exp(rng.uniform(*np.log(SIZES[size_class])))))


def _extent(rng: np.random.Generator) -> Extent:
    return Extent(*(int(side) for side in rng.choice(_SIDES, 2)))
