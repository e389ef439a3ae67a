"""Which file a MODEL was read from, carried along by the MODEL itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...files import hash_files

__all__ = ["model_sha256", "remember_files"]

_KEY = "seedloupe_sha256"


def remember_files(model: Any, files: Sequence[Path]) -> None:
    """Note on a MODEL, and so on its later clones, which files it is."""
    model.set_attachments(_KEY, hash_files(tuple(files)))


def model_sha256(model: Any | None) -> str | None:
    """Tell the file a MODEL is, or ``None``: not loaded by us, or changed since (a LoRA, say)."""
    if model is None or model.patches or model.object_patches:
        return None
    return model.get_attachment(_KEY)
