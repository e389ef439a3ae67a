"""A server with what ComfyUI's page asks when it starts, our scripts, and our map of a table."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SCRIPTS = Path(__file__).parents[4] / "javascript" / "comfyui"
OURS = "/extensions/seedloupe/"
_WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "text/json"}
_STATUS = {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "a page"}
_FOUND: Mapping[str, Any] = {
    "/users": {"storage": "server", "migrated": True},
    "/features": {"supports_preview_metadata": True},
    "/system_stats": {"system": {"comfyui_version": "0.33.0", "argv": []}, "devices": []},
    "/jobs": {"jobs": [], "pagination": {"offset": 0, "limit": 200, "total": 0, "has_more": False}},
    "/queue": {"queue_running": [], "queue_pending": []},
    "/experiment/models": [],
    "/embeddings": [],
    **{f"/{name}": {} for name in ("i18n", "global_subgraphs", "node_replacements", "history")},
    **{f"/{name}": {} for name in ("workflow_templates", "internal/folder_paths")},
}

Answer = tuple[int, str, bytes]


class Stub:
    """What the server says, and what it was asked.

    Attributes:
        address: where it is.
        settings: of the page's user.
        refusal: what a queued prompt is answered; None takes it.
    """

    def __init__(
        self,
        page: Path,
        nodes: Mapping[str, Any],
        atlas: Callable[[Mapping[str, str]], Answer],
    ) -> None:
        self.settings: dict[str, Any] = {"Comfy.TutorialCompleted": True}
        self.refusal: Mapping[str, Any] | None = None
        self._page, self._nodes, self._atlas = page, nodes, atlas
        self._sockets: list[Any] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if urlsplit(self.path).path == "/ws":
                    stub._talk(self)
                else:
                    self._answer(*stub._found(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._answer(*stub._told(urlsplit(self.path).path.removeprefix("/api"), body))

            def _answer(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def send(self, event: str, content: object) -> None:
        """Send every page an event, as ``PromptServer.send_sync`` does."""
        text = json.dumps({"type": event, "data": content}).encode()
        length = struct.pack(">BBH", 0x81, 126, len(text))
        if len(text) < 126:
            length = bytes((0x81, len(text)))
        for socket in self._sockets:
            socket.sendall(length + text)

    def close(self) -> None:
        for socket in self._sockets:
            socket.close()
        self.server.shutdown()
        self.server.server_close()

    def _talk(self, request: BaseHTTPRequestHandler) -> None:
        key = request.headers["Sec-WebSocket-Key"].encode()
        accepted = base64.b64encode(hashlib.sha1(key + _WEBSOCKET).digest()).decode()
        request.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
            request.send_header(name, value)
        request.send_header("Sec-WebSocket-Accept", accepted)
        request.end_headers()
        self._sockets = [request.connection]  # one page at a time
        self.send("status", _STATUS)
        request.close_connection = True
        while request.rfile.read(1):  # what the page says does not matter
            pass

    def _found(self, asked: str) -> Answer:
        address = urlsplit(asked)
        path = address.path.removeprefix("/api")
        if path == "/seedloupe/atlas":
            return self._atlas(dict(parse_qsl(address.query)))
        if path == "/settings":
            return _json(self.settings)
        if path == "/extensions":
            return _json([f"{OURS}{one.name}" for one in sorted(SCRIPTS.glob("*.js"))])
        if path == "/object_info":
            return _json(self._nodes)
        if path in _FOUND:
            return _json(_FOUND[path])
        if path.startswith(OURS):
            return _file(SCRIPTS / path.removeprefix(OURS))
        return _file(self._page / (path.strip("/") or "index.html"))

    def _told(self, path: str, body: bytes) -> Answer:
        if path == "/settings":
            self.settings |= json.loads(body)
        if path == "/prompt" and self.refusal is not None:
            return _json(self.refusal, status=400)
        return _json({"prompt_id": "a prompt", "number": 1, "node_errors": {}})


@contextmanager
def serving(stub: Stub) -> Iterator[Stub]:
    threading.Thread(target=stub.server.serve_forever, daemon=True).start()
    try:
        yield stub
    finally:
        stub.close()


def _file(path: Path) -> Answer:
    if not path.is_file():
        return 404, "text/plain", b""
    return 200, _TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes()


def _json(said: object, *, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(said).encode()
