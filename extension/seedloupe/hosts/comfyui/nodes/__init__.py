"""What ComfyUI's menu shows under ``seedloupe``, a file a node.

Each file has a tuple ``NODES``. A file that cannot be imported takes its own nodes away and no
others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib import import_module
from typing import Any

__all__ = ["NODE_FILES", "node_classes"]

_logger = logging.getLogger(__name__)

NODE_FILES = (
    "check_text",
    "pick_seeds",
    "noise_from_seeds",
    "step_noise",
    "seed_of_picture",
    "save_with_seeds",
    "golden_seed",
    "lens_compare",
    "lens_file",
    "lens_tap",
    "lens_view",
    "mine",
    "retry",
    "seedling_loader",
    "variance",
)


def node_classes(files: Iterable[str] = NODE_FILES) -> list[type[Any]]:
    """Return every node class that can be had here; a file that fails is named in the log.

    Args:
        files: of this folder, without their endings.
    """
    found: list[type[Any]] = []
    for name in files:
        try:
            found.extend(import_module(f".{name}", __package__).NODES)
        except Exception as error:  # noqa: BLE001 - one broken library must not cost the whole pack
            cause = f"{type(error).__name__}: {error}"
            _logger.warning("Seedloupe: the nodes of %s are left out. %s", name, cause)
    return found
