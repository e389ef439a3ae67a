"""Repainting the brushed part of a picture with several seeds, each looked over for text."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PIL import Image

from ...artifacts import ArtifactReport, OcrReader, Verdict, check_text_artifacts, draw_overlay
from ...errors import ImageError, InputError, MaskError
from .app_lens import LayerPainter, panel
from .app_stream import follow
from .app_tables import Settings
from .app_view import Bench, Frame
from .images import to_pil, to_tensor
from .request import Request
from .sampling import Generated, StepUpdate

if TYPE_CHECKING:
    import torch

    from .app_desk import Desk

#: Least side of the picture in the editor: a brush needs room, whatever the model's size.
EDITOR_SIDE = 512
#: Colour of the brush and how much it covers.
BRUSH = ("#e11d48", 0.6)

_MARKS = {
    Verdict.CLEAN: ("clean", "good"),
    Verdict.FLAGGED: ("text found", "bad"),
    Verdict.NOT_CHECKED: ("could not look", "unknown"),
}


@dataclass(frozen=True, eq=False)
class Canvas:
    """What was brushed: ``image`` ``(3, H, W)`` in [0, 1], ``mask`` ``(H, W)``, 1 where brushed."""

    image: torch.Tensor
    mask: torch.Tensor


@dataclass(frozen=True, eq=False)
class Result:
    """One repainted picture, what a reader found in it, and how both look on the bench."""

    url: str
    overlay_url: str
    report: ArtifactReport
    bench: Bench


@dataclass(frozen=True, eq=False)
class Sheet:
    """The page at one moment; results by seed."""

    seeds: tuple[int, ...] = ()
    results: Mapping[int, Result] = field(default_factory=dict)
    bench: Bench | None = None
    drawing: int | None = None
    status: str = ""

    def frames(self, *, boxes: bool) -> tuple[Frame, ...]:
        """Return what to show, with or without boxes around the text that was found."""
        return tuple(self._frame(seed, boxes=boxes) for seed in self.seeds)

    def _frame(self, seed: int, *, boxes: bool) -> Frame:
        result = self.results.get(seed)
        if result is None:
            return Frame(str(seed), drawing=seed == self.drawing)
        url = result.overlay_url if boxes else result.url
        mark = _MARKS[result.report.verdict]
        return Frame(str(seed), "", (result.report.message,), url, str(seed), mark=mark)


@dataclass(frozen=True, eq=False)
class Inspection:
    """How results are looked over.

    Attributes:
        reader: finds text; None where no reader works here.
        keep: stores a finished picture and returns its address.
        keep_boxes: the same for that picture with boxes around what was read.
    """

    reader: OcrReader | None
    keep: Callable[[Generated], str]
    keep_boxes: Callable[[Image.Image, str], str]


def canvas_of(edited: Mapping[str, Any] | None, size: tuple[int, int]) -> Canvas:
    """Turn what Gradio's editor holds into tensors of the model's size.

    Args:
        edited: ``background`` and ``layers``, Pillow pictures with a transparent channel.
        size: width and height the model draws at.

    Raises:
        ImageError: there is no picture.
        MaskError: nothing is brushed, or all of it.
    """
    background = edited.get("background") if edited else None
    if edited is None or background is None:
        raise ImageError(
            "picture", expected="a picture", got="none", advice="Upload one, or press Draw me one."
        )
    image = to_tensor(fit(background, size))
    mask = _brushed(edited.get("layers") or (), size)
    if not mask.any():
        raise MaskError(
            "mask", expected="a brushed part", got="none", advice="Brush over what should change."
        )
    return Canvas(image, mask)


def fit(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Cut the middle out of a picture in the shape of ``size`` and scale it there."""
    from PIL import ImageOps

    if picture.size == size:
        return picture
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)


