"""Pictures drawn, or one brought along, under the lens; no function here touches Gradio."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError, SeedloupeError
from .....generation.request import Request
from .....generation.sampler import Plan
from .....images import from_pil, to_pil
from .....lens import PanelChoice
from .....lens.concepts import ConceptPainter, concept_sheet, concepts_of
from .....lens.explorer import RecordedRun, explorer_json, explorer_page
from .....lens.questions import asked_keys, diagnostics_of
from .....lens.run_record import Recording
from .....noise import parse_seeds
from .....services.concept_files import find_concepts
from ...engine.sampling import Generated, StepUpdate
from ...engine.single_pass import FeatureExtraction, extract_features
from ...engine.watching import token_names_of
from ..html import Preview
from ..layer_preview import LayerPainter, concept_view
from ..pictures_in import PageError
from ..stop_and_throttle import StopSwitch, follow
from .panels import panel_in_use, panel_reasons

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import nn

    from .....lens import FeatureMap
    from .....lens.concepts import ConceptFrame
    from ...engine.models import Model
    from ..state import AppState

#: Previews decoded after a run, spread over its steps: on a CPU each costs more than a step.
_MOST_PREVIEWS = 12
_MOST_SEEDS = 2


@dataclass(frozen=True)
class Observation:
    """What somebody wants to see.

    Attributes:
        prompt: may be empty.
        seeds: one, or two to be compared.
        settings: how to draw.
        model: its name.
        layers: names, aliases or globs; ``auto`` alone is the panel made for the model.
        concepts: name or path of a file of concepts to paint meanwhile; empty paints none.
    """

    prompt: str
    seeds: tuple[int, ...]
    settings: Plan
    model: str
    layers: tuple[str, ...] = ("auto",)
    concepts: str = ""


@dataclass(frozen=True, eq=False)
class Sight:
    """The page at one moment.

    Attributes:
        preview: the picture being drawn beside its layers.
        runs: finished pictures with what was recorded.
        status: one line on how far it is.
        notes: what could not be watched.
        why: whose finding each layer of the panel follows; none where somebody chose the layers.
        pictures: address of each finished picture's own file, and the name to save it under.
        concepts: likewise of the sheet of each picture's concepts.
    """

    preview: Preview | None = None
    runs: tuple[RecordedRun, ...] = ()
    status: str = ""
    notes: tuple[str, ...] = ()
    why: tuple[PanelChoice, ...] = ()
    pictures: tuple[tuple[str, str], ...] = ()
    concepts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Exhibit:
    """Where the browser finds a finished observation.

    Attributes:
        data: address of what the explorer reads.
        page: address of a page that needs nothing else.
        files: address of each film of layers and each lens file, with the name to save it under.
    """

    data: str
    page: str
    files: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class _Seen:
    """What is kept of the picture in the making."""

    recording: Recording = field(default_factory=Recording)
    looks: dict[int, StepUpdate] = field(default_factory=dict)


def observe(
    state: AppState,
    wish: Observation,
    stop: StopSwitch,
    *,
    painter: LayerPainter | None = None,
) -> Iterator[Sight]:
    """Draw the pictures with every step recorded; yield the page as it fills.

    Raises:
        SeedloupeError: the model, a layer or a setting cannot be used.
        Stopped: the window was closed while a picture's record was being finished.
    """
    if not 1 <= len(wish.seeds) <= _MOST_SEEDS:
        raise InputError("seeds", expected="one seed, or two to compare", got=f"{len(wish.seeds)}")
    model = state.models.get(wish.model)
    layers = panel_in_use(model.unet, wish.layers)
    request = Request.of(model.info, wish.prompt, wish.seeds, plan=wish.settings)
    concepts = None
    if wish.concepts:
        path = find_concepts(wish.concepts, state.concepts)
        coder = concepts_of(model.unet, path, model_sha256=model.info.sha256)
        concepts = ConceptPainter(coder)
    why = panel_reasons(model, layers, wish.layers)
    return _draw(state, model, request, layers, why, stop, painter or LayerPainter(), concepts)


def _draw(
    state: AppState,
    model: Model,
    request: Request,
    layers: Sequence[str],
    why: tuple[PanelChoice, ...],
    stop: StopSwitch,
    painter: LayerPainter,
    concepts: ConceptPainter | None = None,
) -> Iterator[Sight]:
    sight, begun = Sight(status="Getting ready", why=why), time.monotonic()
    yield sight
    seen: list[_Seen] = [_Seen() for _ in request.seeds]

    made: list[Generated] = []

    def record(feature: FeatureMap) -> None:
        if feature.layer in layers:
            seen[len(made)].recording.take(feature)
            painter.take(feature)

    sinks = (record, *((concepts.take,) if concepts else ()))
    panel = tuple(dict.fromkeys((*layers, *((concepts.coder.layer,) if concepts else ()))))
    events = state.stream(model, request, panel=panel, sinks=sinks, preview=True, words=True)
    for event in follow(_looked(events, seen, made), stop):
        if isinstance(event, StepUpdate):
            preview = painter.preview(event, f"Seed {event.seed}, being drawn")
            if concepts is not None and concepts.frames:
                shown = concept_view(concepts.frames[-1])
                preview = replace(preview, layers=(shown, *preview.layers))
            status = f"Picture {event.image + 1} of {len(request.seeds)}"
            sight = replace(sight, preview=preview, status=status)
        else:
            run = _finished(model, request, event, seen[event.index], stop)
            notes = (*event.notes, *seen[event.index].recording.notes)
            if concepts is not None:
                sight = _with_concepts(state, sight, event, concepts.finished())
            file = (state.files.keep_generated(event, request), f"seed-{event.seed}.png")
            sight = replace(
                sight,
                runs=(*sight.runs, run),
                pictures=(*sight.pictures, file),
                notes=tuple(dict.fromkeys((*sight.notes, *notes))),
            )
        yield sight
    yield replace(sight, status=_last_words(sight, len(request.seeds), time.monotonic() - begun))


def _with_concepts(
    state: AppState, sight: Sight, made: Generated, frames: Sequence[ConceptFrame]
) -> Sight:
    """Add the sheet of a finished picture's concepts; should that fail, it is said."""
    from io import BytesIO

    name = f"concepts-{made.seed}.png"
    try:
        content = BytesIO()
        concept_sheet(frames, made.image).save(content, "PNG")
    except SeedloupeError as error:
        return replace(sight, notes=(*sight.notes, f"{name} was not made: {error}"))
    url = state.files.keep_bytes(content.getvalue(), name)
    return replace(sight, concepts=(*sight.concepts, (url, name)))


