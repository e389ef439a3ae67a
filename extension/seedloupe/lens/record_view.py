"""One look into a recorded run: a layer at a step, a spot or a word, as picture and sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from ..errors import InputError, LayerNotFoundError, LensMatchError
from .questions import elsewhere, groups, painted_likeness, spot_likeness
from .record import LensKey, LensRecord
from .views.cells import Spot
from .views.similarity import Measure
from .words import kept_words
from .words.paint import heat_colours, overlay

if TYPE_CHECKING:
    from torch import Tensor

    from .words import SpotWords

#: Stands for the first layer the record lists.
FIRST = "auto"
#: Stands for the last recorded step.
LAST = -1
_SHOWN_WORDS = 5


class ViewKind(str, Enum):
    """What is looked at."""

    COLOURS = "colours"
    """The three strongest components of a layer as red, green and blue."""
    GROUPS = "groups"
    """Cells that belong together."""
    SPOT = "spot"
    """What is like the place pointed at, and which words act there."""
    WORD = "word"
    """Where in the picture a word was attended to."""


@dataclass(frozen=True)
class ViewRequest:
    """What to look at.

    Args:
        kind: what is looked at.
        layer: canonical name; ``auto`` is the first one recorded. Word maps are over all layers.
        step: recorded step; -1 is the last.
        x: of the spot, from the left, 0 to 1.
        y: of the spot, from the top, 0 to 1.
        word: of the prompt.
        image: which picture of the batch.
        prompt: which of several prompts.
    """

    kind: ViewKind = ViewKind.COLOURS
    layer: str = FIRST
    step: int = LAST
    x: float = 0.5
    y: float = 0.5
    word: str = ""
    image: int = 0
    prompt: int = 0


@dataclass(frozen=True, eq=False)
class RecordView:
    """What was seen.

    Args:
        picture: ``(3, H, W)``, float32 in ``[0, 1]``, a pixel a cell.
        sentence: what the picture shows.
        strength: ``(H, W)``, float32, what the picture is painted from, where it is one number a
            cell; None for colours and groups.
        words: the words at the spot, the strongest first.
    """

    picture: Tensor
    sentence: str
    strength: Tensor | None = None
    words: SpotWords | None = None


def view_record(record: LensRecord, request: ViewRequest) -> RecordView:
    """Look into ``record``.

    Raises:
        LayerNotFoundError: the layer was not recorded.
        InputError: the step, the picture or the spot is not there, or the record keeps no words.
        WordNotFoundError: the prompt has no such word.
    """
    if request.kind is ViewKind.WORD:
        return _of_word(record, request)
    key = chosen_key(record, request)
    row = viewed_row(record, key, request)
    if request.kind is ViewKind.SPOT:
        return _of_spot(record, key, row, request)
    if request.kind is ViewKind.GROUPS:
        found = groups(record, [key], row=row)[key]
        return RecordView(found.picture(), f"Groups of like cells in {_place(record, key)}.")
    share = sum(record.layer(key).explained)
    colours = f"The three strongest components of {_place(record, key)}, {share:.0%} of variance."
    return RecordView(record.picture(key, row=row), colours)


def laid_out(
    view: RecordView, height: int, width: int, *, under: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Bring a view to the size of a picture.

    Args:
        view: what was seen.
        height: in pixels.
        width: in pixels.
        under: ``(3, height, width)``, float32 in ``[0, 1]``: lies under a word or a spot.

    Returns:
        the picture ``(3, height, width)``, and how strong it is at each pixel, ``(height, width)``
        stretched to ``[0, 1]``; ones for colours and groups.
    """
    if view.strength is None:
        large = functional.interpolate(view.picture[None], (height, width), mode="nearest")[0]
        return large, torch.ones(height, width)
    values = view.strength.nan_to_num(float(view.strength.nanmean()))
    low, high = values.min(), values.max()
    even = torch.zeros_like(values)
    stretched = (values - low) / (high - low) if high > low else even
    size = (height, width)
    shown = functional.interpolate(stretched[None, None], size, mode="bilinear")[0, 0]
    if under is None:
        return functional.interpolate(view.picture[None], size, mode="nearest")[0], shown
    return overlay(under, view.strength), shown


def require_same_form(record: LensRecord, height: int, width: int) -> None:
    """Check that a picture may be the one a run was recorded of, by its form.

    Raises:
        LensMatchError: its sides stand in another proportion than the layers' cells.
    """
    layers = [(layer.height, layer.width) for layer in record.spec.layers]
    layers += [(words.height, words.width) for words in record.spec.words]
    if not layers:
        return
    rows, columns = max(layers, key=lambda size: size[0] * size[1])
    if abs(width * rows - height * columns) >= max(width, height):
        raise LensMatchError(
            "picture",
            expected=f"the form of this lens's layers, {columns}x{rows} cells",
            got=f"{width}x{height} pixels",
            advice="Wire the picture that was sampled with the tapped model.",
        )


def layers_of(record: LensRecord) -> tuple[str, ...]:
    """Return the recorded layers as the record lists them."""
    return tuple(dict.fromkeys(layer.name for layer in record.spec.layers))


def steps_of(record: LensRecord) -> tuple[int, ...]:
    """Return the recorded steps of the first pass in order."""
    return tuple(sorted({key.step for key in (*record.rgb, *record.words) if key.track == 0}))


