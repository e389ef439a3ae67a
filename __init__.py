"""ComfyUI loads this file; everything it offers lives in extension/seedloupe."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "extension"))

WEB_DIRECTORY = "./javascript/comfyui"


async def comfy_entrypoint() -> object:
    """Hand ComfyUI our nodes; imported here so that only ComfyUI ever needs ComfyUI."""
    from seedloupe.hosts.comfyui.extension import SeedloupeNodes

    return SeedloupeNodes()
