"""Repainting the brushed part of a picture with several seeds, each looked over for text."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from torch.nn.functional import interpolate

from .....artifacts import ArtifactReport, Level, TextCheck, draw_overlay
from .....artifacts.tally.result_log import ResultLog, check_and_count, subject_of
from .....generation.request import Request
from .....images import from_pil, to_pil
from .....noise import parse_seeds
from .....services.table_fit import Plan
from ...engine.sampling import Generated, StepUpdate
from ..html import Preview
from ..layer_preview import LayerPainter, panel
from ..stop_and_throttle import follow
from .canvas import Canvas, Framing, area_words, canvas_of
from .mask_editor import LONGEST_VIEW, view_of
from .state import InpaintState, Job, Result

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from ..state import AppState

#: More pictures than anybody waits for, and fewer than a slip of the pen asks for.
_MOST_SEEDS = 1024


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
        level: how suspicious the check for text is.
        source: the picture at full size of which the editor shows a view, if it was kept.
        framing: what the model is shown of it, and how its work is put back.
    """

    edited: Mapping[str, Any] | None
    prompt: str
    seeds: str
    count: int
    strength: float
    settings: Plan
    model: str
    level: Level = Level.NORMAL
    source: Image.Image | None = None
    framing: Framing = field(default_factory=Framing)


def typed_seeds(text: str, count: int, dice: Callable[[], int]) -> tuple[int, ...]:
    """Read seeds such as ``4, 8, 15-23``; an empty text throws ``count`` of them with ``dice``.

    Raises:
        SeedError: something in the text is no seed, or there are very many.
    """
    seeds = parse_seeds(text, most=_MOST_SEEDS)
    return tuple(dict.fromkeys(seeds)) or tuple(dice() for _ in range(count))


def job_of(state: AppState, wish: Repaint) -> Job:
    """Get everything ready that all seeds share.

    Raises:
        SeedloupeError: the model, the picture, the brush or a seed cannot be used.
    """
    model = state.models.get(wish.model)
    canvas = canvas_of(wish.edited, model.native_size, source=wish.source, framing=wish.framing)
    seeds = typed_seeds(wish.seeds, wish.count, state.dice)
    request = Request.of(
        model.info,
        wish.prompt,
        seeds,
        plan=wish.settings,
        image=canvas.image,
        mask=canvas.mask,
        strength=wish.strength,
        keep_outside=False,  # the canvas puts back what is outside, through a soft edge
    )
    log = None
    if state.store is not None:
        subject = subject_of(model.info, wish.prompt, request.size, request.noise)
        log = ResultLog(state.store, subject)

    painter = LayerPainter()
    extras = _framing_record(canvas, wish.framing)

    # By name: a page that waits for somebody's retry must not keep a model from being closed.
    def drawn(request: Request) -> Generator[StepUpdate | Generated, None, None]:
        model = state.models.get(wish.model)
        return state.stream(
            model, request, panel=panel(model.unet), sinks=(painter.take,), preview=True
        )

    def kept(picture: Generated) -> str:
        return state.files.keep_generated(picture, request, extras)

    return Job(
        request,
        wish.model,
        drawn,
        TextCheck(
            canvas.mask, state.reader, before=canvas.image, prompt=wish.prompt, level=wish.level
        ),
        kept,
        state.files.keep_drawing,
        canvas,
        _kept_view(state.files.keep_drawing, canvas.original, "before"),
        log,
        log.read()[0].corrections if log else {},
        painter,
    )


def draw_one(state: AppState, prompt: str, settings: Plan, model_name: str) -> Image.Image:
    """Draw a picture to be repainted, and save it as every picture that is made.

    Raises:
        SeedloupeError: the model or a setting cannot be used.
    """
    model = state.models.get(model_name)
    request = Request.of(model.info, prompt, (state.dice(),), plan=settings)
    pictures = (event for event in state.stream(model, request) if isinstance(event, Generated))
    made = next(pictures)
    state.files.keep_generated(made, request)
    return to_pil(made.image)


