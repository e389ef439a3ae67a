"""Tallies on disk: a text file a subject, to which every check adds a line."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...errors import TallyError
from ...places import own_folder
from .checks import Check, Correction
from .counts import Tally, tally_of
from .subject import Subject

FORMAT, VERSION, SUFFIX = "seedloupe.text_tally", "1", ".tally.jsonl"
_OWN = "SEEDLOUPE_TALLIES"
#: How the header begins, as :func:`json.dumps` writes it.
_HEADED = f'{{"format": "{FORMAT}"'.encode()


def tally_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return where a user's tallies are; it may not exist.

    Args:
        environment: variables by name; ``SEEDLOUPE_TALLIES`` names another folder.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    named = environment.get(_OWN, "").strip()
    return Path(named) if named else own_folder(environment, platform, home) / "text_tallies"


class ResultStore:
    """The tallies in one folder.

    Several processes may write at once: a line is one write to the end of the file, and a line that
    a power cut tore is skipped and counted when reading.

    Args:
        folder: where the files are; made when the first check is added.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    def add(self, subject: Subject, check: Check) -> None:
        """Count a check.

        Raises:
            TallyError: the file cannot be written.
        """
        self._append(subject, check.to_json())

    def correct(self, subject: Subject, check: str, said: Correction | None) -> None:
        """Keep what a user says to the verdict of the check with this id; ``None`` takes it back.

        Raises:
            TallyError: the file cannot be written.
        """
        self._append(subject, {"correct": check, "to": None if said is None else said.value})

    def read(self, subject: Subject) -> Tally:
        """Return everything counted for a subject; nothing yet is an empty tally.

        Raises:
            TallyError: the file cannot be read, or is something else.
        """
        path = self.path(subject)
        return read_tally(path) if path.exists() else Tally(subject)

    def tallies(self) -> tuple[Tally, ...]:
        """Return every tally that can be read, by name and purpose; :meth:`broken` has the rest."""
        found = [tally for tally in map(_read_or_none, self._files()) if tally is not None]
        return tuple(sorted(found, key=lambda t: (t.subject.name, t.subject.purpose.value)))

    def broken(self) -> tuple[Path, ...]:
        """Return the files that ought to be tallies and cannot be read."""
        return tuple(path for path in self._files() if _read_or_none(path) is None)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{SUFFIX}"))

    def path(self, subject: Subject) -> Path:
        """Return the file of a subject."""
        name = re.sub(r"\W+", "-", subject.name, flags=re.ASCII).strip("-").lower()[:40] or "model"
        return self._folder / f"{name}-{subject.purpose.value}-{subject.key}{SUFFIX}"

    def _append(self, subject: Subject, line: Mapping[str, object]) -> None:
        path = self.path(subject)
        text = json.dumps(line, ensure_ascii=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(_before(path, subject) + text.encode() + b"\n")
        except OSError as error:
            advice = "The picture is safe; only its check was not counted."
            raise TallyError(
                "tally", expected="a file to write to", got=str(error), advice=advice
            ) from error


def read_tally(path: Path) -> Tally:
    """Read a tally's file.

    Raises:
        TallyError: it cannot be read, or is something else.
    """
    subject: Subject | None = None
    checks: list[Check] = []
    corrections: dict[str, Correction] = {}
    damaged = 0
    for line in _lines(path):
        try:
            entry = json.loads(line)
            if "format" in entry:
                subject = _header(entry, path)
            elif "check" in entry:
                checks.append(Check.from_json(entry))
            elif entry["to"] is None:
                corrections.pop(entry["correct"], None)
            else:
                corrections[entry["correct"]] = Correction(entry["to"])
        except (KeyError, TypeError, ValueError, TallyError) as error:
            if isinstance(error, TallyError) and error.field == "version":
                raise
            damaged += 1
    if subject is None:
        raise TallyError("tally", expected=f"a file of format {FORMAT}", got=path.name)
    return tally_of(subject, checks, corrections, damaged=damaged)


def _header(entry: Mapping[str, object], path: Path) -> Subject:
    if entry["format"] != FORMAT or entry.get("version") != VERSION:
        said = f"{entry['format']} {entry.get('version')} in {path.name}"
        raise TallyError("version", expected=f"{FORMAT} {VERSION}", got=said)
    return Subject.from_json(entry.get("subject"))


def _read_or_none(path: Path) -> Tally | None:
    try:
        return read_tally(path)
    except TallyError:
        return None


def _before(path: Path, subject: Subject) -> bytes:
    """What must stand before a line: an end to a torn line, and the header where there is none."""
    size = path.stat().st_size
    end = b""
    if size:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            end = b"" if file.read(1) == b"\n" else b"\n"
    if size and _has_header(path):
        return end
    # Two processes may both miss it; a header twice is as good as once.
    header = {"format": FORMAT, "version": VERSION, "subject": subject.to_json()}
    return end + json.dumps(header, ensure_ascii=False).encode() + b"\n"


def _has_header(path: Path) -> bool:
    """Tell whether some line is a header; it is the first, unless that was torn."""
    with path.open("rb") as file:
        return any(line.startswith(_HEADED) and line.endswith(b"}\n") for line in file)


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise TallyError("tally", expected="a readable file", got=str(error)) from error
    return (line for line in text.decode(errors="replace").split("\n") if line.strip())
