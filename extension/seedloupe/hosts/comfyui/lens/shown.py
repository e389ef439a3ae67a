"""What the page needs of a run to look into it further."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....lens.record_view import RecordView, ViewRequest, layers_of, steps_of
from ....lens.words import kept_words
from .events import picture_address
from .handle import LensRun

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["shown_run", "shown_view"]

_LONGEST_SIDE = 512


def shown_view(view: RecordView, request: ViewRequest) -> dict[str, object]:
    """Return what was seen as plain JSON values."""
    words = view.words.words if view.words is not None else ()
    return {
        "picture": picture_address(view.picture),
        "sentence": view.sentence,
        "view": request.kind.value,
        "layer": request.layer,
        "step": request.step,
        "word": request.word,
        "spot": [request.x, request.y],
        "shares": [[one.word, round(one.share, 4)] for one in words],
    }


def shown_run(
    run: LensRun, view: RecordView, request: ViewRequest, under: Tensor | None
) -> dict[str, object]:
    """Return a run and a look into it as plain JSON values.

    Args:
        run: which run; the page asks further by its id.
        view: what was seen.
        request: what was asked.
        under: the picture ``(3, H, W)``.
    """
    record = run.record
    seen = kept_words(record)
    notes = record.spec.truth.get("notes")
    return {
        **shown_view(view, request),
        "run": run.id,
        "layers": list(layers_of(record)),
        "steps": list(steps_of(record)),
        "words": list(seen.prompt.labels) if seen is not None else [],
        "notes": [str(note) for note in notes] if isinstance(notes, (list, tuple)) else [],
        "size": _size(run, under),
        "under": picture_address(_small(under)) if under is not None else "",
    }


def _size(run: LensRun, under: Tensor | None) -> list[int]:
    """Return width and height in some unit, for the form of the picture."""
    if under is not None:
        return [under.shape[2], under.shape[1]]
    spec = run.record.spec
    return next(([one.width, one.height] for one in (*spec.layers, *spec.words)), [1, 1])


def _small(picture: Tensor) -> Tensor:
    from torch.nn import functional

    factor = _LONGEST_SIDE / max(picture.shape[1:])
    if factor >= 1:
        return picture
    return functional.interpolate(picture[None], scale_factor=factor, mode="area")[0]
