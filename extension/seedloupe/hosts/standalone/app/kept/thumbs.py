"""Thumbs up and down over HTTP, on pictures of this page, for who sits at the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .....errors import InputError
from .....metadata import PictureFile, read_picture_file
from .....services.rated_pictures import ThumbState, give_thumb, thumb_on
from .....services.ratings import RatingBook
from .....strict_json import parse_json
from .local import is_local

if TYPE_CHECKING:
    from fastapi import FastAPI

    from .served_files import ServedFiles

ADDRESS = "/thumbs"
_MOST_BYTES, _LONGEST = 4096, 1024
_NO_STORE = {"Cache-Control": "no-store"}


def serve_thumbs(app: FastAPI, files: ServedFiles, book: RatingBook) -> None:
    """Say which thumb a picture has, and take another; no file but this page's is looked at."""
    from fastapi import Request
    from fastapi.responses import JSONResponse
    from starlette.concurrency import run_in_threadpool

    async def asked(request: Any) -> Any:
        if not is_local(request):
            return JSONResponse(ThumbState(False).to_json(), headers=_NO_STORE)
        picture = request.query_params.get("picture", "")
        found = await run_in_threadpool(_asked, files, book, picture)
        return JSONResponse(found.to_json(), headers=_NO_STORE)

    async def given(request: Any) -> Any:
        status, said = await _given(request, files, book)
        return JSONResponse(said, status)

    # FastAPI asks for the class; it would look a name up among this module's.
    asked.__annotations__ = given.__annotations__ = {"request": Request}
    app.add_api_route(ADDRESS, asked)
    app.add_api_route(ADDRESS, given, methods=["POST"])


def _asked(files: ServedFiles, book: RatingBook, picture: str) -> ThumbState:
    """Return which thumb a picture has; none for one that is not this page's."""
    try:
        found = _found(files, picture)
    except InputError as error:
        return ThumbState(False, why=str(error))
    return thumb_on(book, found.texts, size=found.size)


def _kept(files: ServedFiles, book: RatingBook, asked: object) -> dict[str, object]:
    """Keep a thumb: ``picture``, its address, and ``liked``, null to take it back.

    Raises:
        InputError: it is no such question, there is no such picture, or it can have no thumb.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("picture"), str):
        raise InputError("picture", expected="the address of one of this page's", got="none")
    found = _found(files, asked["picture"])
    return give_thumb(book, found.texts, asked.get("liked"), size=found.size).to_json()


async def _given(request: Any, files: ServedFiles, book: RatingBook) -> tuple[int, object]:
    from starlette.concurrency import run_in_threadpool

    # Pages of other sites may post anything but this without the browser asking us first.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return 415, {"error": "Post a JSON object, with Content-Type: application/json."}
    if not is_local(request):
        return 403, {"error": "Thumbs are given by who sits at the machine Seedloupe runs on."}
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return 413, {"error": f"At most {_MOST_BYTES} bytes are taken here."}
    try:
        asked = parse_json(body.decode("utf-8"), field="body")
        return 200, await run_in_threadpool(_kept, files, book, asked)
    except UnicodeDecodeError:
        return 400, {"error": "This is no JSON."}
    except InputError as error:
        return 400, {"error": str(error)}


def _found(files: ServedFiles, picture: str) -> PictureFile:
    if len(picture) > _LONGEST:  # no system has such a path
        raise InputError("picture", expected="one of this page's", got=f"{picture:.40}…")
    return read_picture_file(files.find(picture))
