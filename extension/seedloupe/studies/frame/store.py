"""Pictures and features kept on disk, so that studies share what is dear to make."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
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

    def get_named(
        self,
        key: Mapping[str, object],
        names: Sequence[str],
        make: Callable[[Sequence[str]], Mapping[str, Tensor]],
    ) -> Mapping[str, Tensor]:
        """Return some of the tensors of ``key``; those not kept are made and kept beside the rest.

        So one study finds what another has made, also where each wants tensors of other names.

        Args:
            key: what decides them besides their names, as JSON types.
            names: which are wanted.
            make: makes those it is given the names of.
        """
        if self._folder is None:
            return make(names)
        path = self._folder / f"{_digest(key)}.safetensors"
        found = _read_named(path, names)
        missing = [name for name in names if name not in found]
        if missing:
            made = {name: value.contiguous() for name, value in make(missing).items()}
            write_whole(path, save({**(_read(path) or {}), **made}))
            found = {**found, **made}
        return {name: found[name] for name in names}


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


def _read_named(path: Path, names: Sequence[str]) -> Mapping[str, Tensor]:
    """Return those of ``names`` the file holds; none where it is damaged or not there."""
    try:
        with safe_open(path, "pt") as file:
            kept = set(file.keys())
            return {name: file.get_tensor(name) for name in names if name in kept}
    except (OSError, SafetensorError):
        return {}
