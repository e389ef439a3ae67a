"""A double of ComfyUI's server: what was sent, to whom."""

from __future__ import annotations

from typing import ClassVar


class PromptServer:
    instance: ClassVar[PromptServer]

    def __init__(self) -> None:
        self.client_id: str | None = "a page"
        self.last_prompt_id = "a prompt"
        self.sent: list[tuple[object, object, str | None]] = []
        self.replacements: list[object] = []

    def send_sync(self, event: object, data: object, sid: str | None = None) -> None:
        self.sent.append((event, data, sid))

    def send_progress_text(self, text: str, node_id: str, sid: str | None = None) -> None:
        self.send_sync("progress_text", (text, node_id), sid)


PromptServer.instance = PromptServer()
