"""Checking many pictures for text: files, folders, reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import InputError

if TYPE_CHECKING:
    import argparse

    from ....artifacts import OcrReader
    from ....artifacts.batch import Checked, Collected, Picture, Row, Settings
    from ..console import Console

    Observer = Callable[[Checked], None]
    """Is told of every picture that was looked at anew, with its report and what it says of itself:
    seed, model and its hash, noise, size and task. It must not fail."""

_FINDINGS, _NOTHING, _STOPPED = 1, 2, 3
_SAVE_EVERY = 60.0


def is_batch(args: argparse.Namespace) -> bool:
    """Tell whether a command line asks for more than one picture's own answer."""
    places = (*args.images, *filter(None, (args.mask, args.before)))
    return len(args.images) > 1 or bool(args.report) or any(path.is_dir() for path in places)


def run_batch(
    args: argparse.Namespace,
    console: Console,
    reader: OcrReader | None,
    *,
    observe: Observer | None = None,
) -> int:
    """Check every picture and write what was asked for, also when stopped on the way."""
    from ....artifacts import Level
    from ....artifacts.batch import Collected, Settings

    settings = Settings.of(reader, Level(args.level), args.prompt)
    pictures, overlays = _plan(args)
    kept = _kept(args, settings, pictures, overlays)
    collected = Collected(settings, len(pictures), thumbnails=_with_pages(args))
    stopped = False
    try:
        _check_all(pictures, reader, collected, kept, overlays, args, console, observe)
    except KeyboardInterrupt:
        stopped = True
    finally:
        _write(args, collected)
    _tell(args, console, collected, stopped=stopped, kept=len(kept))
    return _STOPPED if stopped else _exit_code(collected)


def _plan(args: argparse.Namespace) -> tuple[list[Picture], dict[Path, Path]]:
    """Find the pictures, and where the drawing of each goes; refuse what cannot be written."""
    from ....artifacts.batch import find_pictures
    from ....artifacts.batch.saved import ReportKind
    from ..outputs import check_out_file, check_out_folder

    for path in args.report:
        check_out_file(path, ReportKind.of(path).value, field="report")
    apart = [args.overlay] if args.overlay is not None and args.overlay.is_dir() else []
    pictures = find_pictures(
        args.images,
        recursive=args.recursive,
        mask=args.mask,
        before=args.before,
        apart=[path for path in apart if path not in args.images],
    )
    if args.overlay is None:
        return pictures, {}
    if len(pictures) == 1 and args.overlay.suffix == ".png" and not apart:
        return pictures, {pictures[0].path: _safe(args.overlay, pictures)}
    check_out_folder(args.overlay, field="overlay")
    _apart(args.overlay, pictures)
    return pictures, _overlays(pictures, args.overlay)


def _overlays(pictures: Sequence[Picture], folder: Path) -> dict[Path, Path]:
    """Name each drawing after its picture, a number behind where two are called alike."""
    names: dict[Path, Path] = {}
    taken: set[str] = set()
    for picture in pictures:
        stem, number = picture.path.stem, 1
        name = f"{stem}-check.png"
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}-check.png"
        taken.add(name.casefold())
        names[picture.path] = folder / name
    return names


def _safe(path: Path, pictures: Sequence[Picture]) -> Path:
    if path.resolve() in {file.resolve() for file in _files(pictures)}:
        raise _among_pictures(path)
    return path


def _apart(folder: Path, pictures: Sequence[Picture]) -> None:
    """Refuse a folder of pictures: drawings would be checked next time, or lie over a source."""
    if folder.resolve() in {file.resolve().parent for file in _files(pictures)}:
        raise _among_pictures(folder)


def _among_pictures(path: Path) -> InputError:
    return InputError(
        "overlay",
        expected="a place apart from the pictures, their masks and their sources",
        got=str(path),
        advice="Name another.",
    )


def _files(pictures: Sequence[Picture]) -> list[Path]:
    parts = ((picture.path, picture.mask, picture.before) for picture in pictures)
    return [path for files in parts for path in files if path is not None]


