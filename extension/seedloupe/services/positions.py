"""Where in each table's pool the next picture goes on, kept in one small file."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from threading import Lock

from ..errors import InputError
from ..files import write_json
from ..picking import PickRequest, RankRange
from ..strict_json import parse_json
from ..tables import SeedTable

_logger = logging.getLogger(__name__)

_FORMAT = "seedloupe.positions"
_VERSION = "1"
_MOST = 1000
"""Choices remembered; the one longest unused is forgotten first."""
_LARGEST_FILE = 2**20


def choice_key(table: SeedTable, request: PickRequest, ranks: RankRange | None = None) -> str:
    """Return what a position counts for: the table's content, the rule and all the rule heeds."""
    asked = json.dumps([table.digest, request.to_json(), str(ranks or "")], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


class PositionStore:
    """The next position of each choice of seeds, also after a restart.

    Where the file cannot be read or written the positions are kept as long as this lives: no
    picture is worth losing for that. Several threads may ask at once.
    """

    def __init__(self, path: Path) -> None:
        """Remember where the file is; it is read when somebody first asks.

        Args:
            path: a JSON file; it and its folder need not exist.
        """
        self._path = path
        self._lock = Lock()
        self._known: dict[str, int] | None = None

    def next(self, key: str) -> int:
        """Return the position at which a choice goes on; 0 for one nobody has made yet."""
        with self._lock:
            return self._read().get(key, 0)

    def set(self, key: str, position: int) -> None:
        """Write down where a choice goes on."""
        with self._lock:
            known = self._read()
            known.pop(key, None)
            known[key] = position
            while len(known) > _MOST:
                del known[next(iter(known))]
            self._write(known)

    def _read(self) -> dict[str, int]:
        if self._known is None:
            self._known = _positions_in(self._path)
        return self._known

    def _write(self, known: dict[str, int]) -> None:
        document = {"format": _FORMAT, "version": _VERSION, "positions": known}
        try:
            write_json(self._path, document)
        except InputError as error:
            _logger.warning("Seedloupe: positions are kept until the end only: %s", error)


def _positions_in(path: Path) -> dict[str, int]:
    """Return what a file says; nothing where there is none, or none of ours."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST_FILE).decode("utf-8")
        document = parse_json(text, field="positions", problem=InputError)
    except (OSError, UnicodeDecodeError, InputError):
        return {}
    found = document.get("positions") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        return {}
    return {str(key): place for key, place in found.items() if type(place) is int and place >= 0}
