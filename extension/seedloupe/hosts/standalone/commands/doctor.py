"""``seedloupe doctor``: what there is on this machine, what is missing, and how to get it."""

from __future__ import annotations

import argparse
import platform
from importlib import metadata
from typing import TYPE_CHECKING

from ..arguments import command, table_folders

if TYPE_CHECKING:
    from ..arguments import Parser
    from ..console import Console

_PACKAGES = {
    "torch": "core",
    "numpy": "core",
    "safetensors": "core",
    "Pillow": "core",
    "diffusers": "app",
    "transformers": "app",
    "accelerate": "app",
    "gradio": "app",
    "rapidocr": "ocr",
    "onnxruntime": "ocr",
    "easyocr": "easyocr",
}


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "doctor", "versions, devices, readers, tables, what is missing")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Look around and report; nothing is loaded, fetched or changed."""
    packages = {name: _version(name) for name in _PACKAGES}
    document: dict[str, object] = {
        "seedloupe": _version("seedloupe"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": packages,
        "devices": _devices(),
        "readers": _readers(),
        "tables": _tables(),
        "seedling": _seedling(),
    }
    document["missing"] = _missing(document)
    console.result(document, _lines(document))
    return 0


def grid_threads(properties: object) -> int:
    """Return how many threads a CUDA card draws noise with at once.

    PyTorch launches at most as many blocks of 256 threads as fit on the card (its
    ``calc_execution_policy``); up to that many values all cards draw alike.
    """
    count = int(getattr(properties, "multi_processor_count", 0))
    return count * (int(getattr(properties, "max_threads_per_multi_processor", 0)) // 256) * 256


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _devices() -> list[dict[str, object]]:
    import torch

    found: list[dict[str, object]] = [{"name": "cpu", "threads": torch.get_num_threads()}]
    for index in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(index)
        found.append(
            {
                "name": f"cuda:{index}",
                "card": card.name,
                "memory_gib": round(card.total_memory / 2**30, 1),
                "grid_threads": grid_threads(card),
                "portable_up_to": _portable(grid_threads(card)),
            }
        )
    return found


def _portable(threads: int) -> str:
    """The largest square picture whose noise every card draws alike."""
    side = int((threads / 4) ** 0.5) * 8
    return f"{side}x{side} pixels (4 channels)"


def _readers() -> dict[str, dict[str, object]]:
    from ....artifacts import survey

    return {name: {"ok": found.ok, "reason": found.reason} for name, found in survey().items()}


def _tables() -> list[str]:
    from ....tables import list_tables

    return [str(path) for path in list_tables(table_folders())]


def _seedling() -> bool:
    from ....seedling import weights_folder

    return (weights_folder() / "seedling.safetensors").is_file()


def _missing(document: dict[str, object]) -> list[str]:
    packages, readers = document["packages"], document["readers"]
    assert isinstance(packages, dict)
    assert isinstance(readers, dict)
    missing = []
    app = [name for name, extra in _PACKAGES.items() if extra == "app" and packages[name] is None]
    if app:
        names = ", ".join(app)
        missing.append(f"{names}: pictures and the demo need it: pip install 'seedloupe[app]'")
    if not any(reader["ok"] for reader in readers.values()):
        missing.append("no text reader: check needs one: pip install 'seedloupe[ocr]'")
    if not document["tables"]:
        missing.append("no seed table: make one with `seedloupe mine`")
    if not document["seedling"]:
        missing.append("Seedling's weights: install Seedloupe again")
    return missing


def _lines(document: dict[str, object]) -> list[str]:
    packages, readers, devices = document["packages"], document["readers"], document["devices"]
    tables, missing = document["tables"], document["missing"]
    assert isinstance(packages, dict)
    assert isinstance(readers, dict)
    assert isinstance(devices, list)
    assert isinstance(tables, list)
    assert isinstance(missing, list)
    lines = [f"Seedloupe {document['seedloupe'] or 'from its source'}, Python {document['python']}"]
    lines += [f"  {name:14} {version or '-'}" for name, version in packages.items()]
    for device in devices:
        extra = {key: value for key, value in device.items() if key != "name"}
        words = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in extra.items())
        lines.append(f"device {device['name']}: {words}")
    for name, found in readers.items():
        lines.append(f"reader {name}: {'ready' if found['ok'] else found['reason']}")
    lines += [f"table {path}" for path in tables]
    return lines + [f"missing: {line}" for line in missing] if missing else [*lines, "all there"]