def _looked(
    events: Generator[StepUpdate | Generated, None, None],
    seen: Sequence[_Seen],
    made: list[Generated],
) -> Generator[StepUpdate | Generated, None, None]:
    """Keep every step's preview, also those nobody looks at."""
    with closing(events):
        for event in events:
            if isinstance(event, StepUpdate):
                seen[event.image].looks[event.step] = event
            else:
                made.append(event)
            yield event


def _finished(
    model: Model, request: Request, made: Generated, seen: _Seen, stop: StopSwitch
) -> RecordedRun:
    tokens = token_names_of(model, request.prompt)
    what = (request, made.seed, made.notes)
    record = seen.recording.finish(
        *what, tokens=tokens, words=made.words, between=stop.require_somebody
    )
    steps = sorted(seen.looks)
    shown = {
        steps[round(i * (len(steps) - 1) / (_MOST_PREVIEWS - 1))] for i in range(_MOST_PREVIEWS)
    }
    # Decoded now that nobody waits for the next step: the explorer shows them large.
    previews = {(0, step): seen.looks[step].decoded for step in sorted(shown)}
    known = {moment: preview for moment, preview in previews.items() if preview is not None}
    return RecordedRun(record, to_pil(made.image), known)


def observe_pictures(
    state: AppState,
    pictures: Sequence[Image],
    *,
    model: str,
    time: int,
    noises: int,
    layers: tuple[str, ...] = ("auto",),
) -> Sight:
    """Look at pictures made anywhere, through one noised call of the U-Net each.

    Raises:
        SeedloupeError: the model or a picture cannot be used, or a number is out of range.
    """
    opened = state.models.get(model)
    chosen = panel_in_use(opened.unet, layers)
    runs = tuple(
        RecordedRun(
            extract_features(
                opened, FeatureExtraction(from_pil(picture.convert("RGB")), chosen, time, noises)
            ),
            picture,
            name=f"picture {number}",
        )
        for number, picture in enumerate(pictures, 1)
    )
    words = f"Looked at once, noised to t {time}" + (f", {noises} noises" if noises > 1 else "")
    return Sight(runs=runs, status=f"{words}.", why=panel_reasons(opened, chosen, layers))


