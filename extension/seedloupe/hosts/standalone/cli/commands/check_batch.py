"""Checking many pictures for text: files, folders, reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .....errors import InputError

if TYPE_CHECKING:
    import argparse

    from .....artifacts import OcrReader
    from .....artifacts.batch import BatchSettings, Checked, Collected, Picture, Row
    from ..console import Console, ProgressLine

    Observer = Callable[[Checked], None]
    """Is told of every picture that was looked at anew, with its report and what it says of itself:
    seed, model and its hash, noise, size and task. It must not fail."""

_FINDINGS, _NOTHING, _STOPPED = 1, 2, 3
_SAVE_EVERY = 60.0


def is_batch(args: argparse.Namespace) -> bool:
    """Tell whether a command line asks for more than one picture's own answer."""
    places = (*args.images, *filter(None, (args.mask, args.before)))
    more = len(args.images) > 1 or bool(args.report) or args.tally
    return more or any(isinstance(path, Path) and path.is_dir() for path in places)


def run_batch(
    args: argparse.Namespace,
    console: Console,
    reader: OcrReader | None,
    *,
    observe: Observer | None = None,
) -> int:
    """Check every picture and write what was asked for, also when stopped on the way."""
    from .....artifacts import Level
    from .....artifacts.batch import BatchSettings, Collected

    settings = BatchSettings.of(
        reader, Level(args.level), args.prompt, args.negative, soft_masks=args.soft_mask
    )
    plan = _plan(args, settings)
    if observe is not None:  # what is to be counted must be looked at
        plan = replace(plan, kept={})
    with_pages = any(path.suffix.lower() == ".html" for path in plan.reports)
    collected = Collected(settings, len(plan.pictures), thumbnails=with_pages)
    stopped = False
    try:
        with console.progress("checking", len(plan.pictures), "pictures") as progress:
            _check_all(plan, collected, reader=reader, observe=observe, progress=progress)
    except KeyboardInterrupt:
        stopped = True
    finally:
        _write(plan.reports, _with_the_rest(collected, plan))
    _tell(args, console, collected, plan, stopped=stopped)
    return _STOPPED if stopped else _exit_code(collected)


@dataclass(frozen=True)
class _Plan:
    """What is to be done.

    Attributes:
        pictures: to be checked.
        overlays: where each is drawn.
        kept: what earlier reports say of pictures that are what they were.
        reports: where to report.
        left_out: drawings of our own, which are no pictures to check.
    """

    pictures: Sequence[Picture]
    overlays: Mapping[Path, Path]
    kept: Mapping[Path, Row]
    reports: Sequence[Path]
    left_out: Sequence[Path] = ()


def _plan(args: argparse.Namespace, settings: BatchSettings) -> _Plan:
    """Find the pictures and what is known of them; refuse what cannot be written."""
    from .....artifacts.batch import find_pictures
    from .....artifacts.batch.saved import ReportKind
    from .....files import check_out_file

    for path in args.report:
        check_out_file(path, ReportKind.of(path).value, field="report")
    apart = [args.overlay] if args.overlay is not None and args.overlay.is_dir() else []
    found = find_pictures(
        args.images,
        recursive=args.recursive,
        mask=args.mask,
        before=args.before,
        apart=[path for path in apart if path not in args.images],
    )
    pictures = found.pictures
    overlays = _drawings(args.overlay, pictures)
    kept = _kept(args.report, settings, pictures, overlays)
    return _Plan(pictures, overlays, kept, args.report, found.drawings)


def _drawings(place: Path | None, pictures: Sequence[Picture]) -> dict[Path, Path]:
    """Say where each picture is drawn: one into the file that is named, many into a folder."""
    from .....files import check_out_folder

    if place is None:
        return {}
    if len(pictures) == 1 and place.suffix == ".png" and not place.is_dir():
        return {pictures[0].path: _safe(place, pictures)}
    check_out_folder(place, field="overlay")
    _apart(place, pictures)
    return _overlays(pictures, place)


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
    require_apart(path, _files(pictures))
    return path


