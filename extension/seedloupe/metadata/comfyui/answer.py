"""ComfyUI's ``prompt``: which noise a picture began with, and from which seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...noise.comfyui import batch_paths
from ...noise.stream import CELL
from ..found_noise import FoundHost, FoundLevel, FoundNoise
from ..parsing import cell_of, latent_size, require_channels
from .beginning import Beginning, find_beginning
from .branches import shown_pictures
from .evaluation import Evaluation
from .flow import Draw, Flow
from .graph import read_nodes
from .rules import RULES, WHOLE_LISTS
from .verdict import judged

_USUAL_CHANNELS = 4
_SMALLEST_FILE = 64
"""Pixels a side; smaller files are thumbnails, and their size tells nothing."""


def noise_in_graph(
    prompt: Mapping[str, object],
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
    effort: int | None = None,
) -> FoundNoise:
    """Tell which noise a picture of ComfyUI was made from.

    Args:
        prompt: its ``prompt``, read from JSON.
        channels: of the model's latents, which no graph tells; None assumes as many as the node of
            the empty latents makes, or 4.
        file_size: ``(width, height)`` of the file in pixels, to tell branches apart, and for the
            size where the graph begins with a picture.
        effort: the two bits in which a PNG's zlib stream says how hard it was told to try, which
            tells ComfyUI's previews from what it saves; None where that is not known.

    Raises:
        ImageError: it is no graph, or a seed, size or batch in it cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    if channels is not None:
        require_channels(channels)
    graph = Evaluation(read_nodes(prompt))
    graph.run(RULES, WHOLE_LISTS)
    shown = shown_pictures(graph, file_size, effort)
    told = find_beginning(graph.draws, shown)
    if isinstance(told, FoundNoise):
        return told
    return _found(told, channels, file_size)


def _found(told: Beginning, channels: int | None, file_size: tuple[int, int] | None) -> FoundNoise:
    draw = told.draw
    cell = _cell(draw, channels)
    cells = _cells(draw, channels, cell)
    told_by_file = cells is None and not _is_rescaled(draw, channels)
    if told_by_file:
        cells = _cells_of_file(told, file_size, cell)
    taken = channels or draw.channels or _USUAL_CHANNELS
    # Sizes are checked in the eight pixels of the usual cell, whatever the model's is.
    pixels = None if cells is None else (cells[0] * CELL, cells[1] * CELL)
    found = FoundNoise(
        FoundHost.COMFYUI,
        FoundLevel.EXACT,
        "",
        (draw.seed,) if isinstance(draw.seed, int) else (),
        draw.source,
        None if pixels is None else latent_size(taken, pixels, "prompt"),
        task=draw.task,
        strength=draw.strength,
        later=told.flow.later,
        channels_assumed=channels is None,
        cell=cell,
    )
    found = judged(_placed(found, told), told)
    return replace(found, notes=tuple(_notes(found, told, file_size, is_own_size=told_by_file)))


def _cell(draw: Draw, channels: int | None) -> int:
    """Return pixels a side of a latent cell; of encoded pictures that is the model's."""
    if draw.channels is None and channels is not None:
        return cell_of(channels)
    return draw.cell


def _is_rescaled(draw: Draw, channels: int | None) -> bool:
    """Whether newer hosts make other latents out of the empty ones, and older hosts do not.

    Since 0.33 the commonest node tells how many pixels its cells are, and the host rescales them
    for a model whose cells are larger.
    """
    is_other = channels is not None and cell_of(channels) != CELL
    return draw.channels == _USUAL_CHANNELS and is_other


def _cells(draw: Draw, channels: int | None, cell: int) -> tuple[int, int] | None:
    """Return ``(width, height)`` of the latents, where the graph tells it."""
    if draw.size is None or _is_rescaled(draw, channels):
        return None
    if draw.channels is None and cell != draw.cell:
        width, height = (side * draw.cell // cell for side in draw.size)
        return (width, height)
    return draw.size


def _cells_of_file(
    told: Beginning, file_size: tuple[int, int] | None, cell: int
) -> tuple[int, int] | None:
    """Return ``(width, height)`` of the latents by the size of the file.

    None where the file is no whole number of cells, is a thumbnail, or may be either of two
    pictures that grew differently since.
    """
    grown = {picture.flow.grown for picture in told.shown if picture.flow is not None}
    by = grown.pop()
    if file_size is None or grown or by is None or min(file_size) < _SMALLEST_FILE:
        return None
    sides = [side / by / cell for side in file_size]
    if any(side.denominator != 1 for side in sides):
        return None
    return int(sides[0]), int(sides[1])


def _placed(found: FoundNoise, told: Beginning) -> FoundNoise:
    """Say which parts of its draw a picture may have."""
    draw, parts = told.draw, told.parts
    if draw.batch is None:
        return found
    if draw.index is not None:
        return replace(found, batch=len(parts), batch_index=parts)
    found = replace(found, batch=draw.batch)
    if parts == tuple(range(draw.batch)) or found.shape is None:
        return found
    if batch_paths(found.shape, draw.batch).agree:
        return replace(found, batch=len(parts), batch_index=parts)
    return replace(found, place=parts[0]) if len(parts) == 1 else found


def _notes(
    found: FoundNoise, told: Beginning, file_size: tuple[int, int] | None, *, is_own_size: bool
) -> Iterator[str]:
    draw, flow = told.draw, told.flow
    if draw.task != "txt2img" and draw.channels is None:
        yield "The noise was added to another picture, which is needed as well."
    if file_size is not None:
        yield from _size_notes(found, flow, file_size, is_own_size=is_own_size)
    if found.shape is not None and draw.batch is not None and draw.index is None:
        paths = batch_paths(found.shape, draw.batch)
        if not paths.agree:
            yield paths.sentence
    if flow.later:
        yield f"Later samplers ({len(flow.later)}) added noise of their own."
    if any(step.strength == 1 for step in flow.later):
        yield "A later sampler ran at full strength, and leaves little of what came before."
    if flow.passed:
        yield f"The finished picture went through {', '.join(flow.passed[:3])}, not known here."
    yield "Noise that ancestral and SDE steps add is drawn where the model computes."


def _size_notes(
    found: FoundNoise, flow: Flow, file_size: tuple[int, int], *, is_own_size: bool
) -> Iterator[str]:
    written = "{}x{}".format(*file_size)
    if is_own_size and found.shape is not None:
        yield f"The size is the file's own, {written} pixels."
    elif flow.pixels is not None and flow.pixels != file_size:
        made = "{}x{}".format(*flow.pixels)
        yield f"The graph makes a picture of {made} pixels, and the file has {written}."
