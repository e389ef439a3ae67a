"""The tensors of a lens file: their names, types and shapes.

A name is ``<kind>.<pass>.<step>.<call>.<layer>``. What each kind holds is in :class:`TensorKind`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum
from typing import TypeVar

import torch
from torch import Tensor

from ..errors import LensFileError
from ..safetensors_file import TensorEntry
from .container import TYPES
from .record import LensKey, LensLayer, LensRecord, LensSpec

E = TypeVar("E")


class TensorKind(str, Enum):
    """What a tensor holds; the value begins its name and is the field of the record."""

    RGB = "rgb"
    """uint8 ``(B, 3, H, W)``."""
    CODES = "codes"
    """float16 ``(B, D, H, W)``, to be multiplied with the layer's ``code_scale``."""
    LEADS = "leads"
    """float16 ``(B, L, H, W)``, likewise."""
    AXES = "axes"
    """float32 ``(L, C)``, one a pass and layer, under step and call 0."""
    RAW = "raw"
    """float16 or float32 ``(B, C, H, W)``."""
    WORDS = "words"
    """uint8 or float16 ``(B, T, H, W)``, to be multiplied with the ``scale`` of the words."""


_TYPES: Mapping[TensorKind, tuple[torch.dtype, ...]] = {
    TensorKind.RGB: (torch.uint8,),
    TensorKind.CODES: (torch.float16,),
    TensorKind.LEADS: (torch.float16,),
    TensorKind.AXES: (torch.float32,),
    TensorKind.RAW: (torch.float16, torch.float32),
    TensorKind.WORDS: (torch.uint8, torch.float16),
}
_NAME = re.compile(
    rf"({'|'.join(kind.value for kind in TensorKind)})"
    r"\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)"
)
_NUMBERED = re.compile(rf"({'|'.join(kind.value for kind in TensorKind)})\..*")


def tensors_of(record: LensRecord) -> dict[TensorKind, Mapping[LensKey, Tensor]]:
    """Return the tensors of ``record`` by kind."""
    return {kind: getattr(record, kind.value) for kind in TensorKind}


def name_of(kind: TensorKind, key: LensKey) -> str:
    """Return the name of a tensor in a file.

    Raises:
        LensFileError: ``key`` holds a negative count or a name no layer can have.
    """
    name = f"{kind.value}.{key.track}.{key.step}.{key.call}.{key.layer}"
    match = _NAME.fullmatch(name)
    if match is None or _parts(match) != (kind, key):
        expected = "counts from 0 and a canonical layer name"
        raise LensFileError(kind.value, expected=expected, got=repr(name))
    return name


def key_of(name: str) -> tuple[TensorKind, LensKey] | None:
    """Read a tensor's name; None for tensors this version does not know.

    Raises:
        LensFileError: the name begins like one of ours and goes on otherwise.
    """
    match = _NAME.fullmatch(name)
    if match is not None:
        return _parts(match)
    if _NUMBERED.fullmatch(name):
        raise LensFileError("name", expected="<kind>.<pass>.<step>.<call>.<layer>", got=repr(name))
    return None


class Schema:
    """Checks tensors against the spec they come with.

    Args:
        spec: what the file says.
        entries: all tensors, since some must fit others.

    Raises:
        LensFileError: the spec describes a layer in a pass twice.
    """

    def __init__(self, spec: LensSpec, entries: Iterable[TensorEntry]) -> None:
        self._layers = _once("layers", (((x.track, x.name), x) for x in spec.layers))
        self._words = _once("words", (((x.track, x.layer), x) for x in spec.words))
        for name, scale in [(x.name, x.code_scale) for x in spec.layers]:
            if scale <= 0:
                field = "spec.layers.code_scale"
                raise LensFileError(field, expected="more than 0", got=f"{scale} for {name}")
        self._moments = {(one.track, one.step, one.call): one for one in spec.moments}
        self._projection = spec.projection
        self._shapes = {entry.name: entry.shape for entry in entries}

    def check(self, entry: TensorEntry, kind: TensorKind, key: LensKey) -> None:
        """Check one tensor's type and shape.

        Raises:
            LensFileError: they are not what the spec says, or the spec says nothing.
        """
        axes = self._axes(kind, key)
        batch = () if kind is TensorKind.AXES else entry.shape[:1]
        fits = entry.shape == (*batch, *axes) and len(batch) == (kind is not TensorKind.AXES)
        dtype = TYPES[entry.code]
        if dtype not in _TYPES[kind] or not fits:
            types = " or ".join(str(one).removeprefix("torch.") for one in _TYPES[kind])
            sides = ", ".join(str(side) for side in axes)
            expected = f"{types} ({sides})" if kind is TensorKind.AXES else f"{types} (B, {sides})"
            got = f"{dtype} {entry.shape}"
            raise LensFileError(entry.name, expected=expected, got=got)
        self._check_rows(entry, kind, key)

    def _axes(self, kind: TensorKind, key: LensKey) -> tuple[int, ...]:
        """Return the shape a tensor must have, without its batch."""
        if kind is TensorKind.WORDS:
            words = _described(self._words, key, "words")
            return len(words.tokens), words.height, words.width
        layer = _described(self._layers, key, "layers")
        if kind is TensorKind.AXES:
            shape = self._shapes[name_of(kind, key)]
            return min(shape[0] if shape else 0, layer.channels), layer.channels
        return self._depth(kind, key, layer), layer.height, layer.width

    def _depth(self, kind: TensorKind, key: LensKey, layer: LensLayer) -> int:
        if kind is TensorKind.RGB:
            return 3
        if kind is TensorKind.RAW:
            return layer.channels
        if self._projection is None:
            raise LensFileError("spec.projection", expected="how codes were made", got="nothing")
        if kind is TensorKind.CODES:
            return self._projection.size(layer.channels)
        axes = self._shapes.get(name_of(TensorKind.AXES, replace(key, step=0, call=0)), ())
        return axes[0] if axes else 0

    def _check_rows(self, entry: TensorEntry, kind: TensorKind, key: LensKey) -> None:
        moment = self._moments.get((key.track, key.step, key.call))
        rows = len(moment.rows) if moment is not None else 0
        if rows and kind not in (TensorKind.AXES, TensorKind.WORDS) and entry.shape[0] != rows:
            raise LensFileError(entry.name, expected=f"{rows} rows", got=str(entry.shape[0]))


def _once(field: str, entries: Iterable[tuple[tuple[int, str], E]]) -> dict[tuple[int, str], E]:
    known: dict[tuple[int, str], E] = {}
    for place, entry in entries:
        if place in known:
            got = f"{place[1]} in pass {place[0]} twice"
            raise LensFileError(f"spec.{field}", expected="each layer once a pass", got=got)
        known[place] = entry
    return known


def _described(known: Mapping[tuple[int, str], E], key: LensKey, field: str) -> E:
    if (key.track, key.layer) not in known:
        expected = f"an entry for {key.layer} in pass {key.track}"
        raise LensFileError(f"spec.{field}", expected=expected, got="none")
    return known[key.track, key.layer]


def _parts(match: re.Match[str]) -> tuple[TensorKind, LensKey]:
    kind, track, step, call, layer = match.groups()
    return TensorKind(kind), LensKey(int(track), int(step), int(call), layer)
