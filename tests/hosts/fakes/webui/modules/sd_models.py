"""The list of checkpoints."""

from typing import Any

from . import shared
from .standin_model import CHECKPOINT_INFO

model_path = "/nowhere/models/Stable-diffusion"
listed = 0


def list_models() -> None:
    global listed
    listed += 1


class _ModelData:
    """Forgets nothing: whatever model is loaded."""

    @property
    def sd_model(self) -> Any:
        return shared.sd_model


model_data = _ModelData()
checkpoints_list = {"stand-in.safetensors": CHECKPOINT_INFO}


def get_closet_checkpoint_match(search_string: str) -> Any:
    return checkpoints_list.get(search_string)
