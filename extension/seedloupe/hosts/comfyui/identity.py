"""Which file a MODEL was read from, carried along by the MODEL itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...files import hash_files

__all__ = ["model_sha256", "remember_files"]

_KEY = "seedloupe_sha256"
_LOADERS = ("load_checkpoint_guess_config", "load_diffusion_model")
"""Of ``comfy.sd``: these read a MODEL from one file, and note how (``cached_patcher_init``)."""
_REMEMBERED = 16


def remember_files(model: Any, files: Sequence[Path]) -> None:
    """Note on a MODEL, and so on its later clones, which files it is."""
    model.set_attachments(_KEY, hash_files(tuple(files)))


def model_sha256(model: Any | None) -> str | None:
    """Tell the file a MODEL is; ``None`` where nobody noted it, or it was changed since (a LoRA).

    A checkpoint is read whole for it, once as long as the host runs and it stays the same.
    """
    if model is None or model.patches or model.object_patches:
        return None
    known: str | None = model.get_attachment(_KEY)
    return known or _hash_of(_loaded_from(model))


def _loaded_from(model: Any) -> Path | None:
    """The one file the host's own loader read, with no option that changes its weights."""
    noted = getattr(model, "cached_patcher_init", None)
    if not noted:
        return None
    loader, given = noted[:2]
    name = (getattr(loader, "__module__", ""), getattr(loader, "__name__", ""))
    if name not in {("comfy.sd", one) for one in _LOADERS} or not isinstance(given[0], str):
        return None
    optioned = any(isinstance(one, dict) and one for one in given)  # another type of number, say
    return None if optioned else Path(given[0])


def _hash_of(file: Path | None) -> str | None:
    try:
        return None if file is None else _hash(file, file.stat().st_size, file.stat().st_mtime_ns)
    except OSError:
        return None  # gone since it was read


@lru_cache(_REMEMBERED)
def _hash(file: Path, size: int, changed: int) -> str:
    """Return the hash of a file as it was of that size and at that time."""
    return hash_files((file,))
