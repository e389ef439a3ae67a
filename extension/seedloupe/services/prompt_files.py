"""Prompts to mine with: files as they come, and their split by hash."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import NoReturn

from ..errors import InputError
from .prompt_grid import GRID, prompt_grid

MOST_PROMPTS = 10_000
"""As many as a run takes; of longer lists of captions these are drawn by hash."""

#: What a column or an entry with the prompt is called, in the order they are looked for.
_NAMES = ("prompt", "caption", "text")


class PromptSplit(Enum):
    """How given prompts are split into those to mine with and those held out."""

    HASH = "hash"
    LAST = "last"  # as runs did that were begun before there was a race


def read_prompts(path: Path) -> tuple[str, ...]:
    """Read prompts from a file, or make those of the built-in grid where ``path`` is ``grid``.

    A ``.txt`` has one a line, empty lines skipped. A ``.csv`` or ``.tsv`` (PartiPrompts) has a
    column ``prompt``, ``caption`` or ``text``, or else its first column counts. A ``.json`` is a
    list of texts or of objects with such an entry, or COCO's captions (``annotations``). Captions
    that come twice in tables and JSON count once.

    Raises:
        InputError: the file cannot be read, or holds none, too many, or, as text, one twice.
    """
    if str(path) == GRID:
        return prompt_grid()
    kind = path.suffix.lower()
    text = _text(path)
    if kind not in {".csv", ".tsv", ".json"}:
        return _listed(path, text)
    found = _from_json(path, text) if kind == ".json" else _from_table(path, text)
    distinct = tuple(dict.fromkeys(" ".join(prompt.split()) for prompt in found))
    wanted = tuple(prompt for prompt in distinct if prompt)
    if len(wanted) < 2:
        _refuse(path, "2 or more different prompts", f"{len(wanted)} in it")
    return tuple(sorted(wanted, key=_hash)[:MOST_PROMPTS]) if len(wanted) > MOST_PROMPTS else wanted


def split_prompts(
    prompts: tuple[str, ...], held_out: int, split: PromptSplit = PromptSplit.HASH
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prompts to mine with and the ``held_out`` ones.

    By hash, a prompt is on the same side whatever else is in the list and wherever it stands, as
    far as the numbers allow; and those to mine with come in no order of theirs, so that a race that
    begins with a few does not begin with one kind.
    """
    if split is PromptSplit.LAST:
        return prompts[:-held_out], prompts[-held_out:]
    ordered = tuple(sorted(prompts, key=_hash))
    return ordered[held_out:], ordered[:held_out]


def _hash(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("prompts", expected="a text file in UTF-8", got=f"{path}") from error


def _listed(path: Path, text: str) -> tuple[str, ...]:
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    twice = next((one for one, times in Counter(found).items() if times > 1), None)
    if not 2 <= len(found) <= MOST_PROMPTS or twice is not None:
        lines = f"{len(found)} lines with {len(set(found))} different ones in {path}"
        raise InputError(
            "prompts",
            expected=f"2 to {MOST_PROMPTS} different prompts, one a line",
            got=lines if twice is None else f"{lines}, {twice[:80]!r} more than once",
        )
    return found


def _from_table(path: Path, text: str) -> Iterator[str]:
    tabs = path.suffix.lower() == ".tsv"
    lined = io.StringIO(text)
    rows = csv.reader(lined, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.reader(lined)
    try:
        lines = [row for row in rows if row]
    except csv.Error as error:
        _refuse(path, "a table", str(error))
    if not lines:
        return
    head = [cell.strip().lower() for cell in lines[0]]
    named = next((head.index(name) for name in _NAMES if name in head), None)
    column = named or 0
    for row in lines if named is None else lines[1:]:
        if len(row) > column:
            yield row[column]


def _from_json(path: Path, text: str) -> Iterator[str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse(path, "JSON", str(error))
    if isinstance(document, dict):
        document = next(
            (document[key] for key in ("annotations", "prompts") if key in document), None
        )
    if not isinstance(document, list):
        _refuse(path, "a list of prompts, or COCO's captions", type(document).__name__)
    yield from _texts(path, document)


def _texts(path: Path, entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        value = entry
        if isinstance(entry, dict):
            value = next((entry[name] for name in _NAMES if name in entry), None)
        if not isinstance(value, str):
            wanted = f"texts, or objects with one of {', '.join(_NAMES)}"
            _refuse(path, wanted, f"{entry!r}"[:80])
        yield value


def _refuse(path: Path, expected: str, got: str) -> NoReturn:
    raise InputError("prompts", expected=expected, got=f"{got} in {path}")
