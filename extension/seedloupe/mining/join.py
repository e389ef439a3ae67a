"""Journals of shards as one, whatever order they arrive in."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..files import write_whole
from .journal import LOST, NOTE, read_note

_PART = ".part-"


@dataclass(frozen=True)
class JoinedJournals:
    """What joining did.

    Args:
        portions: finished portions that the whole has now.
        added: those of them that were new to it.
        twice: portions that several journals had measured; one of each is kept.
    """

    portions: int
    added: int
    twice: int


def join_journals(sources: Sequence[Path], out: Path) -> JoinedJournals:
    """Bring the portions of all ``sources`` together in ``out``, which may be one of them.

    Of a portion that several measured, the one with the smallest hash is kept, so that the whole
    is the same in whatever order they are named. Nothing is deleted.

    Raises:
        InputError: one is no journal, of another plan or race than the first, or damaged.
    """
    note = _shared_note(sources, out)
    folders = list(dict.fromkeys([*sources, *([out] if out.is_dir() else [])]))
    names = sorted({path.name for folder in folders for path in folder.glob("*.npz")})
    whole = {name.removesuffix(".npz") for name in names if _PART not in name}
    write_whole(out / NOTE, json.dumps(note).encode(), field="out")
    added = twice = 0
    for name in names:
        if _PART in name and name.split(_PART)[0] in whole:
            continue  # a part of a portion that is whole by now
        found = [_readable(folder / name) for folder in folders if (folder / name).is_file()]
        new = not (out / name).exists()
        chosen = min(found, key=lambda content: hashlib.sha256(content).digest())
        if new or chosen != (out / name).read_bytes():
            write_whole(out / name, chosen, field="out")
        if _PART not in name:
            added += new
            twice += len(set(found)) > 1
    lost = {key: reason for folder in folders for key, reason in _lost(folder).items()}
    if lost:
        write_whole(out / LOST, json.dumps(lost, sort_keys=True).encode(), field="out")
    return JoinedJournals(len(whole), added, twice)


def _shared_note(sources: Sequence[Path], out: Path) -> dict[str, object]:
    first: dict[str, object] | None = None
    for folder in [*sources, *([out] if (out / NOTE).exists() else [])]:
        note = read_note(folder) if folder.is_dir() else None
        if note is None:
            raise InputError("journals", expected="folders of a mining run", got=f"{folder}")
        first = first or note
        same = all(note.get(key) == first.get(key) for key in ("fingerprint", "race"))
        if not same:
            raise InputError(
                "journals",
                expected=f"the plan {str(first.get('fingerprint'))[:12]} of {sources[0].name}",
                got=f"the plan {str(note.get('fingerprint'))[:12]} of {folder.name}",
                advice="Only shards of one command can be joined.",
            )
    if first is None:
        raise InputError("journals", expected="one or more", got="none")
    return first


def _readable(path: Path) -> bytes:
    """Its content, after all of it could be read.

    Raises:
        InputError: it is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            for key in kept.files:
                kept[key]
        return path.read_bytes()
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        advice = "Delete this file; its shard measures it again with --resume."
        got = f"{path.parent.name}/{path.name}"
        raise InputError("journals", expected="a readable .npz", got=got, advice=advice) from error


def _lost(folder: Path) -> dict[str, str]:
    try:
        kept = json.loads((folder / LOST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(reason) for name, reason in kept.items()}
