"""The recorded run that the tab *Lens* shows before anybody has drawn: two seeds of Seedling.

``python -m seedloupe.hosts.standalone.app.lens.example`` records it anew, as it must be when
Seedling's weights change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from .....generation.describe import picture_texts, tool
from .....generation.request import Request
from .....generation.sampler import Plan, Sampler
from .....images import from_pil
from .....lens.explorer import RecordedRun
from .....lens.file import SUFFIX, read_lens, write_lens
from .....metadata.write_png import save_png
from .....plugins import builtin
from ...engine.models import Model, open_model
from ..events import EXAMPLES
from ..state import AppState, ModelCache, ServedFiles
from ..stop_and_throttle import StopSwitch
from .panels import panel_reasons
from .session import Observation, Sight, observe

#: Where the example lies.
FOLDER = Path(__file__).parent / "example"
#: What was drawn: the prompt, the seeds and the settings the tab begins with, in fewer steps.
WISH = Observation(EXAMPLES[0], (151, 976), Plan(Sampler.DPMPP_2M, 8, 4.0), "seedling")
_STEPS_SUFFIX = "-steps.webp"


def read_example(files: ServedFiles, model: Model | None = None) -> Sight:
    """Return the example as a finished observation.

    Args:
        files: keeps its pictures where the browser can fetch them.
        model: an open Seedling, which can say why these layers are watched; None says nothing.

    Raises:
        LensFileError: a file of it is missing or damaged.
        OSError: a picture of it is.
    """
    runs, pictures = [], []
    for seed in WISH.seeds:
        record = read_lens(FOLDER / f"seed-{seed}{SUFFIX}")
        name = f"seed-{seed}.png"
        with Image.open(FOLDER / name) as picture:
            finished = picture.convert("RGB")
        looks = _cut(FOLDER / f"seed-{seed}{_STEPS_SUFFIX}", finished.size)
        runs.append(RecordedRun(record, finished, {(0, at): look for at, look in enumerate(looks)}))
        pictures.append((files.keep_bytes((FOLDER / name).read_bytes(), name), name))
    seeds = " and ".join(str(seed) for seed in WISH.seeds)
    said = (
        f"An example, recorded before: seeds {seeds} of Seedling in {WISH.settings.steps} steps. "
        "Click a picture to ask about a spot."
    )
    layers = tuple(layer.name for layer in runs[0].record.spec.layers)
    why = panel_reasons(model, layers) if model is not None else ()
    return Sight(runs=tuple(runs), status=said, why=why, pictures=tuple(pictures))


def record_example(folder: Path = FOLDER) -> None:
    """Draw and record the example into a folder.

    Raises:
        SeedloupeError: Seedling cannot be opened, or the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = open_model(WISH.model)
    request = Request.of(model.info, WISH.prompt, WISH.seeds, plan=WISH.settings)
    with tempfile.TemporaryDirectory() as cache:
        state = AppState(ModelCache(lambda _: model), ServedFiles(Path(cache)), plugins=builtin())
        *_, sight = observe(state, WISH, StopSwitch())
    for run, seed in zip(sight.runs, WISH.seeds, strict=True):
        assert run.picture is not None  # it was drawn
        origin = {"made by": "python -m seedloupe.hosts.standalone.app.lens.example"}
        spec = replace(run.record.spec, extra={"provenance": {**origin, "tool": tool()}})
        write_lens(folder / f"seed-{seed}{SUFFIX}", replace(run.record, spec=spec))
        texts = picture_texts(request, seed, {})
        save_png(from_pil(run.picture), folder / f"seed-{seed}.png", texts)
        looks = [run.previews[moment] for moment in sorted(run.previews)]
        _strip(looks).save(folder / f"seed-{seed}{_STEPS_SUFFIX}", "WEBP", quality=88)


def _strip(pictures: Sequence[Image.Image]) -> Image.Image:
    width, height = pictures[0].size
    strip = Image.new("RGB", (width * len(pictures), height))
    for at, picture in enumerate(pictures):
        strip.paste(picture, (at * width, 0))
    return strip


def _cut(path: Path, size: tuple[int, int]) -> list[Image.Image]:
    with Image.open(path) as opened:
        strip = opened.convert("RGB")
    width, height = size
    return [strip.crop((left, 0, left + width, height)) for left in range(0, strip.width, width)]


if __name__ == "__main__":
    record_example()
