"""Seeds out of a table for one job of the web UI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ....errors import PickError, SeedloupeError
from ....noise import NoiseResize, ResizeWay
from ....picking import Picking, PickRequest, RankRange, pick_at
from ....services.choice_report import doubts
from ....services.model_tables import table_of_model
from ....services.plain_fit import FitReport, report_fit
from ....services.positions import PositionStore, choice_key
from ....tables import Catalogue, Match, MatchLevel, SeedTable, TableUse, match_table
from ..use import use_of_processing
from . import infotext
from .controls import GO_ON, OF_THE_MODEL, PanelSettings
from .course import SeedCourse, is_scripts_seed
from .given import ranks_of_given
from .labels import webui_labels
from .obstacles import obstacles
from .requests import asked_of, ranks_of_settings

_CELL = 8


class SeedsKeptError(SeedloupeError):
    """The job goes on with its own seeds; the message says why."""


class SeedGivenError(SeedsKeptError):
    """The user chose the seed, which is no trouble at all."""


@dataclass(frozen=True, eq=False)
class JobContext:
    """What of the web UI a choice of seeds depends on.

    Args:
        catalogue: the tables on offer.
        opts: ``shared.opts``.
        device: the ``torch.device`` the web UI computes on.
        sampler: the configuration of the job's sampler.
        positions: where each choice goes on.
    """

    catalogue: Catalogue
    opts: Any
    device: Any
    sampler: Any
    positions: PositionStore


@dataclass(frozen=True, eq=False)
class _Asked:
    """One choice, as far as it can be prepared without the job's pictures."""

    name: str
    table: SeedTable
    use: TableUse
    match: Match
    report: FitReport
    request: PickRequest
    ranks: RankRange | None

    @property
    def is_carried(self) -> bool:
        return self.use.resize is not None and self.use.resize.changes(self.use.shape)


def choose_for(
    p: Any, settings: PanelSettings, course: SeedCourse, context: JobContext
) -> tuple[str, ...]:
    """Replace the job's seeds by those of a table, or change nothing at all.

    Seeds that the user gave stay; where the table knows them, the pictures say so.

    Args:
        p: the web UI's processing object, in its ``process`` stage.
        settings: the panel's values.
        course: of the press of Generate the job belongs to.
        context: the web UI around it.

    Returns:
        Sentences the user should read, none when all is as the table has it.

    Raises:
        SeedGivenError: the user or a script of theirs chose the seed.
        SeedsKeptError: the table's seeds would not mean here what it says.
        InputError: no such table, or the table cannot answer.
    """
    if getattr(p, "txt2img_upscale", False):
        raise SeedGivenError("A picture is upscaled, whose seed is its own.")
    found = obstacles(p, context.opts, context.sampler)
    given = _given_reason(p, settings, course)
    if found and not given:
        raise SeedsKeptError(" ".join(found))
    if given:
        if not found:
            _tell_of_given(p, settings, context)
        raise SeedGivenError(given)
    asked = _prepare(p, settings, context)
    if asked.match.level is MatchLevel.INVALID:
        raise SeedsKeptError(" ".join(asked.report.sentences))
    return _replace_seeds(p, settings, course, context, asked)


def _given_reason(p: Any, settings: PanelSettings, course: SeedCourse) -> str:
    if not settings.only_random:
        return ""
    if not course.is_random:
        return 'A seed was given, and "Only when the seed is -1" is on.'
    if is_scripts_seed(course, p):
        return "A script's list names the seed of this job."
    return ""


def _prepare(p: Any, settings: PanelSettings, context: JobContext) -> _Asked:
    use = use_of_processing(p, context.opts, context.device, context.sampler)
    name = settings.table
    if name == OF_THE_MODEL:
        name = table_of_model(context.catalogue, use)
    table = context.catalogue.read(name)
    use = carried_use(table, use) if settings.carry else use
    match = match_table(table, use)
    table, request = asked_of(settings, table, use)
    return _Asked(
        name,
        table,
        use,
        match,
        report_fit(table, use, match, webui_labels()),
        request,
        ranks_of_settings(settings),
    )


def carried_use(table: SeedTable, use: TableUse) -> TableUse:
    """Return the use with the noise resized from the table's size, where that can be done."""
    shape = table.spec.noise.shape
    if use.resize is not None or len(shape) != 3 or shape[0] != use.shape[0]:
        return use
    if shape == use.shape or "shape" in table.spec.noise.unstated:
        return use
    return replace(use, resize=NoiseResize(ResizeWay.MIDDLE, (shape[0], shape[1], shape[2])))


