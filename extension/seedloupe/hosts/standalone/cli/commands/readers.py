"""``seedloupe readers``: which text readers there are, and fetching what EasyOCR needs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..console import table_lines
from ..parser import Parser, command
from ..plug_ins import plugins_in_use

if TYPE_CHECKING:
    from ..console import Console, ProgressLine

_MEGABYTE = 10**6


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command; without an action it lists."""
    parser = command(commands, "readers", "text readers: which can be used, fetch what one needs")
    parser.set_defaults(run=run_list)
    actions = parser.add_subparsers(metavar="ACTION", parser_class=Parser)
    every = command(actions, "list", "all readers, why one cannot be used, which auto takes")
    every.set_defaults(run=run_list)
    fetch = command(actions, "fetch", "download EasyOCR's weights, or take them from a file here")
    fetch.add_argument("reader", choices=("easyocr",), help="which")
    fetch.add_argument("--to", type=Path, metavar="DIR", help="(default: where EasyOCR looks)")
    fetch.add_argument(
        "--from",
        dest="source",
        type=Path,
        action="append",
        metavar="PATH",
        help="take a .zip or .pth from here instead, or all in a folder; may be given twice "
        "(default: download)",
    )
    fetch.set_defaults(run=run_fetch)


def run_list(args: argparse.Namespace, console: Console) -> int:
    """Ask every reader; nothing is loaded or fetched."""
    from .....artifacts import first_usable, survey

    registry = plugins_in_use(console, apart=False).readers
    found = survey(registry)
    auto = first_usable(found)
    entries = [
        {
            "name": name,
            "ok": answer.ok,
            "reason": answer.reason,
            "reads": reads(registry.get(name)),
            "version": str(getattr(registry.get(name), "version", "")),
            "auto": name == auto,
        }
        for name, answer in found.items()
    ]
    rows = [["READER", "USABLE", "WHAT IT SAYS"]]
    rows += [[one, "yes" if said.ok else "no", said.reason] for one, said in found.items()]
    last = f"auto takes {auto}" if auto else "auto finds none; pip install 'seedloupe[ocr]'"
    console.result({"readers": entries, "auto": auto}, [*table_lines(rows), last])
    return 0


def reads(reader: object) -> bool:
    """Tell whether a reader says what text says, and does not only see letter shapes."""
    return bool(getattr(reader, "reads", True))


def run_fetch(args: argparse.Namespace, console: Console) -> int:
    """Put EasyOCR's weights where it looks for them; this is the only way they are ever fetched."""
    from .....artifacts.readers import EasyOcrReader
    from .....artifacts.readers.weights import WEIGHTS, fetch_weights, take_weights

    to = args.to or EasyOcrReader().storage
    if args.source:
        taken = [path for source in args.source for path in take_weights(source, to)]
    else:
        with _Shown(console) as shown:
            taken = list(fetch_weights(to, progress=shown))
    absent = [one.file for one in WEIGHTS if not (to / one.file).is_file()]
    lines = [f"{path}: checksum right" for path in taken] or [f"{to}: all there already"]
    lines += [f"still missing in {to}: {name}" for name in absent]
    if args.to is not None:
        console.note(f"note: readers look in {EasyOcrReader().storage} unless told otherwise")
    files = [str(path) for path in taken]
    console.result({"folder": str(to), "fetched": files, "missing": absent}, lines)
    return 0


class _Shown:
    """Shows one download after the other on standard error."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._name = ""
        self._progress: ProgressLine | None = None

    def __enter__(self) -> _Shown:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.__exit__(*error)

    def __call__(self, name: str, done: int, total: int) -> None:
        if not total:
            return  # the server does not say how much there is
        if name != self._name:
            self.__exit__()
            size = -(-total // _MEGABYTE)
            self._name, self._progress = name, self._console.progress(name, size, "MB")
            self._progress.__enter__()
        assert self._progress is not None
        self._progress.at(-(-done // _MEGABYTE))
