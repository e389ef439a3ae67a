"""The LoRAs that a job's prompts ask for, as seed tables list them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...files import hash_files

_EXTRA_NETWORK = re.compile(r"<(\w+):([^>]+)>")
_LORA_KINDS = ("lora", "lyco")


def loras_in(prompts: Sequence[str]) -> tuple[str, ...] | None:
    """Return the LoRAs of some prompts, file and strength each; None where nobody can say.

    That is so where prompts ask for different ones, for other kinds of networks, or for one whose
    strength differs between text encoder and U-Net.

    Args:
        prompts: with styles applied, as the web UI reads them.
    """
    asked = {tuple(sorted(_EXTRA_NETWORK.findall(prompt))) for prompt in prompts}
    if len(asked) != 1:
        return None if asked else ()
    labels = [_label(kind, text) for kind, text in next(iter(asked))]
    return tuple(label for label in labels if label) if all(labels) else None


def _label(kind: str, text: str) -> str:
    name, *strengths = (part.strip() for part in text.split(":"))
    values = {value.partition("=")[2] or value for value in strengths} or {"1"}
    if kind.lower() not in _LORA_KINDS or len(values) != 1:
        return ""
    try:
        strength = float(values.pop())
    except ValueError:
        return ""
    return f"{_file_hash(name) or name}@{strength:g}"


def _file_hash(name: str) -> str:
    """Return the SHA-256 of a LoRA's file, empty where the web UI knows none of the name.

    The web UI's own hash of a LoRA leaves its header out, so it is not that of the file.
    """
    networks: Any = sys.modules.get("networks")
    found = getattr(networks, "available_networks", {}).get(name)
    path = Path(str(getattr(found, "filename", "")))
    try:
        status = path.stat()
        return _hash(path, status.st_mtime_ns, status.st_size) if path.is_file() else ""
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _hash(path: Path, changed: int, size: int) -> str:
    """Return a file's hash; read anew when its time of change or its size is another."""
    return hash_files((path,))
