"""Tensors put aside while a run goes on: in memory while they are few, then in a temporary file."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .record import LensKey

_IN_MEMORY = 16 * 2**20


@dataclass(frozen=True)
class Slip:
    """Where a tensor was put.

    Args:
        offset: of its first byte.
        dtype: its type.
        shape: its shape.
    """

    offset: int
    dtype: torch.dtype
    shape: tuple[int, ...]


class Spool:
    """A place for tensors that are written once and read back one at a time.

    It is gone, file and all, with the last that holds it. Threads may share it.

    Args:
        in_memory: how many bytes may stay in memory before all of them go to a file.
    """

    def __init__(self, *, in_memory: int = _IN_MEMORY) -> None:
        # max_size 0 would mean never to go to a file.
        self._file = tempfile.SpooledTemporaryFile(max_size=max(in_memory, 1))  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._end = 0

    def put(self, tensor: Tensor) -> Slip:
        """Put a tensor aside.

        Raises:
            OSError: the disk is full.
        """
        flat = tensor.detach().to("cpu").contiguous().reshape(-1)
        with self._lock:
            slip = Slip(self._end, tensor.dtype, tuple(tensor.shape))
            self._file.seek(self._end)
            self._file.write(flat.view(torch.uint8).numpy().tobytes())
            self._end += flat.numel() * flat.element_size()
        return slip

    def get(self, slip: Slip) -> Tensor:
        """Read a tensor back, on the CPU."""
        count = torch.Size(slip.shape).numel() * slip.dtype.itemsize
        with self._lock:
            self._file.seek(slip.offset)
            content = bytearray(self._file.read(count))
        if not content:
            return torch.empty(slip.shape, dtype=slip.dtype)
        return torch.frombuffer(content, dtype=slip.dtype).reshape(slip.shape)


class TensorStore(Mapping[LensKey, Tensor]):
    """Tensors of a spool by when and where they were recorded; read anew at every look.

    Args:
        spool: where they are.
        slips: where in it.
    """

    def __init__(self, spool: Spool, slips: Mapping[LensKey, Slip]) -> None:
        self._spool = spool
        self._slips = dict(sorted(slips.items()))

    def __getitem__(self, key: LensKey) -> Tensor:
        return self._spool.get(self._slips[key])

    def __iter__(self) -> Iterator[LensKey]:
        return iter(self._slips)

    def __len__(self) -> int:
        return len(self._slips)
