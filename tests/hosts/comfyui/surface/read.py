"""Prints what Seedloupe uses of a ComfyUI, as the facts the double is held to.

Run it in ComfyUI's folder with ComfyUI's Python, once for each version that is supported::

    python .../tests/hosts/comfyui/surface/read.py > .../surface/0.3.64.json
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from pathlib import Path

CALLED = (
    "folder_paths.add_model_folder_path",
    "folder_paths.get_folder_paths",
    "comfy.sd.load_checkpoint_guess_config",
    "comfy.sd.VAE",
    "comfy.utils.load_torch_file",
    "comfy.utils.state_dict_prefix_replace",
    "comfy.model_patcher.ModelPatcher.get_attachment",
    "comfy.model_patcher.ModelPatcher.get_model_object",
    "comfy.model_patcher.ModelPatcher.set_attachments",
    "comfy_api.latest.io.Clip.Output",
    "comfy_api.latest.io.Combo.Input",
    "comfy_api.latest.io.Int.Input",
    "comfy_api.latest.io.Int.Output",
    "comfy_api.latest.io.Model.Input",
    "comfy_api.latest.io.Model.Output",
    "comfy_api.latest.io.NodeOutput",
    "comfy_api.latest.io.Schema",
    "comfy_api.latest.io.String.Output",
    "comfy_api.latest.io.Vae.Output",
)
READ = (
    "comfy.supported_models.SD15.unet_config",
    "comfy.supported_models.SD15.unet_extra_config",
)


def find(name: str) -> object:
    """The object of a dotted name: the longest part that imports, then attributes."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


def parameters(name: str) -> list[str]:
    """The names of a callable's arguments, without ``self`` and catch-alls."""
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    known = inspect.signature(find(name)).parameters.values()
    return [one.name for one in known if one.kind in plain and one.name != "self"]


def surface() -> dict[str, object]:
    """Every fact by its dotted name."""
    called = {name: parameters(name) for name in CALLED}
    return {"called": called, "read": {name: find(name) for name in READ}}


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.argv[1:] = ["--cpu"]
    importlib.import_module("comfy.options").enable_args_parsing()
    facts = {"version": find("comfyui_version.__version__"), **surface()}
    sys.stdout.write(json.dumps(facts, indent=1) + "\n")
