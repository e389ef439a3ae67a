"""Random, golden and diverse seeds side by side: the plan, and the page while it is drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from ...picking import Pick, Picking, pick_diverse, pick_golden, pick_random
from ...tables import SeedTable
from .app_lens import LayerPainter, panel
from .app_stream import follow
from .app_tables import Settings, assay
from .app_view import Bench, Column, Frame
from .request import Request
from .sampling import Generated, StepUpdate

if TYPE_CHECKING:
    from .app_desk import Desk

Stream = Callable[[Request], Generator[StepUpdate | Generated, None, None]]
#: Keeps a finished picture and returns its address.
Keep = Callable[[Generated], str]


class Way(str, Enum):
    """How the seeds of a column are chosen."""

    RANDOM = "random"
    GOLDEN = "golden"
    DIVERSE = "diverse"


_CONFIRM = ".confirm"
_TITLES = {
    Way.RANDOM: ("Random seeds", "Thrown with dice, as everybody does."),
    Way.GOLDEN: ("Golden seeds", "The best on average, by the table's scores."),
    Way.DIVERSE: ("Diverse seeds", "From the better half, as different as can be."),
}


@dataclass(frozen=True)
class Wish:
    """What somebody asked the page for.

    Attributes:
        prompt: may be empty.
        ways: the columns.
        count: pictures a column.
        settings: how to sample.
        model: name or path of the model.
        table: the seed table, if any.
    """

    prompt: str
    ways: tuple[Way, ...]
    count: int
    settings: Settings
    model: str
    table: Path | None = None


@dataclass(frozen=True, eq=False)
class Lot:
    """One column's seeds.

    Attributes:
        way: how they were chosen.
        picking: the seeds.
        ranks: the place of every seed of the table that could be compared.
        rising: the metrics of which more is better.
    """

    way: Way
    picking: Picking
    ranks: Mapping[int, int] = field(default_factory=dict)
    rising: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Tray:
    """The page at one moment.

    Attributes:
        lots: the columns.
        pictures: addresses of finished pictures by seed.
        benches: what to show on the bench for each finished picture, by seed.
        bench: what is on the bench now.
        drawing: the seed being drawn, if any.
        status: one line on how far it is.
    """

    lots: tuple[Lot, ...]
    pictures: Mapping[int, str] = field(default_factory=dict)
    benches: Mapping[int, Bench] = field(default_factory=dict)
    bench: Bench | None = None
    drawing: int | None = None
    status: str = ""

    @property
    def seeds(self) -> tuple[int, ...]:
        """Every seed once, row by row, so that the columns fill evenly."""
        rows = zip_longest(*(lot.picking.seeds for lot in self.lots))
        return tuple(dict.fromkeys(seed for row in rows for seed in row if seed is not None))

    def columns(self) -> tuple[Column, ...]:
        """Return what to show."""
        return tuple(self._column(lot) for lot in self.lots)

    def _column(self, lot: Lot) -> Column:
        title, caption = _TITLES[lot.way]
        frames = tuple(self._frame(pick, lot) for pick in lot.picking.picks)
        why = (lot.picking.rule, *lot.picking.notes)
        return Column(lot.way.value, title, caption, frames, why)

    def _frame(self, pick: Pick, lot: Lot) -> Frame:
        rank = lot.ranks.get(pick.seed)
        return Frame(
            str(pick.seed),
            f"rank {rank} / {len(lot.ranks)}" if rank else "",
            _score_lines(pick, lot.rising),
            self.pictures.get(pick.seed),
            str(pick.seed),
            drawing=pick.seed == self.drawing,
        )


def empty_columns(ways: Sequence[Way], count: int) -> tuple[Column, ...]:
    """Return the columns before anything was chosen."""
    places = (Frame(),) * count
    return tuple(Column(way.value, *_TITLES[way], places) for way in ways)


def choose(
    table: SeedTable | None, ways: Sequence[Way], count: int, *, source_seed: int
) -> tuple[Lot, ...]:
    """Choose the seeds of every column; without a table only random ones can be chosen.

    Args:
        table: what golden and diverse choose from.
        ways: the columns wanted; those that need a table are left out where there is none.
        count: seeds a column.
        source_seed: decides the dice of the random column.

    Raises:
        PickError: the table cannot answer, e.g. has fewer seeds.
    """
    wanted = [way for way in possible_ways(table) if way in ways] or [Way.RANDOM]
    ranks, rising = _ranks(table), _rising(table)
    return tuple(Lot(way, _pick(way, table, count, source_seed), ranks, rising) for way in wanted)


def possible_ways(table: SeedTable | None) -> tuple[Way, ...]:
    """Return the columns a table can fill; without one only dice are left."""
    if table is None:
        return (Way.RANDOM,)
    golden = (Way.GOLDEN,) if table.metrics() else ()
    return (Way.RANDOM, *golden, *((Way.DIVERSE,) if table.spaces() else ()))


def _ranks(table: SeedTable | None) -> Mapping[int, int]:
    if table is None or not table.metrics():
        return {}
    return {pick.seed: pick.rank for pick in pick_golden(table, len(table)).picks}


def _rising(table: SeedTable | None) -> frozenset[str]:
    metrics = table.metrics() if table is not None else ()
    return frozenset(name for name in metrics if table and table.higher_is_better(name))


def _pick(way: Way, table: SeedTable | None, count: int, source_seed: int) -> Picking:
    if table is None or way is Way.RANDOM:
        return pick_random(table, count, source_seed=source_seed)
    if way is Way.GOLDEN:
        return pick_golden(table, count)
    space = "style" if "style" in table.spaces() else table.spaces()[0]
    return pick_diverse(table, count, space=space)


def compare(desk: Desk, wish: Wish, stop: threading.Event) -> Iterator[Tray]:
    """Choose seeds, draw them column beside column, and yield the page as it fills.

    Raises:
        SeedloupeError: the model, the table or a setting cannot be used.
    """
    model = desk.shelf.get(wish.model)
    known = assay(model, wish.table, wish.settings)
    lots = choose(known.table, wish.ways, wish.count, source_seed=desk.dice())
    request = wish.settings.request(wish.prompt)
    layers = panel(model.unet)
    return draw(
        lots,
        request,
        lambda request: desk.stream(model, request, panel=layers, preview=True),
        LayerPainter(),
        lambda picture: desk.prints.keep_generated(picture, request, model),
        stop,
    )


def draw(
    lots: Sequence[Lot],
    request: Request,
    stream: Stream,
    painter: LayerPainter,
    keep: Keep,
    stop: threading.Event,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Tray]:
    """Draw every seed of every column; yield the page each time something changed.

    Args:
        lots: from :func:`choose`.
        request: how to draw; its seeds are replaced by those of ``lots``.
        stream: starts the sampler.
        painter: makes pictures of layers.
        keep: stores a finished picture.
        stop: ends the run between two steps.
        clock: tells seconds.
    """
    tray = Tray(tuple(lots))
    request = replace(request, seeds=tray.seeds)
    begun = clock()
    yield (tray := replace(tray, drawing=tray.seeds[0], status="Getting ready"))
    for event in follow(stream(request), stop, clock=clock):
        if isinstance(event, StepUpdate):
            tray = _with_step(tray, event, painter)
        else:
            tray = _with_picture(tray, event, request, keep)
        yield tray
    yield replace(tray, drawing=None, status=_last_words(tray, clock() - begun))


def _with_step(tray: Tray, update: StepUpdate, painter: LayerPainter) -> Tray:
    bench = painter.bench(update, f"Seed {update.seed}, being drawn")
    status = f"Picture {update.image + 1} of {len(tray.seeds)}"
    return replace(tray, bench=bench, drawing=update.seed, status=status)


def _with_picture(tray: Tray, picture: Generated, request: Request, keep: Keep) -> Tray:
    url = keep(picture)
    layers = tray.bench.layers if tray.bench else ()
    lines = (f"“{request.prompt}”", f"{request.steps} steps, guidance {request.guidance:g}")
    bench = Bench(f"Seed {picture.seed}", (*lines, *picture.notes), url, layers, 1.0, url)
    return replace(
        tray,
        bench=bench,
        pictures={**tray.pictures, picture.seed: url},
        benches={**tray.benches, picture.seed: bench},
    )


def _last_words(tray: Tray, seconds: float) -> str:
    done, wanted = len(tray.pictures), len(tray.seeds)
    if done < wanted:
        return f"Stopped after {done} of {wanted} pictures."
    return f"{done} pictures in {seconds:.0f} s. Click one to see it with its layers."


def _score_lines(pick: Pick, rising: Collection[str]) -> tuple[str, ...]:
    """Every metric over the mining prompts, so that all columns can be compared.

    The means on held-out prompts come from fewer pictures and only for some seeds. An arrow tells
    which way is better.
    """
    return tuple(
        f"{name} {'↑' if name in rising else '↓'} {value:.3f}"
        for name, value in pick.scores.items()
        if not name.endswith(_CONFIRM)
    )
