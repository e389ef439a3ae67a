"""Reading weights, with the host's names and arguments."""

from typing import ClassVar

from safetensors.torch import load_file
from torch import Tensor


def load_torch_file(
    ckpt: str, safe_load: bool = False, device: str | None = None
) -> dict[str, Tensor]:
    assert safe_load
    return load_file(ckpt, device=device or "cpu")


def state_dict_prefix_replace(
    state_dict: dict[str, Tensor], replace_prefix: dict[str, str], filter_keys: bool = False
) -> dict[str, Tensor]:
    out = {} if filter_keys else state_dict
    for old, new in replace_prefix.items():
        for key in [key for key in state_dict if key.startswith(old)]:
            out[new + key[len(old) :]] = state_dict.pop(key)
    return out


class ProgressBar:
    """Tells what the running node shows of its progress; the real one sends it to the page."""

    shown: ClassVar[list[tuple[object, int, int, object]]] = []

    def __init__(self, total: int, node_id: str | None = None) -> None:
        self.total, self.node_id = total, node_id

    def update_absolute(self, value: int, total: int | None = None, preview: object = None) -> None:
        self.shown.append((self.node_id, value, self.total, preview))