def chosen_key(record: LensRecord, request: ViewRequest) -> LensKey:
    """Return which map a request is about: the last call of its step that holds its row.

    Raises:
        LayerNotFoundError: the layer was not recorded.
        InputError: the step was not recorded.
    """
    layer = _layer(record, request.layer)
    keys = [key for key in sorted(record.rgb) if key.layer == layer and key.track == 0]
    steps = sorted({key.step for key in keys})
    step = steps[-1] if request.step == LAST else request.step
    here = [key for key in keys if key.step == step]
    if not here:
        expected = f"a recorded step, {steps[0]} to {steps[-1]}, or -1 for the last"
        raise InputError("step", expected=expected, got=str(request.step))
    holding = [key for key in here if _rows(record, key, request)]
    return (holding or here)[-1]


def viewed_row(record: LensRecord, key: LensKey, request: ViewRequest) -> int:
    """Return the row of a map that belongs to the picture and prompt asked for.

    Raises:
        InputError: there is no such picture or prompt.
    """
    rows = _rows(record, key, request)
    if rows:
        return rows[0]
    moment = record.moment(key)
    images = len({label.image for label in moment.rows}) or len(record.rgb[key])
    prompts = len({label.prompt for label in moment.rows}) or 1
    raise InputError(
        "image",
        expected=f"one of {images} pictures and {prompts} prompts, counted from 0",
        got=f"picture {request.image}, prompt {request.prompt}",
    )


def _rows(record: LensRecord, key: LensKey, request: ViewRequest) -> list[int]:
    labels = record.moment(key).rows
    if not labels:  # the host did not say; then rows are pictures
        fits = request.prompt == 0 and request.image < len(record.rgb[key])
        return [request.image] if fits else []
    wanted = (request.image, request.prompt)
    return [n for n, label in enumerate(labels) if (label.image, label.prompt) == wanted]


def _layer(record: LensRecord, name: str) -> str:
    known = layers_of(record)
    if not known:
        advice = "Record again with a layer, or look at a word."
        raise InputError("lens", expected="at least one layer", got="words alone", advice=advice)
    if name == FIRST:
        return known[0]
    if name not in known:
        advice = "Name it in the tap's layers and run again, or choose one of these."
        expected = f"a layer of this lens ({', '.join(known)})"
        raise LayerNotFoundError("layer", expected=expected, got=repr(name), advice=advice)
    return name


def _of_spot(record: LensRecord, key: LensKey, row: int, request: ViewRequest) -> RecordView:
    spots = [Spot(request.x, request.y)]
    found = spot_likeness(record, spots, [key], measure=Measure.COSINE, row=row)
    picture = painted_likeness(record, found, spots, stretch=True).picture(key)
    other = elsewhere(found[key], spots)
    most = f" Most like it elsewhere: x {other.x:.2f}, y {other.y:.2f}." if other else ""
    words = _words_at(record, key, request)
    said = _ranked(words) if words is not None else ""
    where = f"x {request.x:.2f}, y {request.y:.2f}"
    sentence = f"What is like {where} in {_place(record, key)}, lighter is more alike.{most}{said}"
    return RecordView(picture, sentence, found[key].values, words)


def _words_at(record: LensRecord, key: LensKey, request: ViewRequest) -> SpotWords | None:
    seen = kept_words(record, track=key.track)
    if seen is None or request.prompt != 0:
        return None
    step = key.step if key.step in seen.tally.seen_steps else None
    rows = (_image(len(next(iter(record.words.values()))), request),)
    return replace(seen, rows=rows).at(request.x, request.y, step=step)


def _image(images: int, request: ViewRequest) -> int:
    if not 0 <= request.image < images:
        raise InputError("image", expected=f"0 to {images - 1}", got=str(request.image))
    return request.image


def _ranked(words: SpotWords) -> str:
    best = ", ".join(f"{word.word} {word.share:.0%}" for word in words.words[:_SHOWN_WORDS])
    return f" Words there: {best}." if best else ""


def _of_word(record: LensRecord, request: ViewRequest) -> RecordView:
    seen = kept_words(record)
    if seen is None:
        advice = "Record it again and let the words be watched."
        raise InputError("word", expected="a lens with word maps", got="none", advice=advice)
    word = request.word or next(iter(seen.prompt.labels))
    step = None if request.step == LAST else request.step
    found = seen.map_of(word, step=step)
    values = found.values[_image(len(found.values), request)]
    low, high = values.min(), values.max()
    stretched = (values - low) / (high - low) if high > low else torch.zeros_like(values)
    when = "all steps" if step is None else f"step {step}"
    doubt = f" {found.truth.reason.capitalize()}." if found.truth.reason else ""
    sentence = f"Attention to {word!r} over all layers and {when}, up to {float(high):.1%}.{doubt}"
    return RecordView(heat_colours(stretched), sentence, values)


def _place(record: LensRecord, key: LensKey) -> str:
    layer = record.layer(key)
    sigma = record.moment(key).sigma
    level = f", sigma {sigma:.3g}" if sigma is not None else ""
    return f"{key.layer} at step {key.step}{level} ({layer.width}x{layer.height} cells)"
