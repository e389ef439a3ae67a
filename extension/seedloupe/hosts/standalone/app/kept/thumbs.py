"""Thumbs up and down over HTTP, on pictures of this page, for who sits at the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .....errors import InputError
from .....metadata import read_picture_file
from .....services.rated_pictures import picture_rating
from .....services.ratings import Rating, RatingBook
from .....strict_json import parse_json
from .local import is_local

if TYPE_CHECKING:
    from fastapi import FastAPI

    from .served_files import ServedFiles

ADDRESS = "/thumbs"
_MOST_BYTES, _LONGEST = 4096, 1024
_NO_STORE = {"Cache-Control": "no-store"}
_NONE = {"can": False, "liked": None}


def serve_thumbs(app: FastAPI, files: ServedFiles, book: RatingBook) -> None:
    """Say which thumb a picture has, and take another; no file but this page's is looked at."""
    from fastapi import Request
    from fastapi.responses import JSONResponse
    from starlette.concurrency import run_in_threadpool

    async def asked(request: Any) -> Any:
        if not is_local(request):
            return JSONResponse(_NONE, headers=_NO_STORE)
        picture = request.query_params.get("picture", "")
        return JSONResponse(await run_in_threadpool(thumb_on, files, book, picture), 200, _NO_STORE)

    async def given(request: Any) -> Any:
        status, said = await _given(request, files, book)
        return JSONResponse(said, status)

    # FastAPI asks for the class; it would look a name up among this module's.
    asked.__annotations__ = given.__annotations__ = {"request": Request}
    app.add_api_route(ADDRESS, asked)
    app.add_api_route(ADDRESS, given, methods=["POST"])


def thumb_on(files: ServedFiles, book: RatingBook, picture: str) -> dict[str, object]:
    """Return whether a picture can have a thumb, and which it has."""
    try:
        return {"can": True, "liked": book.thumb_on(_rating(files, picture, liked=True))}
    except InputError as error:
        return {**_NONE, "why": str(error)}


def give_thumb(files: ServedFiles, book: RatingBook, asked: object) -> dict[str, object]:
    """Keep a thumb, or take back the one there is.

    Args:
        files: this page's pictures.
        book: where thumbs are kept.
        asked: ``picture``, its address, and ``liked``: true, false, or null to take it back.

    Raises:
        InputError: it is no such question, there is no such picture, or it can have no thumb.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("picture"), str):
        raise InputError("picture", expected="the address of one of this page's", got="none")
    liked = asked.get("liked")
    if liked is not None and not isinstance(liked, bool):
        raise InputError("liked", expected="true, false or null", got=f"{liked!r:.40}")
    rating = _rating(files, asked["picture"], liked=bool(liked))
    if liked is None:
        book.take_back(rating)
    else:
        book.add(rating)
    return {"can": True, "liked": liked}


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
        return 200, await run_in_threadpool(give_thumb, files, book, asked)
    except UnicodeDecodeError:
        return 400, {"error": "This is no JSON."}
    except InputError as error:
        return 400, {"error": str(error)}


def _rating(files: ServedFiles, picture: str, *, liked: bool) -> Rating:
    if len(picture) > _LONGEST:  # no system has such a path
        raise InputError("picture", expected="one of this page's", got=f"{picture:.40}…")
    found = read_picture_file(files.find(picture))
    return picture_rating(found.texts, liked, size=found.size)
