"""What the atlas shows: a table as columns for the browser, and the parts of the page around them.

Strings of a table only ever travel as JSON, which the page's script puts into text nodes and onto
the canvas; no function here touches Gradio.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..chance import NORMAL_95
from ..picking import Picking
from ..tables import SeedTable
from ..tables.maps import SeedMap, map_names, seed_map
from ..tables.table import ScorePart
from .sheet_cells import SheetCells, likeness_cells, ordered_cells

_FOLDER = Path(__file__).parent
_MAP_SCRIPTS = ("ground.js", "camera.js", "paint.js", "hand.js", "words.js", "atlas.js")
_CONFIRM: ScorePart = "confirm"
#: Pixels of a sheet a browser can hold without running out of memory: 256 MB of them.
_MOST_PIXELS = 64_000_000

#: A box on the picture as left, top, right and bottom, each in [0, 1].
Place = tuple[float, float, float, float]


@dataclass(frozen=True)
class AtlasPage:
    """What the map shows, apart from what whoever looks at it has chosen since.

    Attributes:
        table: path of the table; empty where there is none.
        file: address of :func:`table_json`; empty where there is no table.
        sheet: address of the table's thumbnails; empty where it has none.
        empty: what to say where there is no table.
        kept: which seeds pass the filter, see :func:`bits`; empty where all do.
        sifted: what to say about that.
        chosen: seeds a picker chose, in its order.
        turn: counts the choices of pickers, so that the page takes each over once.
        boxes: where objects were asked for.
        aspect: width over height of the table's pictures.
    """

    table: str = ""
    file: str = ""
    sheet: str = ""
    empty: str = "Choose a seed table to see its map."
    kept: str = ""
    sifted: str = ""
    chosen: tuple[str, ...] = ()
    turn: int = 0
    boxes: tuple[Place, ...] = ()
    aspect: float = 1.0

    def to_json(self) -> str:
        """Return what the map's script reads."""
        return json.dumps({**vars(self), "table": None})

    def picked(self, picking: Picking, boxes: Sequence[Place] = ()) -> AtlasPage:
        """Return the page with the seeds a picker chose in place of those before."""
        chosen = tuple(str(seed) for seed in picking.seeds)
        return replace(self, chosen=chosen, turn=self.turn + 1, boxes=tuple(boxes))


def table_json(table: SeedTable, ranks: Mapping[int, int]) -> str:
    """Return everything the map needs to know of a table.

    Args:
        table: what to show.
        ranks: the place of every seed that could be compared.
    """
    tile = table.spec.thumbnails
    return json.dumps(
        {
            "seeds": [str(seed) for seed in table.seeds.tolist()],
            "maps": list(_maps(table, ranks)),
            "columns": list(_columns(table, ranks)),
            "tile": list(tile.tile) if tile else [1, 1],
            "across": tile.columns if tile else 1,
            "aspect": aspect_of(table),
        }
    )


def has_sheet(table: SeedTable) -> bool:
    """Tell whether a table has thumbnails, and none too many for a browser."""
    tile = table.spec.thumbnails
    if tile is None:
        return False
    width, height = tile.tile
    return width * height * tile.columns * math.ceil(len(table) / tile.columns) <= _MOST_PIXELS


def aspect_of(table: SeedTable) -> float:
    """Return width over height of a table's pictures, by their size or else by their noise."""
    sampling = table.spec.sampling
    *_, height, width = table.spec.noise.shape
    if sampling is not None and sampling.size is not None:
        width, height = sampling.size
    return width / height


def bits(kept: NDArray[np.bool_]) -> str:
    """Pack ``(S,)`` truths for the browser, the first seed in the lowest bit."""
    return base64.b64encode(np.packbits(kept, bitorder="little").tobytes()).decode()


def map_script() -> str:
    """Return the script of the map."""
    return "\n".join((_FOLDER / name).read_text("utf-8") for name in _MAP_SCRIPTS)


def frame_script() -> str:
    """Return the script of the small picture that boxes are drawn on."""
    return (_FOLDER / "frame.js").read_text("utf-8")


def atlas_module() -> str:
    """Return both scripts as one JavaScript module that exports ``openAtlas`` and ``openFrame``."""
    return f"{map_script()}\n{frame_script()}\nexport {{openAtlas, openFrame}};\n"


def atlas_css() -> str:
    """Return the style sheet of the tab."""
    return (_FOLDER / "atlas.css").read_text("utf-8")


def map_html() -> str:
    """Return the parts the map's script fills."""
    return (_FOLDER / "map.html").read_text("utf-8")


def frame_html() -> str:
    """Return the parts the frame's script fills."""
    return (_FOLDER / "frame.html").read_text("utf-8")


def frame_value(page: AtlasPage) -> str:
    """Return what the frame's script reads: the picture's shape and the boxes on it."""
    return json.dumps({"aspect": page.aspect, "boxes": page.boxes})


