"""What has been measured so far, on disk, so that a run can stop at any moment.

One ``.npz`` file a portion of seeds, written beside and renamed, so that a file is whole
or absent. Several processes may work on one journal: a portion is claimed by a file
that only one of them can create; the claim of a process that died is taken over.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..files import write_whole
from .instruments import Floats
from .plan import MiningPlan

Measures = Mapping[str, Floats]
#: A claim older than this is nobody's; far longer than any portion takes.
LEASE_SECONDS = 3600.0


class Journal:
    """The measurements of one plan in one folder.

    Raises:
        InputError: the folder holds the journal of another plan.
    """

    def __init__(self, folder: Path, plan: MiningPlan) -> None:
        self._folder = folder
        note = folder / "plan.json"
        folder.mkdir(parents=True, exist_ok=True)
        if note.exists():
            kept = json.loads(note.read_text("utf-8")).get("fingerprint", "nothing")
            if kept != plan.fingerprint:
                raise InputError(
                    "journal",
                    expected=f"the plan {plan.fingerprint[:12]}",
                    got=f"the plan {str(kept)[:12]} in {folder.name}",
                    advice="Repeat the settings it was begun with, or delete the folder.",
                )
        write_whole(note, json.dumps({"fingerprint": plan.fingerprint}).encode(), field="journal")

    def has(self, name: str) -> bool:
        """Whether the portion ``name`` is measured."""
        return self._place(name).exists()

    def write(self, name: str, measures: Measures) -> None:
        """Keep the measures of the portion ``name``."""
        buffer = io.BytesIO()
        np.savez(buffer, **dict(measures))  # type: ignore[arg-type]
        write_whole(self._place(name), buffer.getvalue(), field="journal")

    def read(self, name: str) -> Measures:
        """The measures of the portion ``name``.

        Raises:
            InputError: the file is damaged.
        """
        try:
            with self._place(name).open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return {key: kept[key] for key in kept.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            advice = "Delete this file; it will be measured again."
            place = self._place(name).name
            raise InputError(
                "journal", expected="a readable .npz", got=place, advice=advice
            ) from error

    @contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """Whether this process may measure ``name``; given back when the block ends."""
        place = self._folder / f"{name}.claim"
        mine = not self.has(name) and _claim(place)
        try:
            yield mine
        finally:
            if mine:
                place.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}.npz"


def _claim(place: Path) -> bool:
    if place.exists() and not _alive(place):
        place.unlink(missing_ok=True)
    try:
        with place.open("x") as claim:
            claim.write(str(os.getpid()))
    except FileExistsError:
        return False
    return True


def _alive(place: Path) -> bool:
    """Whether the process that made a claim may still be at work; unsure counts as yes."""
    with suppress(OSError, ValueError):
        if time.time() - place.stat().st_mtime > LEASE_SECONDS:
            return False
        if os.name == "posix":
            try:
                os.kill(int(place.read_text()), 0)
            except ProcessLookupError:
                return False
    return True
