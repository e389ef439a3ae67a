"""``seedloupe demo``: the app in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ...app.main import HOST, PORT
from ..arguments import add_model, cli_table_folders, port
from ..parser import command

if TYPE_CHECKING:
    from ..console import Console
    from ..parser import Parser


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "demo", "open the app in a browser")
    add_model(parser)
    parser.add_argument("--port", type=port, default=PORT, metavar="P", help="to listen on")
    parser.add_argument(
        "--host",
        default=HOST,
        metavar="H",
        help="to listen on; 127.0.0.1 is reached from this machine only",
    )
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="open no browser, only serve"
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="where pictures are saved (default: where they were last time, or Pictures/Seedloupe)",
    )
    parser.add_argument("--no-save", dest="save", action="store_false", help="save no pictures")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Serve the app until Ctrl-C, which is how it is meant to end."""
    from ...app.main import launch
    from ...app.serving import show_page

    def ready(address: str) -> None:
        console.rest()
        if args.browser:
            show_page(address)

    with console.activity(f"opening {args.model}"):
        launch(
            args.model,
            host=args.host,
            port=args.port,
            tables=cli_table_folders(),
            device=args.device,
            pictures=args.pictures,
            save=args.save,
            say=console.note,
            ready=ready,
        )
    return 0
