"""Lens files beside pictures: found again by what the web UI wrote into the picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError, SeedloupeError
from ....lens.file import SUFFIX, read_lens, read_lens_spec
from ....lens.record_view import require_same_form
from .runs import KeptRuns, PictureRun, SamplingRun, small_picture

if TYPE_CHECKING:
    from PIL.Image import Image

    from ....lens.record import LensRecord

_MOST_FILES = 500
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def find_run(parameters: str, folders: Iterable[Path], kept: KeptRuns) -> PictureRun | None:
    """Return the run of a picture: one that is kept, or else that of a lens file.

    Args:
        parameters: what the web UI wrote into the picture.
        folders: where pictures are saved; the newest lens files below them are looked at.
        kept: the runs in memory; one from a file is added.
    """
    found = kept.by_parameters(parameters)
    if found is not None or not parameters.strip():
        return found
    for path in islice(_newest(folders), _MOST_FILES):
        if _parameters(path).strip() == parameters.strip():
            return open_file(path, kept)
    return None


def open_file(path: Path, kept: KeptRuns) -> PictureRun:
    """Add the run of a lens file to those that are kept.

    Raises:
        LensFileError: it is no lens file, or a damaged one.
    """
    record = read_lens(path)
    parameters = str(record.spec.extra.get("parameters", ""))
    seed = record.spec.seeds[0] if record.spec.seeds else ""
    run = PictureRun(SamplingRun(lambda: record, 0, "from a file"), 0, seed, record.spec.prompt)
    run.parameters = parameters
    notes = record.spec.truth.get("notes")
    run.notes = tuple(str(note) for note in notes) if isinstance(notes, (list, tuple)) else ()
    run.picture = _picture_beside(path, record)
    kept.add(run)
    return run


def _picture_beside(path: Path, record: LensRecord) -> Image | None:
    """Return the picture a lens file was saved beside, if it is there and has the right form."""
    stem = path.name.removesuffix(SUFFIX)
    for name in (stem, stem.rpartition(".")[0]):  # of a first pass, the name says so at its end
        for kind in _PICTURES if name else ():
            beside = path.with_name(name + kind)
            if beside.is_file() and not beside.is_symlink():
                return _opened(beside, record)
    return None


def _opened(path: Path, record: LensRecord) -> Image | None:
    from PIL import Image as pictures  # noqa: N813

    try:
        with pictures.open(path) as opened:
            require_same_form(record, opened.height, opened.width)
            return small_picture(opened)
    except (SeedloupeError, OSError, pictures.DecompressionBombError):
        return None  # cut out of a larger one, or no picture; layers are shown alone


def _newest(folders: Iterable[Path]) -> Iterator[Path]:
    """Go through lens files, the newest first; none that a link leads elsewhere to."""
    found = {}
    for folder in folders:
        root = folder.resolve()
        for path in root.rglob(f"*{SUFFIX}") if root.is_dir() else ():
            if path.resolve().is_relative_to(root) and path.is_file():
                found[path] = path.stat().st_mtime
    yield from sorted(found, key=lambda path: found[path], reverse=True)


def _parameters(path: Path) -> str:
    try:
        return str(read_lens_spec(path).extra.get("parameters", ""))
    except InputError:
        return ""  # damaged or of another version: not the one that is looked for
