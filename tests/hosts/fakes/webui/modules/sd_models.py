"""The list of checkpoints."""

from types import SimpleNamespace
from typing import Any

from . import shared

model_path = "/nowhere/models/Stable-diffusion"
listed = 0


def list_models() -> None:
    global listed
    listed += 1


model_data = SimpleNamespace(sd_model=shared.sd_model)
checkpoints_list = {"stand-in.safetensors": shared.sd_model.sd_checkpoint_info}


def get_closet_checkpoint_match(search_string: str) -> Any:
    return checkpoints_list.get(search_string)
