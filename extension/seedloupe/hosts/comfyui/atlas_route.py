"""The one address from which the page has the map of a table; it reads tables by name, no files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import InputError, TableError
from .tables import named_table, table_names, table_stamp

if TYPE_CHECKING:
    from ...tables import SeedTable

__all__ = ["ADDRESS", "add_atlas_route", "atlas_answer"]

ADDRESS = "/seedloupe/atlas"
_LONGEST_NAME = 500

Answer = tuple[int, str, bytes]
"""An HTTP status, the content's type, and the content."""


def add_atlas_route(server: Any) -> None:
    """Let ``server`` answer; it reads nothing but tables of the catalogue, and writes nothing."""
    from aiohttp import web

    @server.routes.get(ADDRESS)
    async def atlas(request: Any) -> Any:
        status, kind, content = await asyncio.to_thread(atlas_answer, dict(request.query))
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=content, status=status, content_type=kind, headers=headers)


def atlas_answer(asked: Mapping[str, str]) -> Answer:
    """Answer a page's question.

    Args:
        asked: ``part``: ``page`` (markup and style) or ``script``; or with ``table``, a name of the
            catalogue, ``table`` (what to tell the map), ``seeds`` or ``sheet``.
    """
    from ...atlas.page import atlas_css, atlas_module, frame_html, map_html

    part, name = asked.get("part", ""), asked.get("table", "")
    try:
        if part == "page":
            return _json({"map": map_html(), "frame": frame_html(), "css": atlas_css()})
        if part == "script":
            return 200, "text/javascript", atlas_module().encode()
        return _of_table(part, _known(name))
    except InputError as error:
        return _json({"error": str(error)}, status=404 if isinstance(error, TableError) else 400)


def _of_table(part: str, name: str) -> Answer:
    from ...atlas.page import has_sheet, table_json
    from ...picking import ranks_of

    parts = ("table", "seeds", "sheet")
    if part not in parts:
        raise InputError("part", expected=f"page, script, {', '.join(parts)}", got=f"{part!r:.60}")
    table = named_table(name, None).table
    if part == "seeds":
        return 200, "application/json", table_json(table, ranks_of(table)).encode()
    if part == "sheet":
        if not has_sheet(table):
            raise TableError("thumbnails", expected="a table with thumbnails", got=name)
        return 200, "image/webp", table.tensors["thumbnails"].tobytes()
    return _json(_told(table, name))


def _told(table: SeedTable, name: str) -> dict[str, object]:
    from ...atlas.page import aspect_of, has_sheet
    from ...picking import PickRule, rules_for

    return {
        "table": name,
        "sheet": has_sheet(table),
        "aspect": aspect_of(table),
        "layout": PickRule.LAYOUT in rules_for(table),
        "stamp": json.dumps(table_stamp(name)),
    }


def _known(name: str) -> str:
    """Refuse what no table is called, whatever the catalogue makes of a path."""
    if len(name) > _LONGEST_NAME:
        raise InputError("table", expected=f"at most {_LONGEST_NAME} letters", got=str(len(name)))
    names = table_names()
    if name not in names:
        raise TableError("table", expected=f"one of {', '.join(names)}", got=repr(name))
    return name


def _json(said: object, *, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(said).encode()
