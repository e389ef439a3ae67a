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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..files import write_whole
from .instruments import Floats
from .plan import MiningPlan
from .racing import RaceDesign

Measures = Mapping[str, Floats]
#: A claim not renewed for so long is nobody's; far longer than any batch takes.
LEASE_SECONDS = 3600.0
#: One without an owner is of a process that ended between making and signing it.
_UNSIGNED_SECONDS = 10.0
NOTE, LOST = "plan.json", "lost.json"
"""What a journal was begun with, and which scorers failed."""


class Journal:
    """The measurements of one plan in one folder.

    Args:
        folder: where it lies; made where it does not.
        plan: what is measured.
        race: how; None where all pictures are made.
        drafts: steps of the drafts that race; 0 where full pictures do.

    Raises:
        InputError: the folder holds the journal of another plan or race.
    """

    def __init__(
        self,
        folder: Path,
        plan: MiningPlan,
        *,
        race: RaceDesign | None = None,
        drafts: int = 0,
    ) -> None:
        self._folder = folder
        race_note = json.loads(json.dumps(asdict(race))) if race else None
        if race_note and drafts:
            race_note["drafts"] = drafts
        made = {"fingerprint": plan.fingerprint, "race": race_note, "parts": plan.parts}
        folder.mkdir(parents=True, exist_ok=True)
        kept = read_note(folder)
        if kept is not None:
            _require_same(kept, made, folder.name)
        write_whole(folder / NOTE, json.dumps(made).encode(), field="journal")

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    def has(self, name: str) -> bool:
        """Whether the portion ``name`` is measured."""
        return self._place(name).exists()

    def drop(self, names: Iterable[str]) -> None:
        """Forget parts whose portion is kept whole."""
        for name in names:
            self._place(name).unlink(missing_ok=True)

    def lost(self) -> dict[str, str]:
        """Scorers that failed in this run, each with the reason."""
        try:
            kept = json.loads((self._folder / LOST).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(reason) for name, reason in kept.items()}

    def lose(self, lost: Mapping[str, str]) -> None:
        """Keep which scorers failed."""
        if dict(lost) != self.lost():
            write_whole(self._folder / LOST, json.dumps(dict(lost)).encode(), field="journal")

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

    def renew(self, name: str) -> None:
        """Say that whoever claimed ``name`` is still at work."""
        with suppress(OSError):
            os.utime(self._folder / f"{name}.claim")

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}.npz"


def read_note(folder: Path) -> dict[str, object] | None:
    """What the journal in ``folder`` was begun with; None where there is none yet.

    Raises:
        InputError: it is damaged.
    """
    try:
        kept = json.loads((folder / NOTE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        advice = "Delete the folder, or put another copy of this file there."
        raise InputError(
            "journal", expected="what it was begun with", got=f"{folder / NOTE}", advice=advice
        ) from error
    return dict(kept) if isinstance(kept, dict) else {}


def is_of(folder: Path, plan: MiningPlan) -> bool:
    """Whether ``folder`` holds the journal of this plan; false where there is none."""
    kept = read_note(folder) if folder.is_dir() else None
    return kept is not None and kept.get("fingerprint") == plan.fingerprint


def _require_same(kept: Mapping[str, object], made: Mapping[str, object], name: str) -> None:
    advice = "Repeat the settings it was begun with, or delete the folder."
    before, now = str(kept.get("fingerprint", "nothing")), str(made["fingerprint"])
    if before != now:
        raise InputError(
            "journal",
            expected=f"the plan {now[:12]}",
            got=f"the plan {before[:12]} in {name}{_apart(kept.get('parts'), made['parts'])}",
            advice=advice,
        )
    if kept.get("race") != made["race"]:
        raise InputError(
            "journal",
            expected=_said(made["race"]),
            got=f"{_said(kept.get('race'))} in {name}",
            advice=advice,
        )


def _apart(before: object, now: object) -> str:
    """Say which fields of two plans differ; nothing of a journal from before they were kept."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return ""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return f", of other {', '.join(names).replace('_', ' ')}" if names else ""


def _said(race: object) -> str:
    if not isinstance(race, dict):
        return "all pictures (--exhaustive)"
    drafts = f" among drafts of {race['drafts']} steps" if race.get("drafts") else ""
    return f"a race for a gain of {race.get('detect')} sd{drafts}"


def _claim(place: Path) -> bool:
    """Create a claim with our number in it, all at once: one killed here leaves none without."""
    if place.exists() and not _alive(place):
        place.unlink(missing_ok=True)
    ours = str(os.getpid())
    draft = place.with_name(f"{place.name}.{ours}")
    try:
        draft.write_text(ours)
        place.hardlink_to(draft)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # a file system without links
        return _claim_in_two_steps(place, ours)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _claim_in_two_steps(place: Path, ours: str) -> bool:
    try:
        with place.open("x") as claim:
            claim.write(ours)
    except FileExistsError:
        return False
    return True


def _alive(place: Path) -> bool:
    """Whether the process that made a claim may still be at work; unsure counts as yes."""
    with suppress(OSError, ValueError):
        age = time.time() - place.stat().st_mtime
        owner = place.read_text()
        if age > (LEASE_SECONDS if owner else _UNSIGNED_SECONDS):
            return False
        if os.name == "posix":
            try:
                os.kill(int(owner), 0)
            except ProcessLookupError:
                return False
    return True
