"""Thumbs on pictures that *Save with Seeds* wrote, given on the node and kept for all hosts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths

from ...errors import InputError

if TYPE_CHECKING:
    from ...services.ratings import RatingBook

__all__ = ["ADDRESS", "add_rating_routes", "ratings_stamp", "thumb_answer", "user_ratings"]

ADDRESS = "/seedloupe/thumbs"
_MOST_BYTES = 4096
_HERE = ("127.0.0.1", "::1")


def user_ratings() -> RatingBook:
    """Return the user's thumbs, those of all hosts."""
    from ...services.ratings import rating_book

    return rating_book(os.environ, sys.platform, Path.home())


def ratings_stamp() -> object:
    """Return what changes when a thumb is given."""
    return user_ratings().stamp


def add_rating_routes(server: Any) -> None:
    """Let ``server`` answer; it looks at saved pictures alone, and writes into one file."""
    from aiohttp import web

    @server.routes.get(ADDRESS)
    async def asked(request: Any) -> Any:
        return await _answered(request, dict(request.query), gives=False)

    @server.routes.post(ADDRESS)
    async def given(request: Any) -> Any:
        # Pages of other sites may post anything but this without the browser asking us first.
        if request.content_type != "application/json":
            return web.json_response({"error": "Post a JSON object."}, status=415)
        if (request.content_length or 0) > _MOST_BYTES:
            return web.json_response({"error": "the question is too long"}, status=413)
        try:
            told = await request.json()
        except ValueError:
            return web.json_response({"error": "the question is no JSON"}, status=400)
        return await _answered(request, told, gives=True)

    async def _answered(request: Any, told: object, *, gives: bool) -> Any:
        if request.remote not in _HERE:
            said = {"error": "Thumbs are given by who sits at the machine ComfyUI runs on."}
            return web.json_response(said, status=403)
        status, said = await asyncio.to_thread(thumb_answer, told, gives=gives)
        return web.json_response(said, status=status, headers={"Cache-Control": "no-store"})


def thumb_answer(asked: object, *, gives: bool) -> tuple[int, dict[str, object]]:
    """Say which thumb a picture has, or keep another.

    Args:
        asked: ``filename`` and ``subfolder`` as the host names a saved picture, and to give one
            ``liked``: true, false, or null to take it back.
        gives: whether one is given.
    """
    from ...metadata import read_picture_file
    from ...services.rated_pictures import give_thumb, thumb_on

    if not isinstance(asked, Mapping):
        return 400, {"error": "the question is no object"}
    try:
        found = read_picture_file(_saved(asked))
        if gives:
            state = give_thumb(user_ratings(), found.texts, asked.get("liked"), size=found.size)
        else:
            state = thumb_on(user_ratings(), found.texts, size=found.size)
    except InputError as error:
        return 400, {"error": str(error)}
    return 200, state.to_json()


def _saved(asked: Mapping[str, object]) -> Path:
    """Return a file of the host's output folder.

    Raises:
        InputError: it leads elsewhere, or is not there.
    """
    folder = Path(folder_paths.get_output_directory()).resolve()
    parts = [asked.get("subfolder", ""), asked.get("filename", "")]
    if all(isinstance(part, str) and len(part) < 256 and "\0" not in part for part in parts):
        path = folder.joinpath(*map(str, parts)).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path
    raise InputError("picture", expected="one in ComfyUI's output folder", got=f"{parts!r:.80}")
