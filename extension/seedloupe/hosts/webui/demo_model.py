"""Seedling among the web UI's own checkpoints.

The web UI takes a checkpoint's sizes from a ``.yaml`` of the same name beside it, and that file
names the folder of the text encoder's configuration and tokenizer. A relative name would be looked
for in whatever folder the web UI was started from, so a copy with the full path is written. All of
it lies in one folder, which can be deleted as a whole.

``python -m seedloupe.hosts.webui.demo_model MODELS_FOLDER`` does the same without the web UI.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from ...errors import ModelError
from ...seedling import weights_folder

_PLACEHOLDER = "models/Stable-diffusion/seedling/text_encoder"
_TOKENIZER = ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")


def seedling_in(checkpoints: Path) -> Path:
    """Where :func:`add_seedling` puts the checkpoint."""
    return checkpoints / "seedling" / "seedling.safetensors"


def add_seedling(checkpoints: Path, *, weights: Path | None = None) -> Path:
    """Copy Seedling into a folder of checkpoints; again if it is there already.

    Args:
        checkpoints: the web UI's ``models/Stable-diffusion``.
        weights: where Seedling is copied from; the folder that comes with Seedloupe by default.

    Returns:
        The checkpoint's path.

    Raises:
        ModelError: Seedling's own files are not all there, or the folder cannot be written.
    """
    source = weights or weights_folder()
    target = seedling_in(checkpoints)
    try:
        return _copy(source, target)
    except FileNotFoundError as error:
        raise ModelError(
            "seedling",
            expected=f"its files in {source}",
            got=f"no {error.filename}",
            advice="Get the repository whole, with its large files.",
        ) from error
    except OSError as error:
        raise ModelError(
            "seedling", expected=f"to write {target.parent}", got=str(error)
        ) from error


def _copy(source: Path, target: Path) -> Path:
    text = target.parent / "text_encoder"
    text.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "config/text_encoder/config.json", text / "config.json")
    for name in _TOKENIZER:
        shutil.copyfile(source / "config/tokenizer" / name, text / name)
    sizes = (source / "seedling.yaml").read_text(encoding="utf-8")
    target.with_suffix(".yaml").write_text(_with_folder(sizes, text), encoding="utf-8")
    # Last, so that a checkpoint in the list is complete.
    return Path(shutil.copyfile(source / target.name, target))


def _with_folder(sizes: str, folder: Path) -> str:
    # A JSON string is a YAML string, backslashes of Windows included.
    return sizes.replace(_PLACEHOLDER, json.dumps(str(folder.resolve()), ensure_ascii=False))


def main(arguments: list[str]) -> int:
    """Add Seedling to the folder named on the command line."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m seedloupe.hosts.webui.demo_model MODELS_FOLDER\n")
        return 2
    try:
        added = add_seedling(Path(arguments[0]))
    except ModelError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{added}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
