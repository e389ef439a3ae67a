"""What a study has found so far: JSON lines on disk, so that a run can stop at any moment.

The first line holds all settings; a journal begun with others is refused. Each further line is one
finding. A line that a kill cut short is left out and written anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from ..errors import InputError

_FORMAT = "seedloupe.study_journal.1"


class StudyJournal:
    """The findings of one study in one file, open for more.

    Args:
        path: the file; made where there is none.
        settings: everything that decides the findings, as JSON types.

    Raises:
        InputError: the file is the journal of other settings, or none at all.
    """

    def __init__(self, path: Path, settings: Mapping[str, object]) -> None:
        self._path = path
        self.findings = self.peek(path, settings)
        self._file = self._open(_head(settings))

    @staticmethod
    def peek(path: Path, settings: Mapping[str, object]) -> tuple[dict[str, Any], ...]:
        """Return the findings of a journal and leave it as it is; none where there is no file.

        A last line without its end was being written when a run ended, and is left out.

        Raises:
            InputError: the file is the journal of other settings, or none at all.
        """
        whole = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        if not whole:
            return ()
        _require_same(_parse(whole[0], path, 1), _head(settings), path)
        return tuple(_parse(line, path, place) for place, line in enumerate(whole[1:], 2))

    def append(self, finding: Mapping[str, object]) -> None:
        """Keep one finding; it survives the end of this process."""
        self._file.write(_line(finding))
        self._file.flush()

    def close(self) -> None:
        """Close the file, after its lines are safe on disk."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def __enter__(self) -> StudyJournal:
        """Return the journal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _open(self, wanted: Mapping[str, object]) -> TextIO:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._cut_torn_line()
        file = self._path.open("a", encoding="utf-8", newline="\n")
        if file.tell() == 0:
            file.write(_line(wanted))
            file.flush()
        return file

    def _cut_torn_line(self) -> None:
        if not self._path.exists():
            return
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with self._path.open("r+b") as file:
                file.truncate(whole)


def _head(settings: Mapping[str, object]) -> dict[str, Any]:
    """Return the first line, as it comes back from JSON."""
    head: dict[str, Any] = json.loads(json.dumps({"format": _FORMAT, **settings}))
    return head


def _line(finding: Mapping[str, object]) -> str:
    return json.dumps(finding, ensure_ascii=False, allow_nan=False) + "\n"


def _parse(line: bytes, path: Path, place: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        found = None
        cause: ValueError | None = error
    else:
        cause = None
    if isinstance(found, dict):
        return found
    raise InputError(
        "journal",
        expected="a JSON object a line",
        got=f"line {place} of {path}: {line[:60]!r}",
        advice="Delete this line, and what it says is found anew; or begin in another folder.",
    ) from cause


def _require_same(kept: Mapping[str, object], wanted: Mapping[str, object], path: Path) -> None:
    for name in (*wanted, *(name for name in kept if name not in wanted)):
        if kept.get(name) != wanted.get(name):
            raise InputError(
                f"journal: {name}",
                expected=_short(kept.get(name)),
                got=_short(wanted.get(name)),
                advice=f"Repeat the settings {path} was begun with, or name another folder.",
            )


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:120]}…"
