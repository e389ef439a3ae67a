"""``seedloupe demo``: the app in a browser."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ...app.main import HOST, PORT
from ..arguments import add_model, cli_table_folders, command, port

if TYPE_CHECKING:
    from ..arguments import Parser
    from ..console import Console


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command."""
    parser = command(commands, "demo", "open the app in a browser")
    add_model(parser)
    parser.add_argument("--port", type=port, default=PORT, metavar="P", help=f"default {PORT}")
    parser.add_argument("--host", default=HOST, help=f"default {HOST}, this machine only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Serve the app until Ctrl-C, which is how it is meant to end."""
    from ...app.main import launch
    from ...engine.models import resolve_device

    device = str(resolve_device(args.device))
    launch(args.model, host=args.host, port=args.port, tables=cli_table_folders(), device=device)
    return 0
