"""What the app's tests stand on: a sampler without a model, and a desk around it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import torch
from PIL import Image

from seedloupe.hosts.standalone.app_desk import Desk, Prints, Shelf
from seedloupe.hosts.standalone.models import Model
from seedloupe.hosts.standalone.request import Request
from seedloupe.hosts.standalone.sampling import Generated, StepUpdate
from seedloupe.lens import FeatureMap

T = TypeVar("T")
Flow = Generator[StepUpdate | Generated, None, None]
#: What Gradio knows about whoever looks at the page.
SOMEBODY = SimpleNamespace(session_hash="somebody")


def paint(seed: int, size: tuple[int, int] = (6, 4)) -> Image.Image:
    """The picture the stand-in draws from a seed."""
    return Image.new("RGB", size, (seed % 256, seed // 256 % 256, 7))


def flow(request: Request, *, size: tuple[int, int] = (6, 4), channels: int = 5) -> Flow:
    """Draw plain pictures, step by step, with one layer and a preview."""
    for index, seed in enumerate(request.seeds):
        for step in range(request.steps):
            values = torch.rand(1, channels, 2, 3, generator=torch.Generator().manual_seed(seed))
            feature = FeatureMap("mid-vit-out", step, 1.0, values)
            look = partial(paint, seed, (3, 2))
            yield StepUpdate(index, seed, step, request.steps, 1.0, (feature,), look)
        yield Generated(paint(seed, size), seed, index)


def desk_of(
    tmp_path: Path,
    model: Model,
    *,
    tables: Sequence[Path] = (),
    stream: Callable[..., Flow] | None = None,
    reader: Any = None,
) -> Desk:
    """A desk with one model, whatever its name, and dice that count from 100."""
    dice = itertools.count(100)
    plain = {} if stream is None else {"stream": stream}
    return Desk(
        Shelf(lambda name: model),
        Prints(tmp_path / "cache"),
        tuple(tables),
        reader,
        dice=lambda: next(dice),
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
