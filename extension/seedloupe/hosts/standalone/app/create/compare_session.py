"""Random, golden and diverse seeds side by side: the plan, and the page while it is drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError, SeedloupeError
from .....generation.request import Request
from .....generation.table_use import table_use
from .....lens.rendering import RunRenderer
from .....picking import (
    Pick,
    Picking,
    PickOrder,
    PickRequest,
    PickRule,
    SelectedSeeds,
    pick_random,
    pick_seeds,
)
from .....services.column_extras import column_extras
from .....services.draft_ranking import DraftRanking
from .....services.early_seeds import drafts_wanted
from .....services.seed_choice import NamedTable
from .....services.seed_columns import (
    CleanSource,
    ColumnPlaces,
    ColumnSource,
    PluginSource,
    SeedColumn,
    SeedSource,
    choose_columns,
    column_by_drafts,
    next_position,
)
from .....services.table_fit import Plan, TableFit, fit_table, require_fit
from .....tables import SeedTable, read_table
from ...engine.sampling import Generated, StepUpdate
from ..html import Column, Frame, Preview
from ..layer_preview import LayerPainter, panel
from ..stop_and_throttle import follow
from .draft_session import DraftMoment, draft_seeds
from .own_form import OwnWishes

if TYPE_CHECKING:
    from .....generation.model_info import ModelInfo
    from ...engine.models import Model
    from ..state import AppState

Stream = Callable[[Request], Generator[StepUpdate | Generated, None, None]]
#: Keeps a finished picture and returns its address.
Keep = Callable[[Generated], str]


_TITLES = {
    SeedSource.RANDOM: ("Random seeds", "Thrown with dice, as everybody does."),
    SeedSource.LAYOUT: ("Placed seeds", "They pull things towards your box."),
    SeedSource.GOLDEN: ("Golden seeds", "The best on average, by the table's scores."),
    SeedSource.DIVERSE: ("Diverse seeds", "From the better half, as different as can be."),
    SeedSource.EARLY: ("Best drafts", "Drafted in a few steps with this prompt, then finished."),
    SeedSource.LIKED: ("Liked seeds", "Whose pictures you gave thumbs up."),
    SeedSource.CHOSEN: ("Your seeds", "The ones you typed, kept or chose on the Atlas tab."),
}


@dataclass(frozen=True)
class CompareRequest:
    """What somebody asked the page for.

    Attributes:
        prompt: may be empty.
        ways: the columns.
        count: pictures a column.
        settings: how to sample.
        model: name or path of the model.
        table: the seed table, if any.
        chosen: seeds chosen by hand, if any.
        renderer: paints the layers while pictures are drawn.
        places: which seeds of a pool come next, and where they are to put things.
        own: seeds, negative prompt and size set by hand.
        drafts: how many seeds are drafted for the column of the best.
    """

    prompt: str
    ways: tuple[ColumnSource, ...]
    count: int
    settings: Plan
    model: str
    table: Path | None = None
    chosen: SelectedSeeds | None = None
    renderer: str = "pca"
    places: ColumnPlaces = field(default_factory=ColumnPlaces)
    own: OwnWishes = field(default_factory=OwnWishes)
    drafts: int = 16

    def request(self, model: ModelInfo, seeds: tuple[int, ...] = (0,)) -> Request:
        """Return what is to be drawn.

        Raises:
            InputError: or one of its kinds: a setting or the size cannot be used.
        """
        width, height = self.own.size.size or (None, None)
        return Request.of(
            model,
            self.prompt,
            seeds,
            width=width,
            height=height,
            plan=self.settings,
            negative=self.own.negative,
            resize=self.own.size.resize(model, _drawn_at(self.table)),
        )


@dataclass(frozen=True, eq=False)
class CompareState:
    """The page at one moment.

    Attributes:
        chosen: the columns and their seeds.
        pictures: addresses of finished pictures by seed.
        previews: what to show in the preview for each finished picture, by seed.
        preview: what is in the preview now.
        drawing: the seed being drawn, if any.
        status: one line on how far it is.
    """

    chosen: tuple[SeedColumn, ...]
    pictures: Mapping[int, str] = field(default_factory=dict)
    previews: Mapping[int, Preview] = field(default_factory=dict)
    preview: Preview | None = None
    drawing: int | None = None
    status: str = ""

    @property
    def seeds(self) -> tuple[int, ...]:
        """Every seed once, row by row, so that the columns fill evenly."""
        return seeds_of_columns(self.chosen)

    @property
    def next_position(self) -> int | None:
        """The position the next pictures begin at; None where no column takes turns."""
        return next_position(self.chosen, self.pictures)

    def columns(self) -> tuple[Column, ...]:
        """Return what to show."""
        return tuple(self._column(column) for column in self.chosen)

    def _column(self, column: SeedColumn) -> Column:
        picking = column.picking
        frames = tuple(self._frame(pick, column) for pick in picking.picks)
        if column.way is SeedSource.EARLY and not frames:  # still being drafted
            frames = (Frame(),) * picking.pool
        name, title, caption = _head_of(column.way)
        said = f"{caption} {_turn_words(picking)}".rstrip()
        return Column(name, title, said, frames, (picking.rule, *picking.reasons))

    def _frame(self, pick: Pick, column: SeedColumn) -> Frame:
        rank = column.ranks.get(pick.seed)
        return Frame(
            str(pick.seed),
            f"rank {rank} / {len(column.ranks)}" if rank else "",
            _rule_lines(pick, column),
            self.pictures.get(pick.seed),
            str(pick.seed),
            drawing=pick.seed == self.drawing,
            thumbs=True,
            scores=_score_lines(pick, column),
        )


def seeds_of_columns(columns: Sequence[SeedColumn]) -> tuple[int, ...]:
    """Return every seed once, row by row, so that the columns fill evenly."""
    rows = zip_longest(*(column.picking.seeds for column in columns))
    return tuple(dict.fromkeys(seed for row in rows for seed in row if seed is not None))


def empty_columns(ways: Sequence[ColumnSource], count: int) -> tuple[Column, ...]:
    """Return the columns before anything was chosen."""
    places = (Frame(),) * count
    return tuple(Column(*_head_of(way), places) for way in ways)


def _head_of(way: ColumnSource) -> tuple[str, str, str]:
    """Return which kind of column it is, what stands above it, and what is said of it."""
    if isinstance(way, PluginSource):
        return "plugin", f"{way.label} seeds", "Chosen by a plug-in that is installed here."
    if isinstance(way, CleanSource):
        return "clean", f"Least {way.tag}", f"Seeds whose pictures seldom show {way.tag}."
    return way.value, *_TITLES[way]


def _turn_words(picking: Picking) -> str:
    """Say which of a pool these are; empty where nothing takes turns."""
    if picking.order is not PickOrder.TURNING or not picking.picks:
        return ""
    first = picking.position % max(picking.period, 1) + 1
    last = first + len(picking.picks) - 1
    which = f"{first:,}" if first == last else f"{first:,} to {last:,}"
    return f"Now {which} of the {picking.period:,} that take turns."


def compare_columns(
    state: AppState, wish: CompareRequest, stop: threading.Event
) -> Iterator[CompareState]:
    """Choose seeds, draw them column beside column, and yield the page as it fills.

    Raises:
        SeedloupeError: the model, the table or a setting cannot be used.
    """
    model = state.models.get(wish.model)
    use = table_use(wish.request(model.info))
    known = fit_table(model.info, wish.table, wish.settings, use=use)
    _require_known(known, wish)
    by_hand = _by_hand(model, wish, known.table)
    early = SeedSource.EARLY in wish.ways
    columns = choose_columns(
        known.table,
        wish.ways,
        wish.count,
        source_seed=state.dice(),
        by_hand=by_hand,
        places=wish.places,
        more=early,
        ratings=state.ratings.read() if state.ratings is not None else (),
        models=tuple(filter(None, (model.info.sha256, model.info.name))),
    )
    layers = panel(model.unet)
    painter = LayerPainter(RunRenderer(state.plugins.renderers, wish.renderer))
    named = _named(known.table, wish.table)

    def drawn(columns: tuple[SeedColumn, ...]) -> Iterator[CompareState]:
        request = wish.request(model.info, seeds_of_columns(columns))
        extras = column_extras(columns, named, use)
        return draw_columns(
            columns,
            request,
            lambda request: state.stream(
                model, request, panel=layers, sinks=(painter.take,), preview=True
            ),
            painter,
            lambda picture: state.files.keep_generated(picture, request, extras[picture.seed]),
            stop,
        )

    if not early:
        return drawn(columns)
    number = drafts_wanted(wish.count, wish.drafts)
    seeds = pick_random(None, number, source_seed=state.dice()).seeds
    drafts = draft_seeds(state, model, wish.request(model.info, seeds), wish.count, stop)
    return _drafted_first(columns, drafts, wish.count, drawn)


def _drafted_first(
    columns: tuple[SeedColumn, ...],
    drafts: Generator[DraftMoment, None, DraftRanking | None],
    count: int,
    drawn: Callable[[tuple[SeedColumn, ...]], Iterator[CompareState]],
) -> Iterator[CompareState]:
    """Show the drafts while they are drawn, then all columns with that of the best drafts."""
    waiting = SeedColumn(SeedSource.EARLY, Picking((), "the best drafts, still to be drawn", count))
    shown = CompareState((*columns, waiting))
    while True:
        try:
            moment = next(drafts)
        except StopIteration as ended:
            ranking: DraftRanking | None = ended.value
            break
        shown = replace(shown, status=moment.status, preview=moment.preview or shown.preview)
        yield shown
    if ranking is None:
        yield replace(shown, status="Stopped before the drafts were done.")
        return
    for state in drawn((*columns, column_by_drafts(ranking))):
        said = " ".join((state.status, *(f"{note}." for note in ranking.notes)))
        yield replace(state, status=said)


def _named(table: SeedTable | None, path: Path | None) -> NamedTable | None:
    if table is None or path is None:
        return None
    return NamedTable(path.name, table, path)


def _by_hand(model: Model, wish: CompareRequest, table: SeedTable | None) -> Picking | None:
    """Return the seeds somebody typed, or sent from the Atlas; these must fit as noise."""
    sent = wish.chosen if SeedSource.CHOSEN in wish.ways else None
    seeds = wish.own.seeds or (sent.seeds if sent else ())
    if not seeds:
        return None
    picking = pick_seeds(table, PickRequest(PickRule.GIVEN, len(set(seeds)), seeds=seeds))
    if wish.chosen is None or seeds != wish.chosen.seeds:
        return picking
    use = table_use(wish.request(model.info))
    notes = require_fit(model.info, wish.chosen, wish.settings, use=use)
    return replace(picking, notes=(*notes, *picking.notes))


def _drawn_at(path: Path | None) -> tuple[int, int, int] | None:
    """Return the latent size a table's seeds are known at; None without one that can be read."""
    if path is None:
        return None
    try:
        shape = read_table(path).spec.noise.shape
    except SeedloupeError:
        return None  # said where the table's fit is
    channels, height, width = shape
    return channels, height, width