def warnings_of(runs: Sequence[RecordedRun]) -> tuple[str, ...]:
    """Say what seems content in the last step's features and is none, layer by layer."""
    said = []
    for run in runs:
        record = run.record
        if not record.codes and not record.raw:
            continue
        last = max(key.step for key in record.rgb)
        for key, found in diagnostics_of(record, asked_keys(record, step=last)).items():
            whose = f"{run.title}, " if len(runs) > 1 else ""
            said += [f"{whose}{key.layer}: {line}" for line in found.guards.warnings]
    return tuple(said)


def exhibit(
    state: AppState,
    runs: Sequence[RecordedRun],
    folder: Path,
    *,
    between: Callable[[], object] = lambda: None,
) -> Exhibit:
    """Store a finished observation where the browser can fetch it.

    Args:
        state: what the page works with.
        runs: one or two.
        folder: where to write lens files first.
        between: called between pieces of the work; what it raises ends it.

    Raises:
        SeedloupeError: the observation cannot be shown or written.
    """
    from .....lens.file import SUFFIX, write_lens
    from .....lens.sheets import paint_layers

    keep = state.files.keep_bytes
    files = []
    for run in runs:
        stem = run.title.replace(" ", "-")
        film, lens = folder / f"{stem}.webp", folder / f"{stem}{SUFFIX}"
        paint_layers(run.record, film, between=between)
        between()
        write_lens(lens, run.record)
        files += [(keep(path.read_bytes(), path.name), path.name) for path in (film, lens)]
        between()
    data = keep(explorer_json(runs).encode(), "lens.json")
    between()
    return Exhibit(data, keep(explorer_page(runs).encode(), "lens.html"), tuple(files))


def plan_words(unet: nn.Module, seeds: str, layers: tuple[str, ...], steps: int) -> str:
    """Say what will be drawn and recorded.

    Raises:
        SeedloupeError: the seeds or the layers cannot be used.
    """
    asked = seeds_from(seeds, 0)
    whose = "a seed the dice choose" if not seeds.strip() else _seed_words(asked)
    watched = len(panel_in_use(unet, layers))
    what = "1 layer" if watched == 1 else f"{watched} layers"
    often = "1 step" if steps == 1 else f"{steps} steps"
    if len(asked) > 1:
        often, end = f"{often} each", "side by side"
    else:
        end = "to be asked afterwards"
    return f"Draws {whose} in {often}, and records {what} of the network at every step, {end}."


def _seed_words(seeds: Sequence[int]) -> str:
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} and {seeds[1]}"


def seeds_from(text: str, dice: int) -> tuple[int, ...]:
    """Read one or two seeds; an empty field is a throw of the dice.

    Raises:
        PageError: these are no seeds, or more than two.
    """
    try:
        seeds = parse_seeds(text)
    except InputError as error:
        raise PageError(f"“{text.strip()}” is no seed. Give one whole number, or two.") from error
    if len(seeds) > _MOST_SEEDS:
        raise PageError(f"These are {len(seeds)} seeds. Give one, or two to compare.")
    return tuple(dict.fromkeys(seeds)) or (dice,)


def layers_from(text: str) -> tuple[str, ...]:
    """Read names with commas or spaces between; an empty field is ``auto``."""
    return tuple(text.replace(",", " ").split()) or ("auto",)


def _last_words(sight: Sight, wanted: int, seconds: float) -> str:
    done = len(sight.runs)
    if done < wanted:
        return f"Stopped after {done} of {wanted} pictures."
    return f"Drawn and recorded in {seconds:.0f} s. Click a picture to ask about a spot."
