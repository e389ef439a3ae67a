"""What the host wraps a model in: attachments, patches, wrappers, and parts of it by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

import comfy.model_base


def _copied(options: Any) -> Any:
    if isinstance(options, dict):
        return {key: _copied(value) for key, value in options.items()}
    return options.copy() if isinstance(options, list) else options


class ModelPatcher:
    """A model with attachments; clones share its weights.

    Args:
        network: what predicts noise; None for tests that never sample.
        asked: what a loader noted.
    """

    def __init__(self, network: nn.Module | None = None, **asked: object) -> None:
        self.asked = asked
        self.model = comfy.model_base.BaseModel(network)
        self.load_device = self.offload_device = "cpu"
        self.model_options: dict[str, Any] = {"transformer_options": {}}
        self.patches: dict[str, object] = {}
        self.object_patches: dict[str, object] = {}
        self.attachments: dict[str, object] = {}
        self.cached_patcher_init: tuple[object, ...] | None = None

    def clone(self, disable_dynamic: bool = False) -> ModelPatcher:
        other = type(self).__new__(type(self))
        vars(other).update(vars(self))
        other.model_options = _copied(self.model_options)
        other.patches = self.patches.copy()
        other.object_patches = self.object_patches.copy()
        other.attachments = self.attachments.copy()
        return other

    def set_attachments(self, key: str, attachment: object) -> None:
        self.attachments[key] = attachment

    def get_attachment(self, key: str) -> object:
        return self.attachments.get(key)

    def add_object_patch(self, name: str, obj: object) -> None:
        self.object_patches[name] = obj

    def get_model_object(self, name: str) -> object:
        if name in self.object_patches:
            return self.object_patches[name]
        found: object = self.model
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def add_wrapper_with_key(
        self, wrapper_type: str, key: str, wrapper: Callable[..., Any]
    ) -> None:
        options = self.model_options.setdefault("transformer_options", {})
        by_key = options.setdefault("wrappers", {}).setdefault(wrapper_type, {})
        by_key.setdefault(key, []).append(wrapper)

    def remove_wrappers_with_key(self, wrapper_type: str, key: str) -> None:
        options = self.model_options.setdefault("transformer_options", {})
        options.get("wrappers", {}).get(wrapper_type, {}).pop(key, None)

    def set_model_unet_function_wrapper(self, unet_wrapper_function: Callable[..., Any]) -> None:
        self.model_options["model_function_wrapper"] = unet_wrapper_function  # one slot: the last

    def set_model_attn2_replace(
        self,
        patch: Callable[..., Any],
        block_name: str,
        number: int,
        transformer_index: int | None = None,
    ) -> None:
        options = self.model_options.setdefault("transformer_options", {})
        place = (block_name, number)
        if transformer_index is not None:
            place = (*place, transformer_index)
        options.setdefault("patches_replace", {}).setdefault("attn2", {})[place] = patch

    def model_dtype(self) -> object:
        return next(self.model.diffusion_model.parameters()).dtype


class NewerModelPatcher(ModelPatcher):
    """One that the host may build again by what it remembers."""

    cached_patcher_init = None
