"""Files of concepts by name: those that come with Seedloupe, and the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import ConceptFileError
from ..file_kinds import CONCEPTS_SUFFIX
from ..seedling import weights_folder

FOLDER = "concepts"
"""Below the user's own folder, and beside Seedling's weights."""


def concept_folders(own_folder: Path | None) -> tuple[Path, ...]:
    """Return where files of concepts lie, the user's own first.

    Args:
        own_folder: the user's; None where there is none.
    """
    own = () if own_folder is None else (own_folder / FOLDER,)
    return (*own, weights_folder() / FOLDER)


def concept_files(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that lie there, by name; nothing is opened."""
    return tuple(path for folder in folders for path in sorted(folder.glob(f"*{CONCEPTS_SUFFIX}")))


def concept_name(path: Path) -> str:
    """Return what to call a file: its name without the ending."""
    return path.name.removesuffix(CONCEPTS_SUFFIX)


def concept_choices(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """Return what a list offers, each with its value: none first, which is the default."""
    named = [(concept_name(path), str(path)) for path in concept_files(folders)]
    return [("None", ""), *named]


def find_concepts(name: str, folders: Sequence[Path]) -> Path:
    """Return the file of a name, or at a path.

    Raises:
        ConceptFileError: there is none.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    known = {concept_name(found): found for found in reversed(concept_files(folders))}
    if name in known:
        return known[name]
    raise ConceptFileError(
        "concepts",
        expected=f"a {CONCEPTS_SUFFIX} file" + (f", or {', '.join(sorted(known))}" * bool(known)),
        got=name,
        advice="`seedloupe study sae` writes them.",
    )
