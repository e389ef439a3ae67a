"""The addresses of thumbs: which one a picture has, by its parameters, and another one."""

from __future__ import annotations

from ....errors import InputError, TableError
from ....metadata.infotext.settings import settings
from ....noise import NoiseSource
from ....services.rated_pictures import give_thumb, thumb_on
from ..api.route import Answer, Asked, Method, Route
from ..api.values import text_value
from .infotext import TABLE
from .requests import user_thumbs
from .stores import webui_tables

_LONGEST = 32_000


def thumb_routes() -> tuple[Route, ...]:
    """Return the addresses; no file is named in any of them."""
    change = Method.POST
    return (
        Route("thumb/look", _look, "Which thumb a picture has, by its parameters", change),
        Route("thumb", _give, "Thumbs up or down on a picture, or neither", change),
    )


def _look(asked: Asked) -> Answer:
    texts = _texts(asked)
    return Answer.of(thumb_on(user_thumbs(), texts, source=_drawn_by(texts)).to_json())


def _give(asked: Asked) -> Answer:
    texts = _texts(asked)
    if "liked" not in asked.values:
        raise InputError("liked", expected="true, false or null", got="nothing")
    state = give_thumb(user_thumbs(), texts, asked.values["liked"], source=_drawn_by(texts))
    return Answer.of(state.to_json())


def _texts(asked: Asked) -> dict[str, str]:
    return {"parameters": text_value(asked, "parameters", longest=_LONGEST)}


def _drawn_by(texts: dict[str, str]) -> NoiseSource | None:
    """Return what drew the noise of a picture made with one of our tables: what the table is for.

    The web UI writes where noise was drawn only if that is not the GPU, whatever that is.
    """
    try:
        name = settings(texts["parameters"]).get(TABLE, "")
        return webui_tables().read(name).spec.noise.source if name else None
    except TableError:
        return None  # gone since, or named by somebody else