def _replace_seeds(
    p: Any, settings: PanelSettings, course: SeedCourse, context: JobContext, asked: _Asked
) -> tuple[str, ...]:
    key = choice_key(asked.table, asked.request, asked.ranks)

    def begin() -> int:
        return context.positions.next(key) if settings.position == GO_ON else settings.position

    positions = course.positions(key, p.seed, len(p.all_prompts), begin)
    if not positions:
        raise SeedGivenError("A script chose the seed of this job, as an axis of X/Y/Z plot does.")
    picking = pick_at(asked.table, asked.request, positions, ranks=asked.ranks)
    notes = tuple(_notes(p, asked, picking, positions))
    written = _written(settings, asked, picking, positions)
    context.positions.set(key, course.end(key))
    # From here on nothing may fail. Plain ints: NumPy's would become null in the API's answer.
    p.all_seeds = [int(seed) for seed in picking.seeds]
    course.wrote(key, p.all_seeds)
    if asked.is_carried and settings.carry:
        _carry(p, course, asked.table)
    p.extra_generation_params.update(written)
    return notes


def _carry(p: Any, course: SeedCourse, table: SeedTable) -> None:
    """Have the web UI resize the seeds; what was set before comes back after the job."""
    *_, height, width = table.spec.noise.shape
    course.resize = (p.seed_resize_from_w, p.seed_resize_from_h)
    p.seed_resize_from_w, p.seed_resize_from_h = width * _CELL, height * _CELL


def restore_resize(p: Any, course: SeedCourse) -> None:
    """Take back what an earlier job of the same processing object set."""
    if course.resize is not None:
        p.seed_resize_from_w, p.seed_resize_from_h = course.resize
        course.resize = None


def _written(
    settings: PanelSettings, asked: _Asked, picking: Picking, positions: Sequence[int]
) -> dict[str, object]:
    """Return what stands in the pictures' parameters."""
    carried = {infotext.CARRY: "True"} if asked.is_carried and settings.carry else {}
    told = {
        infotext.TABLE: asked.name,
        infotext.MATCH: asked.report.word,
        **infotext.settings_written(settings),
        **carried,
    }
    return {
        **{key: infotext.JobText.of(words, picking.seeds) for key, words in told.items()},
        infotext.RANK: infotext.SeedText.of_ranks(picking),
        infotext.POSITION: infotext.SeedText.of_positions(picking.seeds, positions),
    }


def _notes(p: Any, asked: _Asked, picking: Picking, positions: Sequence[int]) -> Iterator[str]:
    if asked.match.level is not MatchLevel.EXACT:
        yield from asked.report.sentences
    yield from (
        f"{doubt[:1].upper()}{doubt[1:]}." for doubt in doubts(asked.table, picking, origin=False)
    )
    if len(set(picking.seeds)) < len(set(positions)):
        yield (
            f"Only {picking.period} seeds take turns, fewer than the pictures of this job: some "
            "come twice."
        )
    if getattr(p, "enable_hr", False):
        yield "Hires. fix draws new noise for its second pass; the table speaks of the first."


def _tell_of_given(p: Any, settings: PanelSettings, context: JobContext) -> None:
    """Write the rank of given seeds into the pictures, where the table means just their noise."""
    try:
        asked = _prepare(p, settings, context)
        ranks = ranks_of_given(asked.table, asked.request, settings, asked.ranks, p.all_seeds)
    except SeedloupeError:
        return  # nobody asked for more than the seed given
    known = asked.match.level is not MatchLevel.INVALID and asked.report.word != "unknown"
    if not ranks or not known:
        return
    p.extra_generation_params.update(
        {
            infotext.TABLE: asked.name,
            infotext.MATCH: asked.report.word,
            infotext.RANK: infotext.SeedText(ranks),
            **infotext.settings_written(settings),
        }
    )
    if settings.position != GO_ON:
        place = {int(p.all_seeds[0]): str(settings.position)}
        if is_at_position(asked, settings.position, int(p.all_seeds[0])):
            p.extra_generation_params[infotext.POSITION] = infotext.SeedText(place)


def is_at_position(asked: _Asked, position: int, seed: int) -> bool:
    """Tell whether a seed is the one that stands at a position."""
    try:
        found = pick_at(asked.table, asked.request, [position], ranks=asked.ranks)
    except PickError:
        return False
    return found.seeds == (seed,)
