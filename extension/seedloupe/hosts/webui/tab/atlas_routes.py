"""The addresses of the atlas: tables by name, what the map shows of one, and picks from it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import devices, paths, shared

from ....errors import NoiseError, TableError
from ....tables import Catalogue, SeedTable
from ..api.route import Answer, Asked, Method, NotThereError, Route
from ..api.values import (
    choice_value,
    list_value,
    number_value,
    text_value,
    texts_value,
    whole_value,
)
from ..catalogue import webui_catalogue
from ..noise_in_use import how_to_draw, noise_in_use
from ..options import WebuiSettings

if TYPE_CHECKING:
    from ....atlas.queries import Sifting
    from ....picking import TagFilter

_RULES = ("golden", "diverse", "clean", "layout")
_MOST_TAGS, _MOST_BOXES = 64, 4
_OFTEN = 25.0
"""Percent of the seeds that count as having a tag where nobody says otherwise."""


def atlas_routes() -> tuple[Route, ...]:
    """Return the addresses; the last table asked for stays in memory for the next question."""
    answers = _AtlasAnswers(_TablesByName(_catalogue))
    look, change = Method.GET, Method.POST
    return (
        Route("tables", answers.tables, "Seed tables this web UI finds", look),
        Route("atlas/page", answers.page, "Markup and style of the map", look),
        Route("atlas/script", answers.script, "The map's JavaScript module", look),
        Route("atlas/table", answers.table, "What a table can be asked for", look),
        Route("atlas/seeds", answers.seeds, "All of a table the map draws", look),
        Route("atlas/sheet", answers.sheet, "A table's thumbnails, one WebP picture", look),
        Route("atlas/filter", answers.filter, "Which seeds pass a filter", change),
        Route("atlas/pick", answers.pick, "Seeds chosen by a rule or a layout", change),
    )


def _catalogue() -> Catalogue:
    return webui_catalogue(paths.models_path, WebuiSettings.of(shared.opts).table_folder)


@dataclass(frozen=True, eq=False)
class _Opened:
    mark: tuple[Path, int]
    table: SeedTable
    seeds: bytes


class _TablesByName:
    """Opens tables of the catalogue, none that a link leads out of its folders to."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._last: _Opened | None = None

    def paths(self) -> dict[str, Path]:
        """Return every table there is, by name."""
        catalogue = self._catalogue()
        folders = [folder.resolve() for folder in catalogue.folders]
        return {
            name: path
            for name, path in catalogue.paths().items()
            if path.is_file() and any(path.resolve().is_relative_to(folder) for folder in folders)
        }

    def open(self, name: str) -> _Opened:
        """Return a table.

        Raises:
            NotThereError: there is none of that name.
            TableError: it cannot be read.
        """
        path = self.paths().get(name)
        if path is None:
            raise NotThereError("table", expected="a name out of /seedloupe/tables", got=repr(name))
        with self._lock:
            mark = (path, path.stat().st_mtime_ns)
            if self._last is None or self._last.mark != mark:
                self._last = _opened(mark, self._catalogue().read(name))
            return self._last


def _opened(mark: tuple[Path, int], table: SeedTable) -> _Opened:
    from ....atlas.page import table_json
    from ....picking import ranks_of

    return _Opened(mark, table, table_json(table, ranks_of(table)).encode())


class _AtlasAnswers:
    """What stands at each address."""

    def __init__(self, tables: _TablesByName) -> None:
        self._tables = tables

    def tables(self, asked: Asked) -> Answer:
        return Answer.of({"tables": [_listed(*entry) for entry in self._tables.paths().items()]})

    def page(self, asked: Asked) -> Answer:
        from ....atlas.page import atlas_css, frame_html, map_html

        return Answer.of({"map": map_html(), "frame": frame_html(), "css": atlas_css()})

    def script(self, asked: Asked) -> Answer:
        from ....atlas.page import atlas_module

        return Answer(atlas_module().encode(), "text/javascript")

    def table(self, asked: Asked) -> Answer:
        from ....atlas.answers import told_of_table

        opened = self._named(asked)
        told = told_of_table(opened.table, _name(asked))
        advice = _noise_advice(opened.table)
        return Answer.of({**told, "advice": advice, "stamp": str(opened.mark[1])})

    def seeds(self, asked: Asked) -> Answer:
        return Answer(self._named(asked).seeds)

    def sheet(self, asked: Asked) -> Answer:
        from ....atlas.page import has_sheet

        table = self._named(asked).table
        if not has_sheet(table):
            raise NotThereError("thumbnails", expected="a table with pictures", got=_name(asked))
        return Answer(table.tensors["thumbnails"].tobytes(), "image/webp")

    def filter(self, asked: Asked) -> Answer:
        from ....atlas.answers import chart_of, filter_answer

        opened = self._named(asked)
        chart = chart_of(opened.table, str(opened.mark[0]))
        return Answer.of(filter_answer(chart, _sifting(asked)))

    def pick(self, asked: Asked) -> Answer:
        from ....atlas.answers import AtlasPick, pick_answer
        from ....picking import PickRule

        kind = text_value(asked, "kind", default="")
        wanted = AtlasPick(
            PickRule(choice_value(asked, "rule", _RULES)),
            whole_value(asked, "count", default=4, most=1024),
            _tags(asked),
            _places(asked),
            kind or None,
        )
        return Answer.of(pick_answer(self._named(asked).table, wanted))

    def _named(self, asked: Asked) -> _Opened:
        return self._tables.open(_name(asked))


def _noise_advice(table: SeedTable) -> str:
    """Say what to set where this web UI draws other noise than the table's; else nothing."""
    wanted = table.spec.noise.source
    try:
        drawn = noise_in_use(shared.opts, devices.device)
    except NoiseError as error:
        return str(error)
    if drawn == wanted:
        return ""
    begin = (
        f"This web UI draws {drawn.label} noise, the table's seeds stand for {wanted.label} noise."
    )
    return f"{begin} {how_to_draw(wanted)}".strip()


def _name(asked: Asked) -> str:
    return text_value(asked, "table")


def _listed(name: str, path: Path) -> dict[str, Any]:
    from ....atlas.answers import told_of_outline
    from ....tables import read_outline

    try:
        return told_of_outline(read_outline(path), name)
    except TableError as error:
        return {"table": name, "problem": str(error).replace(str(path), name)}


def _tags(asked: Asked) -> TagFilter:
    from ....picking import TagFilter

    want, avoid = (texts_value(asked, name, most=_MOST_TAGS) for name in ("want", "avoid"))
    often = number_value(asked, "often", default=_OFTEN, least=1, most=100)
    return TagFilter(want, avoid, top=often / 100)


def _sifting(asked: Asked) -> Sifting:
    from ....atlas.queries import Sifting

    metric = text_value(asked, "metric", default="")
    share = number_value(asked, "share", default=100, least=1, most=100)
    return Sifting(_tags(asked), metric or None, share / 100)


def _places(asked: Asked) -> Any:
    import json

    from ....atlas.queries import places_from

    return places_from(json.dumps({"boxes": list_value(asked, "boxes", most=_MOST_BOXES)}))
