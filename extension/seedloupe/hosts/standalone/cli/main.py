"""The command line: ``seedloupe COMMAND ...``, also as ``python -m seedloupe``."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence

from ....errors import InputError, SeedloupeError
from .commands import COMMANDS
from .console import Console
from .given_files import check_given_files
from .parser import NoCommandError, Parser

DONE, FINDINGS, BAD_INPUT, STOPPED = 0, 1, 2, 3

_EXITS = """exit codes: 0 done; 1 done with findings (check, tables validate and diff);
2 bad use or bad input; 3 stopped by the user"""

#: Packages only part of an installation has, and how to get them.
_EXTRAS = {
    "diffusers": "app",
    "transformers": "app",
    "accelerate": "app",
    "gradio": "app",
    "rapidocr": "ocr",
    "ray": "ray",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    # Before the line is understood, its wish for JSON still counts.
    console = Console(as_json="--json" in words)
    debug = "--debug" in words
    if argv is None:  # a person waits; whoever calls this function knows what goes on
        console.attend()
    try:
        args = build_parser().parse_args(words)
        console.name(args.command_name)
        check_given_files(args)
        return int(args.run(args, console))
    except KeyboardInterrupt:
        console.note("seedloupe: stopped")
        if console.as_json:
            console.result({"stopped": True}, ())
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except NoCommandError as error:
        if console.as_json:
            console.error(error)
        else:
            console.result({}, error.help_text.splitlines())
    except SeedloupeError as error:
        _trace(debug=debug)
        console.error(error)
    except ModuleNotFoundError as error:
        _trace(debug=debug)
        console.error(_missing(error))
    except Exception as error:  # noqa: BLE001 - a bug of ours must not end in a wall of text
        _trace(debug=debug)
        console.error(_unforeseen(error))
    finally:
        console.rest()
    return BAD_INPUT


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="seedloupe",
        description="Pick the good seeds and see the flaws inside, for Stable Diffusion.",
        epilog=_EXITS,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for module in COMMANDS:
        module.add(commands)
    return parser


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("seedloupe")
    except metadata.PackageNotFoundError:
        return "not installed, run from its source"


def _missing(error: ModuleNotFoundError) -> SeedloupeError:
    package = (error.name or "").partition(".")[0]
    extra = _EXTRAS.get(package)
    advice = f" Get it with: pip install 'seedloupe[{extra}]'" if extra else ""
    return SeedloupeError(f"this command needs the package {package}, which is missing.{advice}")


def _unforeseen(error: Exception) -> SeedloupeError:
    # Any name may be too long for the system, wherever a file of it is first looked for.
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return InputError("file", expected="a shorter name", got=str(error.filename))
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return SeedloupeError(f"this should not have happened: {what} (--debug shows where)")


def _trace(*, debug: bool) -> None:
    if debug:
        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main())
