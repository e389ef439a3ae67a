"""The one address the page asks while somebody looks into a lens."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....errors import InputError
from .handle import run_by_id

if TYPE_CHECKING:
    from ....lens.record_view import ViewRequest

__all__ = ["ADDRESS", "add_routes", "answer"]

ADDRESS = "/seedloupe/lens/view"
_MOST_BYTES = 10_000


def add_routes(server: Any) -> None:
    """Let ``server`` answer; it reads nothing but runs in memory, and writes nothing."""
    from aiohttp import web

    @server.routes.post(ADDRESS)
    async def view(request: Any) -> Any:
        if (request.content_length or 0) > _MOST_BYTES:
            return web.json_response({"error": "the question is too long"}, status=413)
        try:
            asked = await request.json()
        except ValueError:
            return web.json_response({"error": "the question is no JSON"}, status=400)
        status, said = await asyncio.to_thread(answer, asked)
        return web.json_response(said, status=status)


def answer(asked: object) -> tuple[int, dict[str, object]]:
    """Answer a page's question: an HTTP status, and plain JSON values."""
    from ....lens.record_view import view_record
    from .shown import shown_view

    if not isinstance(asked, Mapping):
        return 400, {"error": "the question is no object"}
    run = run_by_id(str(asked.get("run", "")))
    if run is None:
        return 404, {"error": "This run is no longer kept; run the workflow again."}
    try:
        request = _request(asked)
        return 200, shown_view(view_record(run.record, request), request)
    except InputError as error:
        return 400, {"error": str(error)}


def _request(asked: Mapping[str, object]) -> ViewRequest:
    from ....lens.record_view import ViewKind, ViewRequest

    kinds = [kind.value for kind in ViewKind]
    kind = str(asked.get("view", kinds[0]))
    if kind not in kinds:
        raise InputError("view", expected=", ".join(kinds), got=kind)
    return ViewRequest(
        ViewKind(kind),
        layer=str(asked.get("layer", "auto")),
        step=_whole(asked, "step", -1),
        x=_number(asked, "x", 0.5),
        y=_number(asked, "y", 0.5),
        word=str(asked.get("word", "")),
        image=_whole(asked, "image", 0),
        prompt=_whole(asked, "prompt", 0),
    )


def _number(asked: Mapping[str, object], name: str, default: float) -> float:
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(name, expected="a number", got=repr(value))
    return float(value)


def _whole(asked: Mapping[str, object], name: str, default: int) -> int:
    value = _number(asked, name, default)
    if value != int(value):
        raise InputError(name, expected="a whole number", got=repr(value))
    return int(value)