def for_editor(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Show a picture as the model will see it, enlarged by a whole number to be brushed on."""
    width, height = size
    times = max(1, math.ceil(EDITOR_SIDE / max(width, height)))
    return fit(picture, size).resize((width * times, height * times), Image.Resampling.BICUBIC)


def seeds_of(text: str, count: int, dice: Callable[[], int]) -> tuple[int, ...]:
    """Read seeds such as ``4, 8, 15``; an empty text throws ``count`` of them with ``dice``.

    Raises:
        InputError: something in the text is no seed.
    """
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    for word in words:
        if not word.isdecimal() or not word.isascii():
            raise InputError("seeds", expected="whole numbers such as 4, 8, 15", got=repr(word))
    return tuple(dict.fromkeys(int(word) for word in words)) or tuple(dice() for _ in range(count))


@dataclass(frozen=True, eq=False)
class Repaint:
    """What somebody asked the page for.

    Attributes:
        edited: what the editor holds.
        prompt: what the brushed part should show.
        seeds: as typed; empty throws dice.
        count: how many dice to throw.
        strength: in (0, 1], how much of the brushed part is forgotten.
        settings: how to sample.
        model: name or path of the model.
    """

    edited: Mapping[str, Any] | None
    prompt: str
    seeds: str
    count: int
    strength: float
    settings: Settings
    model: str


def try_seeds(desk: Desk, wish: Repaint, stop: threading.Event) -> Iterator[Sheet]:
    """Repaint with several seeds, look each over, and yield the page as it fills.

    Raises:
        SeedloupeError: the model, the picture, the brush or a setting cannot be used.
    """
    model = desk.shelf.get(wish.model)
    canvas = canvas_of(wish.edited, model.native_size)
    request = wish.settings.request(
        wish.prompt,
        seeds_of(wish.seeds, wish.count, desk.dice),
        image=canvas.image,
        mask=canvas.mask,
        strength=wish.strength,
    )
    layers = panel(model.unet)
    return repaint(
        request,
        lambda request: desk.stream(model, request, panel=layers, preview=True),
        LayerPainter(),
        Inspection(
            desk.reader,
            lambda picture: desk.prints.keep_generated(picture, request, model),
            desk.prints.keep,
        ),
        stop,
    )


def draw_one(desk: Desk, prompt: str, settings: Settings, model_name: str) -> Image.Image:
    """Draw a picture to be repainted, enlarged for the editor.

    Raises:
        SeedloupeError: the model or a setting cannot be used.
    """
    model = desk.shelf.get(model_name)
    request = settings.request(prompt, (desk.dice(),))
    pictures = (event for event in desk.stream(model, request) if isinstance(event, Generated))
    return for_editor(next(pictures).image, model.native_size)


def repaint(
    request: Request,
    stream: Callable[[Request], Generator[StepUpdate | Generated, None, None]],
    painter: LayerPainter,
    inspection: Inspection,
    stop: threading.Event,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sheet]:
    """Repaint with every seed of ``request``; yield the page each time something changed."""
    sheet = Sheet(request.seeds, drawing=request.seeds[0], status="Getting ready")
    yield sheet
    for event in follow(stream(request), stop, clock=clock):
        if isinstance(event, StepUpdate):
            status = f"Picture {event.image + 1} of {len(sheet.seeds)}"
            bench = painter.bench(event, f"Seed {event.seed}, being drawn")
            sheet = replace(sheet, bench=bench, drawing=event.seed, status=status)
        else:
            sheet = _with_result(sheet, event, request, inspection)
        yield sheet
    yield replace(sheet, drawing=None, status=_last_words(sheet))


def _with_result(
    sheet: Sheet, picture: Generated, request: Request, inspection: Inspection
) -> Sheet:
    assert request.mask is not None  # the tab repaints, and a checked canvas has a mask
    report = check_text_artifacts(
        to_tensor(picture.image),
        request.mask,
        inspection.reader,
        before=request.image,
        prompt=request.prompt,
    )
    url = inspection.keep(picture)
    layers = sheet.bench.layers if sheet.bench else ()
    bench = Bench(f"Seed {picture.seed}", (report.message, *picture.notes), url, layers, 1.0, url)
    result = Result(url, _boxes_url(picture, report, request.mask, inspection), report, bench)
    return replace(sheet, bench=bench, results={**sheet.results, picture.seed: result})


def _boxes_url(
    picture: Generated, report: ArtifactReport, mask: torch.Tensor, inspection: Inspection
) -> str:
    overlay = draw_overlay(to_tensor(picture.image), report, mask)
    return inspection.keep_boxes(to_pil(overlay), f"seed-{picture.seed}-boxes")


def _last_words(sheet: Sheet) -> str:
    done, wanted = len(sheet.results), len(sheet.seeds)
    counts = Counter(result.report.verdict for result in sheet.results.values())
    found = ", ".join(f"{counts[verdict]} {_MARKS[verdict][0]}" for verdict in counts)
    stopped = f"Stopped after {done} of {wanted} pictures" if done < wanted else f"{done} pictures"
    readers = {result.report.reader for result in sheet.results.values()} - {""}
    by = f" Read by {', '.join(sorted(readers))}." if readers else ""
    return f"{stopped}: {found}.{by}" if found else f"{stopped}."


def _brushed(layers: Any, size: tuple[int, int]) -> torch.Tensor:
    """Everything brushed on any layer; what the brush covers half counts."""
    import torch

    mask = torch.zeros(size[::-1])
    for layer in layers:
        alpha = fit(layer.convert("RGBA").getchannel("A"), size)
        mask = mask.maximum((to_tensor(alpha.convert("RGB"))[0] >= BRUSH[1] / 2).float())
    return mask