def _kept(
    args: argparse.Namespace,
    settings: Settings,
    pictures: Sequence[Picture],
    overlays: Mapping[Path, Path],
) -> dict[Path, Row]:
    """Return what earlier reports say of pictures that are what they were."""
    from ....artifacts.batch import kept_rows

    known: dict[str, Row] = {}
    for path in args.report:
        known |= kept_rows(path, settings)
    found = {picture.path: known[picture.label] for picture in pictures if picture.label in known}
    return {
        picture.path: row
        for picture in pictures
        if (row := found.get(picture.path)) is not None
        and row.fingerprint == picture.fingerprint
        and (picture.path not in overlays or overlays[picture.path].exists())
    }


def _check_all(
    pictures: Sequence[Picture],
    reader: OcrReader | None,
    collected: Collected,
    kept: Mapping[Path, Row],
    overlays: Mapping[Path, Path],
    args: argparse.Namespace,
    console: Console,
    observe: Observer | None,
) -> None:
    from ....artifacts.batch import Checked, Told, look_at, look_back

    saved, skipped = time.monotonic(), 0
    with console.progress("checking", len(pictures), "pictures") as progress:
        for picture in pictures:
            row = kept.get(picture.path)
            if row is None:
                checked = look_at(picture, reader, collected.settings)
                _draw(checked, overlays.get(picture.path))
                if observe is not None and checked.report is not None:
                    observe(checked)
            else:
                skipped += 1
                again = collected.shows(row)
                checked = look_back(picture, row) if again else Checked(picture, row, Told())
            collected.add(checked)
            progress.at(len(collected.rows), skipped=skipped)
            if time.monotonic() - saved > _SAVE_EVERY:
                _write(args, collected)
                saved = time.monotonic()


def _draw(checked: Checked, path: Path | None) -> None:
    from ....artifacts import draw_overlay
    from ....images import to_pil
    from ..outputs import save_plain

    if path is not None and checked.image is not None and checked.report is not None:
        shown = draw_overlay(checked.image, checked.report, checked.mask)
        save_plain(to_pil(shown), path)


def _with_pages(args: argparse.Namespace) -> bool:
    return any(path.suffix.lower() == ".html" for path in args.report)


def _write(args: argparse.Namespace, collected: Collected) -> None:
    from ....artifacts.batch import report_parts
    from ....files import write_whole

    for path in args.report:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, report_parts(collected, path))
        except OSError as error:
            got = f"{error.strerror or error}: {path}"
            raise InputError("report", expected="a place to write to", got=got) from error


def _exit_code(collected: Collected) -> int:
    from ....artifacts import Verdict

    if collected.counts[Verdict.FLAGGED]:
        return _FINDINGS
    return _NOTHING if all(row.problem for row in collected.rows) else 0


def _tell(
    args: argparse.Namespace, console: Console, collected: Collected, *, stopped: bool, kept: int
) -> None:
    from ....artifacts.batch.saved import document

    rows = [row.to_json() for row in collected.rows]
    paths = {"reports": [str(path) for path in args.report], "overlay": _text(args.overlay)}
    found = {**document(collected), **paths, "kept": kept, "stopped": stopped, "rows": rows}
    console.result(found, _lines(args, collected, kept=kept))


def _lines(args: argparse.Namespace, collected: Collected, *, kept: int) -> list[str]:
    from ....artifacts import Verdict

    lines = [_line(row) for row in collected.rows if row.verdict is not Verdict.CLEAN]
    counts = ", ".join(
        f"{count} {verdict.value.replace('_', ' ')}" for verdict, count in collected.counts.items()
    )
    done = len(collected.rows)
    of = "" if collected.finished else f" of {collected.total}, stopped"
    as_before = f" ({kept} as in the earlier report)" if kept else ""
    lines.append(f"{done}{of} in all: {counts}{as_before}")
    return lines + [f"report: {path}" for path in args.report]


def _line(row: Row) -> str:
    """Say in one line what came of a picture."""
    return f"{row.verdict.value.replace('_', ' ')}: {row.file}: {row.message}"


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
