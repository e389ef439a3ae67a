"""Weights of scorers from local files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import ModelError

_SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


def read_weights(place: Path) -> Mapping[str, Tensor]:
    """Read tensors by name from ``.safetensors``, or from a file of ``torch.save``.

    The latter goes through PyTorch's restricted reader, which makes tensors and runs nothing.

    Args:
        place: a file, or a folder with exactly one.

    Raises:
        ModelError: there is none, more than one, or it cannot be read.
    """
    path = _only_file(place)
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        kept = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelError(
            "weights", expected="a whole file of weights", got=f"{path.name}: {_first_line(error)}"
        ) from error
    inner = kept.get("state_dict", kept) if isinstance(kept, dict) else kept
    if not isinstance(inner, dict) or not all(isinstance(v, Tensor) for v in inner.values()):
        raise ModelError("weights", expected="tensors by name", got=f"{path.name} without")
    return inner


def load_into(network: nn.Module, place: Path, *, ignore: tuple[str, ...] = ()) -> None:
    """Fill a network with the weights of a file.

    Args:
        network: whose names the file uses.
        place: as in :func:`read_weights`.
        ignore: how names begin that the network does not have.

    Raises:
        ModelError: they cannot be read, or a name or shape is another network's.
    """
    found = {
        name: value
        for name, value in read_weights(place).items()
        if not name.startswith(ignore or ("\0",))
    }
    wanted = network.state_dict()
    # Files from before PyTorch 0.4.1 do not count batches, and nothing here does.
    absent = [name for name in wanted if name not in found and "num_batches" not in name]
    unlike = [n for n in wanted if n in found and found[n].shape != wanted[n].shape]
    strange = [name for name in found if name not in wanted]
    for what, names in (("without", absent), ("of another shape:", unlike), ("with", strange)):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise ModelError(
                "weights",
                expected=f"those of {type(network).__name__}",
                got=f"{place.name} {what} {names[0]}{more}",
            )
    network.load_state_dict(found, strict=False)


def _only_file(place: Path) -> Path:
    if place.is_file():
        return place
    found = sorted(path for path in place.glob("*") if path.suffix in _SUFFIXES)
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        expected = f"one file of weights ({', '.join(_SUFFIXES)})"
        raise ModelError("weights", expected=expected, got=f"{names} in {place}")
    return found[0]


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__} {str(error).splitlines()[0] if str(error) else ''}".strip()