def require_apart(path: Path, files: Sequence[object]) -> None:
    """Refuse to draw over a picture, its mask or its source.

    Raises:
        InputError: ``path`` is one of ``files``.
    """
    if path.resolve() in {file.resolve() for file in files if isinstance(file, Path)}:
        raise _among_pictures(path)


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
    reports: Sequence[Path],
    settings: BatchSettings,
    pictures: Sequence[Picture],
    overlays: Mapping[Path, Path],
) -> dict[Path, Row]:
    """Return what earlier reports say of pictures that are what they were."""
    from .....artifacts.batch import kept_rows

    known: dict[str, Row] = {}
    for path in reports:
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
    plan: _Plan,
    collected: Collected,
    *,
    reader: OcrReader | None,
    observe: Observer | None,
    progress: ProgressLine,
) -> None:
    """Check picture after picture; reports are written now and then, should all else fail."""
    from .....artifacts.batch import look_at

    saved, skipped = time.monotonic(), 0
    for picture in plan.pictures:
        if picture.path in plan.kept:
            skipped += 1
            checked = _as_before(picture, plan.kept[picture.path], collected)
        else:
            checked = look_at(picture, reader, collected.settings)
            _draw(checked, plan.overlays.get(picture.path))
            if observe is not None and checked.report is not None:
                observe(checked)
        collected.add(checked)
        progress.at(len(collected.rows), skipped=skipped)
        if time.monotonic() - saved > _SAVE_EVERY:
            _write(plan.reports, collected)
            saved = time.monotonic()


def _as_before(picture: Picture, row: Row, collected: Collected) -> Checked:
    """Take a row over; the picture itself is only read where a page shows it."""
    from .....artifacts.batch import Checked, GenerationInfo, look_back

    return (
        look_back(picture, row) if collected.shows(row) else Checked(picture, row, GenerationInfo())
    )


def _with_the_rest(collected: Collected, plan: _Plan) -> Collected:
    """Take over what is known of pictures that had no turn, so that no stop loses any of it."""
    rest = plan.pictures[len(collected.rows) :]
    collected.rows += [plan.kept[picture.path] for picture in rest if picture.path in plan.kept]
    return collected


def _draw(checked: Checked, path: Path | None) -> None:
    from .....artifacts import draw_overlay
    from .....images import save_plain, to_pil

    if path is not None and checked.image is not None and checked.report is not None:
        shown = draw_overlay(checked.image, checked.report, checked.mask)
        save_plain(to_pil(shown), path)


def _write(reports: Sequence[Path], collected: Collected) -> None:
    from .....artifacts.batch import report_parts
    from .....files import write_whole

    for path in reports:
        write_whole(path, report_parts(collected, path), field="report")


def _exit_code(collected: Collected) -> int:
    from .....artifacts import Verdict

    if collected.counts[Verdict.FLAGGED]:
        return _FINDINGS
    return _NOTHING if all(row.problem for row in collected.rows) else 0


def _tell(
    args: argparse.Namespace, console: Console, collected: Collected, plan: _Plan, *, stopped: bool
) -> None:
    from .....artifacts.batch.pictures import label
    from .....artifacts.batch.saved import batch_document

    rows = [row.to_json() for row in collected.rows]
    paths = {"reports": [str(path) for path in args.report], "overlay": _text(args.overlay)}
    done = {
        "kept": len(plan.kept),
        "stopped": stopped,
        "left_out": [label(path) for path in plan.left_out],
    }
    found = {**batch_document(collected), **paths, **done, "rows": rows}
    console.result(found, _lines(args, collected, kept=len(plan.kept)))
    if plan.left_out:
        count = len(plan.left_out)
        drawings = "1 drawing" if count == 1 else f"{count} drawings"
        console.note(f"left out {drawings} of Seedloupe's own: overlays, or sheets of the lens")


def _lines(args: argparse.Namespace, collected: Collected, *, kept: int) -> list[str]:
    from .....artifacts import Verdict

    lines = [_line(row) for row in collected.rows if row.verdict is not Verdict.CLEAN]
    counts = ", ".join(f"{count} {verdict.label}" for verdict, count in collected.counts.items())
    done = len(collected.rows)
    of = "" if collected.finished else f" of {collected.total}, stopped"
    as_before = f" ({kept} as in the earlier report)" if kept else ""
    lines.append(f"{done}{of} in all: {counts}{as_before}")
    return lines + [f"report: {path}" for path in args.report]


def _line(row: Row) -> str:
    """Say in one line what came of a picture."""
    return f"{row.verdict.label}: {row.file}: {row.message}"


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