def picking_html(title: str, picking: Picking | None) -> str:
    """Return the rule that chose seeds and everything to know about it."""
    if picking is None:
        return ""
    said = "".join(f"<li>{escape(reason)}</li>" for reason in picking.reasons)
    return (
        f'<div class="sl-atlas-why" role="status"><h3>{escape(title)}</h3>'
        f"<p>{escape(picking.rule)}</p><ul>{said}</ul></div>"
    )


def _maps(table: SeedTable, ranks: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    """Yield every arrangement of the seeds; by rank, or else in order, where there is no map."""
    for name in map_names(table):
        found = seed_map(table, name)
        cells = likeness_cells(found.points, _tile_aspect(table))
        yield _map_json(found, table) | _cells_json(cells)
    if not map_names(table):
        places = np.asarray([ranks.get(seed, math.inf) for seed in table.seeds.tolist()])
        cells = ordered_cells(np.argsort(places, kind="stable"), len(table), _tile_aspect(table))
        what = "by rank, the best first" if ranks else "in the order of their numbers"
        yield {
            "space": "order",
            "title": "Rank" if ranks else "Number",
            "picture": False,
            "how": "",
            "words": f"The seeds stand {what}: the table knows nothing of how they look.",
            "x": _floats(cells.at[:, 0]),
            "y": _floats(cells.at[:, 1]),
        } | _cells_json(cells)


def _cells_json(cells: SheetCells) -> dict[str, Any]:
    """Where the pictures lie on a sheet arranged like the map."""
    places = {"column": _floats(cells.at[:, 0]), "row": _floats(cells.at[:, 1])}
    return {"cells": {"columns": cells.columns, "rows": cells.rows, **places}}


def _tile_aspect(table: SeedTable) -> float:
    tile = table.spec.thumbnails
    return tile.tile[0] / tile.tile[1] if tile is not None else 1.0


def _map_json(found: SeedMap, table: SeedTable) -> dict[str, Any]:
    title = found.space.capitalize()
    return {
        "space": found.space,
        "title": f"{title} (places in the picture)" if found.in_picture else title,
        "picture": found.in_picture,
        "words": _map_words(found),
        "how": "" if found.in_picture else _how_words(found, table),
        "x": _floats(found.points[:, 0]),
        "y": _floats(found.points[:, 1]),
    }


def _map_words(found: SeedMap) -> str:
    """Say what near and far mean on a map, and what they do not."""
    if found.in_picture:
        return (
            "The map is the picture: each seed stands where its objects stand on average, "
            "over all prompts."
        )
    return f"Neighbours tend to look alike in {found.space}. It is for the eye only."


def _how_words(found: SeedMap, table: SeedTable) -> str:
    """Say how a map was drawn, and what picks go by instead."""
    origin = f"Drawn from the table's features: {found.how}."
    if found.stored:
        origin = f"Drawn by {found.how}." if found.how else "Drawn by whoever made the table."
    known = found.space in table.spaces()
    width = table.feature(found.space).shape[1] if known else 0
    real = f" Picks measure distance in all {width} dimensions of the space." if width > 2 else ""
    return f"{origin}{real}"


def _columns(table: SeedTable, ranks: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    """Everything seeds can be coloured by, the most informative first."""
    if ranks:
        places = [ranks.get(seed, np.nan) for seed in table.seeds.tolist()]
        yield _column("rank", "Rank", "rank", np.asarray(places), -1) | {"among": len(ranks)}
    for metric in table.metrics():
        better = 1 if table.higher_is_better(metric) else -1
        yield _score(table, metric, "", metric, better)
        if table.has_score(metric, _CONFIRM):
            held_out = _score(table, metric, _CONFIRM, f"{metric}, held out", better)
            yield held_out | {"aside": True}
    for tag in table.tags():
        counted = f"rate.{tag}.n" in table.tensors
        counts = {"counts": _floats(table.counts("rate", tag))} if counted else {}
        yield _column(f"rate.{tag}", tag, "rate", table.rate(tag), 0) | counts


def _score(
    table: SeedTable, metric: str, part: ScorePart, title: str, better: int
) -> dict[str, Any]:
    mean = table.score(metric, part)
    error: ScorePart = "confirm_se" if part else "se"
    column = _column(f"score.{metric}.{part}", title, "score", mean, better)
    if not table.has_score(metric, error):
        return column
    reach = NORMAL_95 * table.score(metric, error)
    return column | {"low": _floats(mean - reach), "high": _floats(mean + reach)}


def _column(key: str, title: str, kind: str, values: NDArray[Any], better: int) -> dict[str, Any]:
    plain = {"key": key, "title": title, "kind": kind, "better": better}
    return plain | {"values": _floats(values)}


def _floats(values: NDArray[Any]) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()
