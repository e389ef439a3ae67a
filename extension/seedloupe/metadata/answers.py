"""What the owner of a picture knows of its noise, put beside what the picture says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import NoiseError
from ..noise.comfyui import batch_paths
from ..noise.source import NoiseSource
from ..noise.stream import require_size
from .found_noise import DrawWay, FoundLevel, FoundNoise, Missing
from .parsing import cell_of, require_channels

_USUAL_CHANNELS = 4
_LARGEST_BATCH = 4096


@dataclass(frozen=True)
class Answers:
    """What somebody says of a picture's noise; None where nothing is said.

    Attributes:
        source: which generator drew.
        shape: ``(C, H, W)`` of the noise, in latent cells.
        size: ``(width, height)`` in pixels the noise was drawn for.
        channels: of the model's latents.
        index: which picture of a batch, or which cell of a grid, from 0.
    """

    source: NoiseSource | None = None
    shape: tuple[int, ...] | None = None
    size: tuple[int, int] | None = None
    channels: int | None = None
    index: int | None = None


def settled(found: FoundNoise, answers: Answers) -> FoundNoise:
    """Put answers in the places of what a picture leaves open.

    Args:
        found: what the picture says.
        answers: what its owner says; nothing of it can overrule the picture.

    Returns:
        the same with less in ``missing``. Its level stays: what the owner says is not read. Where
        the noise is unknown, no answer settles anything, but for a place in a grid, whose cells
        have noise of their own.

    Raises:
        NoiseError: an answer contradicts the picture or cannot be; the field names it.
    """
    is_cell = found.is_grid and Missing.INDEX in found.missing and answers.index is not None
    if found.level is FoundLevel.UNKNOWN and not is_cell:
        return found
    if answers.channels is not None:
        found = _with_channels(found, require_channels(answers.channels))
    if answers.shape is not None:
        found = _with_shape(found, answers.shape)
    if answers.size is not None:
        found = _with_size(found, answers)
    if answers.source is not None:
        found = _with_source(found, answers.source)
    if answers.index is not None:
        found = _with_index(found, answers.index)
    return found


def require_place(found: FoundNoise, index: int | None) -> int:
    """Return the place of the picture in its batch.

    Raises:
        NoiseError: nobody said which of several it is, or it is none of them.
    """
    if found.place is not None:
        if index not in (None, found.place):
            expected = f"{found.place}, as the picture says"
            raise NoiseError("index", expected=expected, got=f"{index}")
        return found.place
    alike = found.batch_index is not None and len(set(found.batch_index)) == 1
    if index is None and (found.batch == 1 or alike):
        return 0
    if index is None or not 0 <= index < found.batch:
        raise NoiseError(
            "index",
            expected=f"0 to {found.batch - 1}, the picture's place in its batch",
            got="none" if index is None else f"{index}",
        )
    return index


def _with_channels(found: FoundNoise, channels: int) -> FoundNoise:
    if found.shape is None or found.shape[0] == channels:
        return replace(found, channels_assumed=found.channels_assumed and found.shape is None)
    if not found.channels_assumed:
        raise NoiseError(
            "channels", expected=f"{found.shape[0]}, as the picture says", got=f"{channels}"
        )
    cell = cell_of(channels)
    sides = (side * found.cell // cell for side in found.shape[-2:])
    shape = (channels, *found.shape[1:-2], *sides)
    return replace(found, shape=shape, cell=cell, channels_assumed=False)


def _with_shape(found: FoundNoise, shape: tuple[int, ...]) -> FoundNoise:
    known = found.shape
    if known is None:
        return _sized(replace(found, channels_assumed=False), shape)
    if known[1:] != shape[1:] or (known[0] != shape[0] and not found.channels_assumed):
        expected = f"{','.join(map(str, known))}, as the picture says"
        raise NoiseError("shape", expected=expected, got=",".join(map(str, shape)))
    return replace(found, shape=shape, channels_assumed=False)


def _with_size(found: FoundNoise, answers: Answers) -> FoundNoise:
    assert answers.size is not None
    width, height = answers.size
    got = f"{width}x{height}"
    if min(width, height) < found.cell:
        raise NoiseError("size", expected=f"at least {found.cell} pixels a side", got=got)
    if found.shape is None:
        channels = answers.channels or _USUAL_CHANNELS
        cell = cell_of(channels)
        sized = replace(found, channels_assumed=answers.channels is None, cell=cell)
        return _sized(sized, (channels, height // cell, width // cell))
    cells = height // found.cell, width // found.cell
    if found.shape[-2:] != cells:
        here = f"{found.shape[-1] * found.cell}x{found.shape[-2] * found.cell}"
        raise NoiseError("size", expected=f"{here}, as the picture says", got=got)
    return found


def _sized(found: FoundNoise, shape: tuple[int, ...]) -> FoundNoise:
    return _without(replace(found, shape=require_size(shape)), Missing.SIZE)


def _with_source(found: FoundNoise, source: NoiseSource) -> FoundNoise:
    if found.source is not None and found.source != source:
        expected = f"{found.source.label}, as the picture says"
        raise NoiseError("source", expected=expected, got=source.label)
    return _without(replace(found, source=source), Missing.SOURCE)


def _with_index(found: FoundNoise, index: int) -> FoundNoise:
    if found.candidates and Missing.INDEX not in found.missing:
        return found  # answered before
    if Missing.INDEX in found.missing and not found.candidates and found.batch == 1:
        found = _in_batch(found, index)
    if Missing.INDEX not in found.missing or not found.candidates:
        require_place(found, index)
        return _without(found, Missing.INDEX)
    if not 0 <= index < len(found.candidates):
        expected = f"0 to {len(found.candidates) - 1}, the picture's place"
        raise NoiseError("index", expected=expected, got=f"{index}")
    chosen = found.candidates[index]
    return _without(
        replace(
            found,
            level=FoundLevel.DEPENDS,
            is_grid=False,
            seeds=() if chosen.seed is None else (chosen.seed,),
            subseed=found.subseed if chosen.subseed is None else chosen.subseed,
            shape=chosen.shape or found.shape,
            batch=found.batch if found.drawn_as is DrawWay.STREAM else 1,
        ),
        Missing.INDEX,
    )


def _in_batch(found: FoundNoise, index: int) -> FoundNoise:
    """Take a picture for one of a batch whose size nobody knows."""
    if not 0 <= index < _LARGEST_BATCH:
        expected = f"0 to {_LARGEST_BATCH - 1}, the picture's place in its batch"
        raise NoiseError("index", expected=expected, got=f"{index}")
    batch = index + 1
    if found.shape is not None and not batch_paths(found.shape, batch).agree:
        raise NoiseError(
            "index",
            expected="0 at a size whose values are no whole blocks of 16",
            got=f"{index}",
            advice="There the noise also depends on the size of the batch, which nobody told.",
        )
    return replace(found, batch=batch)


def _without(found: FoundNoise, answered: Missing) -> FoundNoise:
    return replace(found, missing=tuple(what for what in found.missing if what is not answered))