def _require_known(known: TableFit, wish: CompareRequest) -> None:
    """Refuse a table's seeds at a size where they stand for other noise.

    Raises:
        InputError: they do, and such seeds are wanted.
    """
    own = (SeedSource.RANDOM, SeedSource.CHOSEN, SeedSource.EARLY)
    if known.table is None and wish.own.size.size and any(way not in own for way in wish.ways):
        raise InputError(
            "size",
            expected="one at which the table's seeds stand for the same noise",
            got="{}x{}".format(*wish.own.size.size),
            advice="Choose Keep the layout below it, or tick Random only.",
        )


def draw_columns(
    columns: Sequence[SeedColumn],
    request: Request,
    stream: Stream,
    painter: LayerPainter,
    keep: Keep,
    stop: threading.Event,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[CompareState]:
    """Draw every seed of every column; yield the page each time something changed.

    Args:
        columns: from :func:`choose`.
        request: how to draw the seeds of ``columns``, in the order of :func:`seeds_of`.
        stream: starts the sampler.
        painter: makes pictures of layers.
        keep: stores a finished picture.
        stop: ends the run between two steps.
        clock: tells seconds.
    """
    shown = CompareState(tuple(columns))
    begun = clock()
    yield (shown := replace(shown, drawing=shown.seeds[0], status=_first_words(request)))
    for event in follow(stream(request), stop, clock=clock):
        if isinstance(event, StepUpdate):
            shown = _with_step(shown, event, painter)
        else:
            shown = _with_picture(shown, event, request, keep)
        yield shown
    yield replace(shown, drawing=None, status=_last_words(shown, clock() - begun))


def _with_step(shown: CompareState, update: StepUpdate, painter: LayerPainter) -> CompareState:
    preview = painter.preview(update, f"Seed {update.seed}, being drawn")
    status = f"Picture {update.image + 1} of {len(shown.seeds)}"
    return replace(shown, preview=preview, drawing=update.seed, status=status)


def _with_picture(
    shown: CompareState, picture: Generated, request: Request, keep: Keep
) -> CompareState:
    url = keep(picture)
    layers = shown.preview.layers if shown.preview else ()
    words = f"“{request.prompt}”" if request.prompt.strip() else "No prompt"
    lines = (words, f"{request.steps} steps, guidance {request.guidance:g}")
    preview = Preview(f"Seed {picture.seed}", (*lines, *picture.notes), url, layers, 1.0, url)
    return replace(
        shown,
        preview=preview,
        pictures={**shown.pictures, picture.seed: url},
        previews={**shown.previews, picture.seed: preview},
    )


def _first_words(request: Request) -> str:
    """Say that it begins, and where nobody wrote what to draw, which is easily forgotten."""
    if request.prompt.strip():
        return "Getting ready"
    return "Getting ready. The prompt is empty: the model draws whatever it likes."


def _last_words(shown: CompareState, seconds: float) -> str:
    done, wanted = len(shown.pictures), len(shown.seeds)
    if done < wanted:
        return f"Stopped after {done} of {_counted(wanted, 'picture')}."
    click = "Click it" if done == 1 else "Click one"
    return f"{_counted(done, 'picture')} in {seconds:.0f} s. {click} to see it with its layers."


def _counted(number: int, thing: str) -> str:
    """Return ``1 picture``, ``2 pictures``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _rule_lines(pick: Pick, column: SeedColumn) -> tuple[str, ...]:
    """What the rule of a column says of the seed."""
    if isinstance(column.way, CleanSource):
        return (f"{column.way.tag} in {pick.note}",)
    if column.way is SeedSource.EARLY:
        return tuple(f"draft: {name} {value:.3g}" for name, value in pick.scores.items())
    if column.way is SeedSource.LAYOUT:
        x, y = (pick.scores.get(aspect) for aspect in "xy")
        return () if x is None or y is None else (f"on average {x:.0%} across, {y:.0%} down",)
    return ()


def _score_lines(pick: Pick, column: SeedColumn) -> tuple[str, ...]:
    """Every metric over the mining prompts, to be compared; none where the rule has its own lines.

    What else is known of a score, ``<metric>.confirm`` and ``<metric>.expected``, only some seeds
    have. An arrow tells which way is better.
    """
    if isinstance(column.way, CleanSource) or column.way in (SeedSource.LAYOUT, SeedSource.EARLY):
        return ()
    return tuple(
        f"{name} {'↑' if name in column.rising else '↓'} {value:.3f}"
        for name, value in pick.scores.items()
        if "." not in name
    )
