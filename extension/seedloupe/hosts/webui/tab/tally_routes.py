"""The addresses of the text tally: which seeds write, what a user says to it, and files to keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ....artifacts import Correction, Level, ResultStore, Tally, tally_folder
from ....artifacts.tally.documents import tally_document, tally_outline
from ....artifacts.tally.result_store import SUFFIX
from ....artifacts.tally.rows import tally_csv
from ..api.route import Answer, Asked, Method, NotThereError, Route
from ..api.values import choice_value, text_value

_SAID = (*(each.value for each in Correction), "nothing")
_LEVELS = ("", *(each.value for each in Level))
#: Checks a page lists, the newest first; the file has them all.
_LISTED = 100


def tally_routes() -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route("tallies", _tallies, "Tallies of text on repainted pictures"),
        Route("tally", _tally, "One tally, seed by seed"),
        Route("tally/export", _export, "One tally as a file"),
        Route("tally/correct", _correct, "Say that a verdict was wrong", Method.POST),
    )


def _tallies(asked: Asked) -> Answer:
    store = _store()
    outlines = [tally_outline(tally, name) for name, tally in _known(store).items()]
    broken = [path.name for path in store.broken()]
    return Answer.of({"tallies": outlines, "broken": broken})


def _tally(asked: Asked) -> Answer:
    level = choice_value(asked, "level", _LEVELS, default="")
    name, tally = _named(asked, _store())
    document = tally_document(tally, Level(level) if level else None)
    return Answer.of({"tally": name, **document, "checks": _newest(tally)})


def _export(asked: Asked) -> Answer:
    kind = choice_value(asked, "kind", ("csv", "jsonl"), default="csv")
    store = _store()
    name, tally = _named(asked, store)
    if kind == "csv":
        return Answer(tally_csv(tally).encode(), "text/csv", file_name=f"{name}.csv")
    content = store.path(tally.subject).read_bytes()
    return Answer(content, "application/jsonl", file_name=f"{name}{SUFFIX}")


def _correct(asked: Asked) -> Answer:
    said = choice_value(asked, "said", _SAID)
    store = _store()
    _, tally = _named(asked, store)
    check = text_value(asked, "check")
    if check not in tally.checks:
        raise NotThereError("check", expected="the id of a check of this tally", got=repr(check))
    store.correct(tally.subject, check, None if said == "nothing" else Correction(said))
    return Answer.of({"check": check, "said": None if said == "nothing" else said})


def _newest(tally: Tally) -> list[dict[str, object]]:
    checks = list(tally.checks.values())[-_LISTED:]
    return [
        {
            "check": check.id,
            "seed": str(check.seed),
            "level": check.level.value,
            "flagged": check.flagged(check.level),
            "said": said.value if (said := tally.corrections.get(check.id)) else None,
            "reader": check.reader,
        }
        for check in reversed(checks)
    ]


def _named(asked: Asked, store: ResultStore) -> tuple[str, Tally]:
    name = text_value(asked, "tally")
    known = _known(store)
    if name not in known:
        raise NotThereError("tally", expected="a name out of /seedloupe/tallies", got=repr(name))
    return name, known[name]


def _known(store: ResultStore) -> dict[str, Tally]:
    """Return every tally by the name of its file, but those a link leads out of the folder to."""
    paths = [(store.path(tally.subject), tally) for tally in store.tallies()]
    return {
        path.name.removesuffix(SUFFIX): tally
        for path, tally in paths
        if path.is_file() and _inside(path, store.folder)
    }


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().parent == folder.resolve()


def _store() -> ResultStore:
    return ResultStore(tally_folder(os.environ, sys.platform, Path.home()))
