"""How a run stands, written on its node while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...mining import MiningReport

__all__ = ["MiningPage"]


@dataclass
class MiningPage:
    """What the node shows.

    Args:
        node: its id.
        text: what was written last.
        notes: what was said on the way, such as a scorer that was left out.
    """

    node: str
    text: str = field(default="")
    notes: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Write a line above all that follows."""
        self.notes.append(line)

    def show(self, report: MiningReport) -> None:
        """Write how it stands on the node, and move the host's bar of progress."""
        from server import PromptServer

        from ...mining.board import board_text

        self.text = "\n".join((*self.notes, board_text(report)))
        server = PromptServer.instance
        if server.client_id is not None:  # without a name it would go to everybody
            server.send_progress_text(self.text, self.node, server.client_id)
