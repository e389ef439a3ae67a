"""``seedloupe doctor``: what there is on this machine, what is missing, and how to get it."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from ..arguments import cli_table_folders, positive
from ..parser import command
from .readers import reads

if TYPE_CHECKING:
    from .....noise import NoiseSource
    from ..console import Console
    from ..parser import Parser

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
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--card",
        metavar="NAME",
        help="tell of this card's noise alone, e.g. 'RTX 3060' (default: of this machine)",
    )
    other.add_argument(
        "--grid",
        type=positive,
        metavar="N",
        help="the same for a card that runs N threads at once (default: of this machine)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Look around and report; nothing is loaded, fetched or changed."""
    if args.card is not None or args.grid is not None:
        return _tell_of_card(args, console)
    packages = {name: _version(name) for name in _PACKAGES}
    devices = _devices()
    document: dict[str, object] = {
        "seedloupe": _version("seedloupe"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": packages,
        "devices": devices,
        "noise": _noise_of(devices),
        **_plugins(),
        "table_folders": _table_folders(),
        "tables": _tables(),
        "seedling": _seedling(),
    }
    document["missing"] = _missing(document)
    console.result(document, _lines(document))
    return 0


def card_noise(card: str, source: NoiseSource, known_from: str) -> dict[str, object]:
    """Say for each usual size how much of a card's noise other cards would not draw."""
    from .....noise import USUAL_SIZES, portability

    sizes = []
    for size in USUAL_SIZES:
        found = portability(size.shape, source)
        sizes.append(
            {
                "name": size.name,
                "shape": list(size.shape),
                "differing": found.differing,
                "differing_later": found.differing_later,
                "sentence": found.sentence,
            }
        )
    threads = source.grid_threads
    return {"card": card, "grid_threads": threads, "known_from": known_from, "sizes": sizes}


def _tell_of_card(args: argparse.Namespace, console: Console) -> int:
    """Answer for a card that need not be here."""
    from .....noise import NoiseSource, Rng, find_card

    if args.card is not None:
        card = find_card(args.card)
        noise = card_noise(card.name, card.source, "the maker's specification, not measured")
    else:
        noise = card_noise(
            f"cuda:{args.grid}", NoiseSource(Rng.PHILOX, args.grid), "the command line"
        )
    console.result({"noise": [noise]}, _noise_lines([noise]))
    return 0


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
                "grid_threads": _threads_of(card),
            }
        )
    return found


def _threads_of(card: object) -> int | None:
    """Return a card's grid; None where this PyTorch does not tell what it takes."""
    from .....noise import grid_threads

    count = getattr(card, "multi_processor_count", None)
    each = getattr(card, "max_threads_per_multi_processor", None)
    return grid_threads(count, each) if count and each else None


def _noise_of(devices: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    from .....noise import NoiseSource, Rng

    return [
        card_noise(str(device["card"]), NoiseSource(Rng.PHILOX, threads), "this machine")
        for device in devices
        if isinstance(threads := device.get("grid_threads"), int)
    ]


def _plugins() -> dict[str, object]:
    """Return the plug-ins of every kind, and which of other packages could not be had."""
    from .....artifacts import first_usable, survey
    from .....plugins import builtin, with_outside

    plugins, skipped = with_outside(builtin())
    found = survey(plugins.readers)
    readers = {
        name: {"ok": answer.ok, "reason": answer.reason, "reads": reads(plugins.readers.get(name))}
        for name, answer in found.items()
    }
    return {
        "readers": readers,
        "auto_reader": first_usable(found),
        "pickers": list(plugins.pickers),
        "renderers": list(plugins.renderers),
        "skipped_plugins": list(skipped),
    }


def _tables() -> list[str]:
    from .....tables import list_tables

    return [str(path) for path in list_tables(cli_table_folders())]


def _table_folders() -> list[dict[str, object]]:
    """Return where tables are looked for, in that order, and what is there."""
    from .....tables import list_tables

    return [
        {"path": str(folder), "found": folder.is_dir(), "tables": len(list_tables([folder]))}
        for folder in cli_table_folders()
    ]


def _named_folders() -> set[str]:
    """Return the folders the user names; the others need not be there."""
    from .....tables import user_folders

    *named, _ = user_folders(os.environ, sys.platform, Path.home())
    return {str(folder) for folder in named}


def _seedling() -> bool:
    from .....seedling import weights_folder

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
    if not any(reader["ok"] and reader["reads"] for reader in readers.values()):
        missing.append("no reader that can read text: pip install 'seedloupe[ocr]'")
    folders = document["table_folders"]
    assert isinstance(folders, list)
    named = _named_folders()
    missing += [
        f"{folder['path']}: SEEDLOUPE_TABLES names it, and no folder is there"
        for folder in folders
        if folder["path"] in named and not folder["found"]
    ]
    if not document["tables"]:
        missing.append("no seed table: make one with `seedloupe mine`")
    if not document["seedling"]:
        missing.append("Seedling's weights: install Seedloupe again")
    return missing


def _lines(document: dict[str, object]) -> list[str]:
    packages, readers, devices = document["packages"], document["readers"], document["devices"]
    tables, missing, noise = document["tables"], document["missing"], document["noise"]
    assert isinstance(noise, list)
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
    if len(devices) == 1:
        lines.append("noise: no card here; cpu and nv noise are the same on every machine")
    lines += _noise_lines(noise)
    for name, found in readers.items():
        auto = ", taken by auto" if name == document["auto_reader"] else ""
        lines.append(f"reader {name}: {'ready' if found['ok'] else found['reason']}{auto}")
    lines += _plugin_lines(document)
    lines += _folder_lines(document)
    lines += [f"table {path}" for path in tables]
    return lines + [f"missing: {line}" for line in missing] if missing else [*lines, "all there"]


def _plugin_lines(document: Mapping[str, object]) -> list[str]:
    pickers, renderers = document["pickers"], document["renderers"]
    skipped = document["skipped_plugins"]
    assert isinstance(pickers, list)
    assert isinstance(renderers, list)
    assert isinstance(skipped, list)
    return [f"pickers {', '.join(pickers)}", f"renderers {', '.join(renderers)}", *skipped]


def _folder_lines(document: Mapping[str, object]) -> list[str]:
    folders = document["table_folders"]
    assert isinstance(folders, list)
    return [
        f"tables in {folder['path']}: {folder['tables'] if folder['found'] else 'no such folder'}"
        for folder in folders
    ]


def _noise_lines(cards: Sequence[Mapping[str, object]]) -> list[str]:
    lines = []
    for noise in cards:
        sizes = noise["sizes"]
        assert isinstance(sizes, list)
        lines.append(
            f"noise of {noise['card']}, {noise['grid_threads']:,} threads at once "
            f"(from {noise['known_from']})"
        )
        lines += [f"  {size['name']:24} {size['sentence']}" for size in sizes]
    return lines
