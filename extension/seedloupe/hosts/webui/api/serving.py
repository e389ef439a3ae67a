"""Puts our routes into the web UI's server; FastAPI 0.94 with pydantic 1 does, and later ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from ....errors import InputError, SeedloupeError
from ....strict_json import parse_json
from .entry import KEY_HEADER, KEY_QUERY, Entry
from .route import Answer, Asked, Method, NotThereError, Route

PREFIX = "/seedloupe/"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_BASIC = {"WWW-Authenticate": "Basic"}
_logger = logging.getLogger(__name__)


class _RefusedError(Exception):
    """A question that is not even read."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.answer = Answer.of({"error": said}, status=status)


def serve_routes(app: Any, routes: Iterable[Route], entry: Entry) -> None:
    """Add routes to a server.

    Args:
        app: the web UI's ``FastAPI``.
        routes: each at an address of its own.
        entry: who may ask.
    """
    for route in routes:
        app.add_api_route(
            f"{PREFIX}{route.path}",
            _endpoint(route, entry),
            methods=[route.method.value],
            summary=route.summary,
            tags=["Seedloupe"],
            response_model=None,
        )


def _endpoint(route: Route, entry: Entry) -> Callable[[Any], Any]:
    from fastapi import Request, Response
    from starlette.concurrency import run_in_threadpool

    async def endpoint(request: Any) -> Any:
        try:
            _require_entry(request, entry)
            asked = await _asked(request, route)
        except _RefusedError as refused:
            return _response(Response, refused.answer)
        return _response(Response, await run_in_threadpool(_answered, route, asked))

    # FastAPI asks for the class; it would look a name up among this module's.
    endpoint.__annotations__ = {"request": Request}
    return endpoint


def _require_entry(request: Any, entry: Entry) -> None:
    key = request.headers.get(KEY_HEADER) or request.query_params.get(KEY_QUERY, "")
    if not entry.admits(request.headers.get("authorization", ""), key):
        raise _RefusedError(401, "Name and password of the web UI's API are needed.")


async def _asked(request: Any, route: Route) -> Asked:
    if route.method is Method.GET:
        return Asked(dict(request.query_params))
    # Pages of other sites may post anything but this without the browser asking us first.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _RefusedError(415, "Post a JSON object, with Content-Type: application/json.")
    return Asked(_object(await _body(request, route.largest)))


async def _body(request: Any, largest: int) -> bytes:
    """Read what was posted, and no more of it than is taken."""
    from starlette.requests import ClientDisconnect

    refused = _RefusedError(413, f"At most {largest} bytes are taken here.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > largest:
        raise refused
    got = bytearray()
    try:
        async for chunk in request.stream():
            got += chunk
            if len(got) > largest:
                raise refused
    except ClientDisconnect as error:
        raise _RefusedError(400, "The body ended early.") from error
    return bytes(got)


def _object(body: bytes) -> dict[str, object]:
    try:
        parsed = parse_json(body.decode("utf-8"), field="body")
    except (UnicodeDecodeError, InputError) as error:
        raise _RefusedError(400, f"This is no JSON: {error!s:.200}") from error
    if not isinstance(parsed, dict):
        raise _RefusedError(400, "Post a JSON object.")
    return parsed


def _answered(route: Route, asked: Asked) -> Answer:
    try:
        return route.answer(asked)
    except NotThereError as error:
        return Answer.of({"error": str(error), "field": error.field}, status=404)
    except InputError as error:
        return Answer.of({"error": str(error), "field": error.field}, status=400)
    except SeedloupeError as error:
        return Answer.of({"error": str(error)}, status=422)
    except Exception as error:
        _logger.exception("Seedloupe could not answer /seedloupe/%s", route.path)
        said = f"Seedloupe failed ({type(error).__name__}); the web UI's window says more."
        return Answer.of({"error": said}, status=500)


def _response(kind: Any, answer: Answer) -> Any:
    headers = dict(_HEADERS)
    if answer.status == 401:
        headers.update(_BASIC)
    if answer.file_name:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(answer.file_name)}"
    return kind(
        content=answer.content, status_code=answer.status, media_type=answer.kind, headers=headers
    )
