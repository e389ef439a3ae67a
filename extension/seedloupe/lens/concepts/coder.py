"""A k-sparse autoencoder of one layer's cells, ready to code."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...errors import InputError
from ...tensors import require_shape


@dataclass(frozen=True, eq=False)
class SparseCoder:
    """Writes a cell's vector as a few of many directions (Makhzani and Frey, 2014).

    A vector is centred and scaled, the encoder asks every unit how much of it is there, the ``k``
    that answer most are kept, and the decoder adds their directions up.

    Attributes:
        layer: canonical name of the layer it was taught on.
        time: training time it was taught at; -1 for several.
        k: how many units may answer for a cell.
        encoder: ``(D, M)`` float32.
        bias: ``(M,)`` float32.
        decoder: ``(M, D)`` float32, rows of unit length.
        centre: ``(D,)`` float32, taken off first.
        scale: what centred vectors are divided by.
        model_sha256: hash of the model's files; empty where it is not known.
        per_picture: whether it was taught on one vector a picture, the mean of its cells.
        names: what each unit was seen to answer to, as far as pictures with labels told; an empty
            name where it is not known, and no names at all where nobody looked.

    Raises:
        ShapeError: a tensor is laid out differently.
        InputError: ``k`` is not between 1 and the number of units, the scale is not positive, or
            there is not one name a unit.
    """

    layer: str
    time: int
    k: int
    encoder: Tensor
    bias: Tensor
    decoder: Tensor
    centre: Tensor
    scale: float
    model_sha256: str = ""
    per_picture: bool = False
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a coder whose parts do not fit."""
        width, units = require_shape(self.encoder, "D M", field="encoder").shape
        require_shape(self.bias, f"{units}", field="bias")
        require_shape(self.decoder, f"{units} {width}", field="decoder")
        require_shape(self.centre, f"{width}", field="centre")
        if not 1 <= self.k <= units:
            raise InputError("k", expected=f"1 to {units} units", got=str(self.k))
        if not 0 < self.scale < float("inf"):
            raise InputError("scale", expected="a positive number", got=str(self.scale))
        if len(self.names) not in (0, units):
            got = f"{len(self.names)}"
            raise InputError("names", expected=f"none, or one a unit, {units}", got=got)

    @property
    def units(self) -> int:
        """How many units there are."""
        return self.encoder.shape[1]

    @property
    def width(self) -> int:
        """How many channels the layer has."""
        return self.encoder.shape[0]

    def name_of(self, unit: int) -> str:
        """Return what to call a unit: what it answers to, or its number."""
        known = self.names[unit] if self.names else ""
        return known or f"concept {unit}"

    def encode(self, vectors: Tensor) -> Tensor:
        """Return codes ``(N, M)``, at most ``k`` of each row above nought.

        Args:
            vectors: ``(N, D)``, as the layer gives them.

        Raises:
            ShapeError: the vectors are of another width.
        """
        require_shape(vectors, f"N {self.width}", field="vectors")
        scaled = (vectors.float() - self.centre) / self.scale
        return strongest(scaled @ self.encoder + self.bias, self.k)

    def decode(self, codes: Tensor) -> Tensor:
        """Return the vectors ``(N, D)`` that codes ``(N, M)`` stand for."""
        return codes @ self.decoder * self.scale + self.centre


def strongest(answers: Tensor, k: int) -> Tensor:
    """Keep the ``k`` largest of each row ``(N, M)``, and of these what is above nought."""
    kept = answers.topk(k, dim=1)
    return torch.zeros_like(answers).scatter(1, kept.indices, kept.values.relu())
