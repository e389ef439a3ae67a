"""What the app's tests stand on: a sampler without a model, and a state around it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import torch
from PIL import Image, ImageDraw

from seedloupe.artifacts import Availability, Purpose, ResultStore, Subject, TextCheck, TextRegion
from seedloupe.artifacts.tally.result_log import ResultLog
from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.app.inpaint.canvas import canvas_of
from seedloupe.hosts.standalone.app.inpaint.mask_editor import BRUSH
from seedloupe.hosts.standalone.app.inpaint.state import Job
from seedloupe.hosts.standalone.app.layer_preview import LayerPainter
from seedloupe.hosts.standalone.app.state import AppState, ModelCache, ServedFiles
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Generated, StepUpdate
from seedloupe.images import from_pil
from seedloupe.lens import FeatureMap, FeatureSink
from seedloupe.noise import NoiseSource

from ....requests import INFO, request_of

T = TypeVar("T")
Flow = Generator[StepUpdate | Generated, None, None]
SIZE = (48, 32)
#: What Gradio knows about whoever looks at the page.
SOMEBODY = SimpleNamespace(session_hash="somebody")


def paint(seed: int, size: tuple[int, int] = (6, 4)) -> Image.Image:
    """The picture the stand-in draws from a seed."""
    return Image.new("RGB", size, (seed % 256, seed // 256 % 256, 7))


def flow(
    request: Request,
    *,
    size: tuple[int, int] = (6, 4),
    channels: int = 5,
    sinks: Sequence[FeatureSink] = (),
) -> Flow:
    """Draw plain pictures, step by step, with one layer and a preview."""
    for index, seed in enumerate(request.seeds):
        for step in range(request.steps):
            values = torch.rand(1, channels, 2, 3, generator=torch.Generator().manual_seed(seed))
            for sink in sinks:
                sink(FeatureMap("mid-vit-out", step, 1.0, values))
            look = partial(paint, seed, (3, 2))
            yield StepUpdate(index, seed, step, request.steps, 1.0, look)
        yield Generated(from_pil(paint(seed, size)), seed, index)


class Reader:
    """Finds the same word in every picture but the one to be repainted, or fails."""

    name, version = "stand-in", "1"

    def __init__(self, box: Sequence[float] | None = None, *, broken: bool = False) -> None:
        self.box, self.broken, self.asked = box, broken, 0

    def available(self) -> Availability:
        return Availability(True, "")

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        self.asked += 1
        if self.broken:
            raise RuntimeError("engine on fire")
        is_source = bool((image == image[0, 0, 0]).all())
        if self.box is None or is_source:
            return ()
        x0, y0, x1, y1 = self.box
        quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
        return (TextRegion(quad, "STOCK", 0.99, 0.99),)


class Writing(Reader):
    """Finds a word on the pictures of some seeds, and breaks on those of others."""

    def __init__(self, seeds: Collection[int], breaks_on: Collection[int] = ()) -> None:
        super().__init__((2, 8, 20, 20))
        self.seeds, self.breaks_on = seeds, breaks_on

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        seed = round(float(image[0, 0, 0]) * 255)
        if seed in self.breaks_on:
            raise RuntimeError("engine on fire")
        return super().read(image) if seed in self.seeds else ()


def edited(
    brushed: Sequence[int] | None = (0, 0, 24, 32), size: tuple[int, int] = SIZE
) -> dict[str, Any]:
    """What the editor holds: a grey picture, and a brushed box."""
    layer = Image.new("RGBA", size, (0, 0, 0, 0))
    if brushed is not None:
        x0, y0, x1, y1 = brushed
        colour = (225, 29, 72, round(255 * BRUSH[1]))
        ImageDraw.Draw(layer).rectangle((x0, y0, x1 - 1, y1 - 1), fill=colour)
    return {"background": Image.new("RGBA", size, "grey"), "layers": [layer], "composite": None}


SUBJECT = Subject("f" * 64, "tiny", Purpose.COMPLETION, NoiseSource(), (4, 4, 6))


def job_for(
    reader: Any, seeds: tuple[int, ...] = (3, 4), *, folder: Path | None = None, **more: Any
) -> Job:
    """A job for the stand-in sampler that keeps nothing; it counts where a folder is given."""
    canvas = canvas_of(edited(), SIZE)
    request = request_of(INFO, "a boat", seeds, steps=2, image=canvas.image, mask=canvas.mask)
    painter = LayerPainter()
    job = Job(
        request,
        "tiny",
        lambda request: flow(request, size=SIZE, sinks=(painter.take,)),
        TextCheck(canvas.mask, reader, before=canvas.image, prompt=request.prompt),
        "file/{0.seed}".format,
        lambda _, name: f"file/{name}",
        canvas,
        "file/before",
        ResultLog(ResultStore(folder), SUBJECT) if folder else None,
        painter=painter,
    )
    return replace(job, **more)


def state_of(
    tmp_path: Path,
    model: Model,
    *,
    tables: Sequence[Path] = (),
    stream: Callable[..., Flow] | None = None,
    reader: Any = None,
) -> AppState:
    """A state with one model, whatever its name, and dice that count from 100."""
    dice = itertools.count(100)
    plain = {} if stream is None else {"stream": stream}
    return AppState(
        ModelCache(lambda name: model),
        ServedFiles(tmp_path / "cache"),
        tuple(tables),
        reader,
        dice=lambda: next(dice),
        store=ResultStore(tmp_path / "tally"),
        **plain,
    )


def built(build: Callable[[], T]) -> T:
    """Build a page inside an event loop; outside of one Gradio opens loops it never closes."""

    async def inside() -> T:
        return build()

    return asyncio.run(inside())


def path_of(url: str) -> Path:
    """The file an address of the page stands for."""
    return Path(url.removeprefix("gradio_api/file="))