def repaint(
    job: Job, stop: threading.Event, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[InpaintState]:
    """Repaint with every seed of a job; yield the page each time something changed.

    Raises:
        InputError: a setting cannot be used; the page before stays.
    """
    seeds = job.request.seeds
    events = job.stream(job.request)
    sheet = InpaintState(seeds, drawing=seeds[0], status="Getting ready", job=job)
    yield sheet

    def words(step: StepUpdate) -> str:
        return f"Picture {step.image + 1} of {len(seeds)}"

    for page in draw_repaint(sheet, job, follow(events, stop, clock=clock), words):
        sheet = page
        yield sheet
    yield replace(sheet.settled(), status=sheet.summary)


def draw_repaint(
    sheet: InpaintState,
    job: Job,
    events: Iterator[StepUpdate | Generated],
    words: Callable[[StepUpdate], str],
) -> Iterator[InpaintState]:
    """Show what a sampler draws on a page; yield it with every step, picture and verdict.

    Args:
        sheet: the page so far.
        job: what is drawn.
        events: steps and pictures.
        words: says how far it is.
    """
    for event in events:
        if isinstance(event, StepUpdate):
            preview = job.painter.preview(event, f"Seed {event.seed}, being drawn")
            sheet = replace(
                sheet, preview=preview, drawing=event.seed, looking="", status=words(event)
            )
        else:
            yield replace(sheet, drawing=event.seed, status=_doing(sheet, job, "putting it back"))
            whole = replace(event, image=job.canvas.whole(event.image))
            link = job.keep(whole)
            url = _shown(job, whole, link)
            # Reading takes its time, and the picture is there.
            status = _doing(sheet, job, "reading it")
            yield replace(sheet, drawing=event.seed, looking=url, status=status)
            result = check_repaint(job, event, (link, url), sheet.preview)
            results = {**sheet.results, event.seed: result}
            sheet = replace(sheet, looking="", preview=result.preview, results=results)
        yield sheet


def _doing(sheet: InpaintState, job: Job, what: str) -> str:
    """Say what is done with a finished picture, where it is so large that this takes seconds."""
    if max(job.canvas.full_size) <= LONGEST_VIEW:
        return sheet.status
    return f"{sheet.status.rstrip('.')}: {what}"


def check_repaint(
    job: Job, picture: Generated, urls: tuple[str, str], preview: Preview | None
) -> Result:
    """Look for text in what a model made of a picture, and count what was found.

    Args:
        job: what it belongs to.
        picture: what the model made.
        urls: where the whole picture lies, and where it lies to be looked at.
        preview: the last look at it, for its layers.
    """
    link, url = urls
    close = job.canvas.close(picture.image)
    report, counted = check_and_count(job.check, picture.seed, close, job.log)
    notes = (
        report.message,
        *picture.notes,
        *filter(None, (counted.problem, area_words(job.canvas))),
    )
    layers = preview.layers if preview else ()
    shown = Preview(f"Seed {picture.seed}", notes, url, layers, 1.0, link)
    boxed = _boxed(job.canvas, job.canvas.whole(picture.image), report)
    boxes = job.keep_boxes(boxed, f"seed-{picture.seed}-boxes")
    made = Result(picture.seed, url, boxes, report, shown, counted)
    return made.corrected(job.said.get(counted.check))


def _framing_record(canvas: Canvas, framing: Framing) -> dict[str, object]:
    """Return what a picture's file says of the way back into a larger picture."""
    if canvas.full_size == canvas.painted_size:
        return {}
    area, (width, height) = canvas.area, canvas.full_size
    part = f"{area.x0} {area.y0} {area.x1} {area.y1} of {width}x{height}"
    return {"inpaint_area": part, "soft_edge_percent": framing.softness}


def _shown(job: Job, picture: Generated, link: str) -> str:
    """Return the address of a picture to be looked at: a large one is made smaller for that."""
    if max(job.canvas.full_size) <= LONGEST_VIEW:
        return link
    return _kept_view(job.keep_boxes, picture.image, f"seed-{picture.seed}-small")


def _kept_view(keep: Callable[[Image.Image, str], str], image: torch.Tensor, name: str) -> str:
    picture = to_pil(image)
    large = max(picture.size) > LONGEST_VIEW
    return keep(view_of(picture) if large else picture, name)


def _boxed(canvas: Canvas, image: torch.Tensor, report: ArtifactReport) -> Image.Image:
    """Draw what was read over a whole picture, at the size at which letters can be read over it."""
    view = view_of(to_pil(image))
    scale = np.array(view.size) / canvas.full_size
    mask = interpolate(canvas.soft[None, None], view.size[::-1], mode="nearest")[0, 0]
    lying = _lying(report, lambda quad: (canvas.in_whole(quad) * scale).astype(np.float32))
    return to_pil(draw_overlay(from_pil(view), lying, mask))


def _lying(
    report: ArtifactReport, place: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> ArtifactReport:
    """Return a report whose text lies where ``place`` puts it."""
    flags, excused = (
        tuple(
            replace(flag, region=replace(flag.region, quad=place(flag.region.quad)))
            for flag in found
        )
        for found in (report.flags, report.excused)
    )
    return replace(report, flags=flags, excused=excused)
