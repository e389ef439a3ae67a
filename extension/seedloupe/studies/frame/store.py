"""Pictures and features kept on disk, so that studies share what is dear to make."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ...files import write_whole


class FeatureStore:
    """Tensors by what decides them, one safetensors file each.

    Args:
        folder: where files lie; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(
        self, key: Mapping[str, object], make: Callable[[], Mapping[str, Tensor]]
    ) -> Mapping[str, Tensor]:
        """Return the tensors of ``key``, made where they are not kept or the file is damaged.

        Args:
            key: everything that decides them, as JSON types.
            make: makes them.
        """
        if self._folder is None:
            return make()
        path = self._folder / f"{_digest(key)}.safetensors"
        kept = _read(path)
        if kept is None:
            kept = {name: value.contiguous() for name, value in make().items()}
            write_whole(path, save(dict(kept)))
        return kept


class PictureStore:
    """Pictures by what decides them, in 8 bits.

    Args:
        folder: where files lie; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._store = FeatureStore(folder)

    def get(self, key: Mapping[str, object], make: Callable[[], Tensor]) -> Tensor:
        """Return the pictures ``(B, 3, H, W)`` float32 in [0, 1] of ``key``, rounded to 8 bits."""

        def bits() -> Mapping[str, Tensor]:
            return {"pictures": (make() * 255).round().clamp(0, 255).to(torch.uint8)}

        return self._store.get(key, bits)["pictures"].to(torch.float32) / 255


def _digest(key: Mapping[str, object]) -> str:
    text = json.dumps(key, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(path: Path) -> Mapping[str, Tensor] | None:
    try:
        return load(path.read_bytes())
    except (OSError, SafetensorError):
        return None
