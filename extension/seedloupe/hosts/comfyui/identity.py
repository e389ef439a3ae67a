"""Which file a MODEL was read from, carried along by the MODEL itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

__all__ = ["model_sha256", "remember_file"]

_KEY = "seedloupe_sha256"
_CHUNK = 2**20


def remember_file(model: Any, checkpoint: Path) -> None:
    """Note on a MODEL, and so on its later clones, which file it is."""
    model.set_attachments(_KEY, _sha256(checkpoint))


def model_sha256(model: Any | None) -> str | None:
    """Tell the file a MODEL is, or ``None``: not loaded by us, or changed since (a LoRA, say)."""
    if model is None or model.patches or model.object_patches:
        return None
    return model.get_attachment(_KEY)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
