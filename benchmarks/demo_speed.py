"""What the demo's page costs beside the command line, for the same pictures.

    python benchmarks/demo_speed.py --rounds 3

Draws the same seeds in turn by ``seedloupe generate`` and by the page's *Draw*: its columns, its
pictures with everything they say of themselves, its HTML for every step that is shown. The page
draws with nothing to look at, with previews alone, with the panel of layers alone, and with both,
as it does for everybody. Within a round the ways follow one another, so that a busy machine slows
them all. The model is open before the first, and neither Gradio nor a browser takes part. Prints
one JSON document: median seconds, wall and processor, and medians of the ratios within rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch

from seedloupe.generation.request import Request
from seedloupe.generation.sampler import Plan
from seedloupe.hosts.standalone.app.create.compare_session import CompareRequest, compare_columns
from seedloupe.hosts.standalone.app.html import columns_html, preview_html, status_html
from seedloupe.hosts.standalone.app.state import AppState, ModelCache, ServedFiles
from seedloupe.hosts.standalone.cli.main import main as command_line
from seedloupe.hosts.standalone.engine import models
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Generated, StepUpdate, stream
from seedloupe.lens import FeatureSink
from seedloupe.services.seed_columns import SeedSource

PROMPT = "a red ball and a blue cube on a lawn at noon"
#: What of the page is shown while it draws: previews, layers.
WAYS = {"bare": (False, False), "previews": (True, False), "layers": (False, True)}
ALL = {**WAYS, "everything": (True, True)}


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="seedling")
    parser.add_argument("--pictures", type=int, default=11)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="*", choices=ALL, default=list(ALL), help="of the page")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    model = models.open_model(settings.model)
    assert model.info.sha256  # the weights are hashed once, before anything is timed
    ways: dict[str, Callable[[], None]] = {
        "command line": lambda: by_command_line(model, settings),
        **{
            name: (lambda shown=ALL[name]: by_page(model, settings, *shown))
            for name in settings.ways
        },
    }
    sys.stdout.write(json.dumps(compared(ways, settings.rounds), indent=1) + "\n")


def compared(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, Any]:
    """Time every way once a round, after a run that is not counted."""
    wall: dict[str, list[float]] = {name: [] for name in ways}
    busy: dict[str, list[float]] = {name: [] for name in ways}
    next(iter(ways.values()))()
    for _ in range(rounds):
        for name, way in ways.items():
            begun, worked = time.perf_counter(), time.process_time()
            way()
            wall[name].append(time.perf_counter() - begun)
            busy[name].append(time.process_time() - worked)
    base = "command line"
    return {
        name: {
            "seconds": round(median(wall[name]), 2),
            "processor seconds": round(median(busy[name]), 2),
            "ratio": round(median(map(float.__truediv__, wall[name], wall[base])), 3),
            "processor ratio": round(median(map(float.__truediv__, busy[name], busy[base])), 3),
        }
        for name in ways
    }


def by_command_line(model: Model, settings: argparse.Namespace) -> None:
    """Draw with ``seedloupe generate``."""
    before = models.open_model
    seeds = ",".join(map(str, range(settings.pictures)))
    words = ["--model", settings.model, "--seeds", seeds, "--steps", str(settings.steps)]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stack.callback(setattr, models, "open_model", before)
        models.open_model = lambda *_, **__: model
        quiet = io.StringIO()
        stack.enter_context(contextlib.redirect_stdout(quiet))
        stack.enter_context(contextlib.redirect_stderr(quiet))
        code = command_line(["generate", PROMPT, *words, "--guidance", "4", "--out", folder])
        assert code == 0, quiet.getvalue()
        assert len(list(Path(folder).glob("*.png"))) == settings.pictures


def by_page(model: Model, settings: argparse.Namespace, previews: bool, layers: bool) -> None:
    """Draw as the page does, up to what it hands to the browser."""

    def started(
        model: Model,
        request: Request,
        *,
        preview: bool,
        panel: Sequence[str],
        sinks: Sequence[FeatureSink],
    ) -> Generator[StepUpdate | Generated, None, None]:
        shown, seen = (panel, sinks) if layers else ((), ())
        return stream(model, request, preview=preview and previews, panel=shown, sinks=seen)

    with tempfile.TemporaryDirectory() as folder:
        files = ServedFiles(Path(folder))
        state = AppState(ModelCache(lambda name: model), files, stream=started)
        wish = CompareRequest(
            PROMPT,
            (SeedSource.RANDOM,),
            settings.pictures,
            Plan(steps=settings.steps),
            settings.model,
        )
        sent = 0
        for moment in compare_columns(state, wish, threading.Event()):
            page = [columns_html(moment.columns()), status_html(moment.status)]
            sent += sum(map(len, page))
            sent += len(preview_html(moment.preview)) if moment.preview else 0
        assert sent
        assert len(moment.pictures) == settings.pictures


if __name__ == "__main__":
    main()
