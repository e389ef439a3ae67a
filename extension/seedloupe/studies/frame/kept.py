"""What a study made at some length, in files that name the plan they were made by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ...errors import InputError
from ...files import write_whole

_FORMAT = "seedloupe.study_tensors.1"
"""The one entry beside the tensors; safetensors writes several in any order, and the same plan must
give the same bytes."""
_LETTERS = 12


def plan_digest(plan: Mapping[str, object]) -> str:
    """Return a short name for a plan, the same for the same plan."""
    text = json.dumps(plan, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]


class KeptTensors:
    """Networks and spaces by the plan that decides them, one safetensors file each.

    Args:
        folder: where files lie; None keeps them as long as this value lives.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: dict[tuple[str, str], Mapping[str, Tensor]] = {}

    def get(
        self, name: str, plan: Mapping[str, object], make: Callable[[], Mapping[str, Tensor]]
    ) -> Mapping[str, Tensor]:
        """Return the tensors of a plan, made where they are not kept or the file is damaged.

        Args:
            name: what they are, the beginning of the file's name.
            plan: everything that decides them, as JSON types.
            make: makes them.

        Raises:
            InputError: the file of this name was made by another plan.
        """
        at = (name, plan_digest(plan))
        found = self._held.get(at)
        if found is not None:
            return found
        path = self.path(name, plan)
        found = None if path is None else _read(path, plan)
        if found is None:
            found = {key: value.contiguous() for key, value in make().items()}
            if path is not None:
                told = json.dumps(plan, ensure_ascii=False)
                write_whole(path, save(dict(found), {_FORMAT: told}))
        if path is None:
            self._held[at] = found
        return found

    def path(self, name: str, plan: Mapping[str, object]) -> Path | None:
        """Return where the tensors of a plan are kept; None where they are not."""
        if self._folder is None:
            return None
        return self._folder / f"{name}-{plan_digest(plan)}.safetensors"


def require_plan(path: Path, kept: object, plan: Mapping[str, object], *, field: str) -> None:
    """Refuse a file that another plan made, naming what they differ in.

    Args:
        path: of the file.
        kept: the plan it names.
        plan: the plan asked for.
        field: what the file is.

    Raises:
        InputError: the plans differ.
    """
    wanted = json.loads(json.dumps(plan))
    if kept == wanted:
        return
    known = kept if isinstance(kept, dict) else {}
    differing = [name for name in {**wanted, **known} if known.get(name) != wanted.get(name)]
    raise InputError(
        field,
        expected=f"{path.name} made by this plan",
        got=f"one with other {', '.join(differing)}",
        advice="Move the file away, or name another --cache.",
    )


def _read(path: Path, plan: Mapping[str, object]) -> Mapping[str, Tensor] | None:
    try:
        with safe_open(path, "pt") as file:
            told = json.loads((file.metadata() or {})[_FORMAT])
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    require_plan(path, told, plan, field="kept file")
    return found
