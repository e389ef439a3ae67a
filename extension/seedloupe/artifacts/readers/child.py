"""Both ends of the talk with a reader in a child process.

The parent sends a line of JSON, ``{"height": H, "width": W, "seconds": S}``, and ``H * W * 3``
bytes of pixels. The child answers with four bytes, the length of what follows, and JSON:
``{"regions": [...]}``, ``{"refusal": "..."}`` in the reader's own words, or ``{"error": "..."}``.
Standard output and input of the child belong to the engine, which may print what it likes.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

#: Run in a new interpreter: it has to find what its parent found, wherever that was installed.
_BEGIN = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])["path"]
from seedloupe.artifacts.readers.child import serve_parent
serve_parent(sys.argv[1])
"""
#: Pictures of changing sizes leave glibc's heap full of holes: over 160 reads a process with
#: RapidOCR grew by 75 MiB, and by 1 MiB where large pieces are given back at once.
_ROOMY = {"MALLOC_MMAP_THRESHOLD_": "65536"}
#: Longest answer taken for one, in bytes.
_LONGEST = 2**24
#: Seconds the child has after the parent's limit before it ends itself, should nobody else do it.
_GRACE = 5.0
#: Seconds a child that closed its answers has to be gone.
_LEAVING = 5.0


class ChildError(Exception):
    """The child hung or died; the message goes after the reader's name."""


class Child:
    """The parent's end: one process with one reader in it.

    Args:
        maker: ``module:name`` of what gives the reader.
        settings: its keyword arguments, as JSON has them.

    Raises:
        ChildError: no process could be started.
    """

    def __init__(self, maker: str, settings: Mapping[str, object]) -> None:
        wish = {"path": _search_path(), "maker": maker}
        command = [sys.executable, "-c", _BEGIN, json.dumps({**wish, "settings": settings})]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**_ROOMY, **os.environ},
                # Ctrl-C at the terminal is for the host, which then ends the child.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            raise ChildError(f"could not be started: {error}") from error
        self._said: deque[str] = deque(maxlen=20)
        self._listener = threading.Thread(
            target=_drain, args=(self._process.stderr, self._said), daemon=True
        )
        self._listener.start()
        self._end = weakref.finalize(self, _end, self._process)

    @property
    def process_id(self) -> int:
        """The process's number."""
        return self._process.pid

    def ask(self, pixels: Pixels, seconds: float) -> Mapping[str, object]:
        """Send ``(H, W, 3)`` pixels and return the answer.

        Raises:
            ChildError: it took longer than ``seconds``, or died.
        """
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(self._process)

        # A pipe can be waited for in a thread on every system; so the wait is ended from outside.
        alarm = threading.Timer(seconds, stop)
        alarm.daemon = True
        alarm.start()
        try:
            return self._talk(pixels, seconds)
        except (OSError, EOFError, ValueError) as error:
            alarm.cancel()
            raise ChildError(self._why(late, seconds)) from error
        finally:
            alarm.cancel()

    def stop(self) -> None:
        """End the process and whatever it started."""
        self._end()
        self._listener.join(_LEAVING)

    def _talk(self, pixels: Pixels, seconds: float) -> Mapping[str, object]:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        height, width, _ = pixels.shape
        head = json.dumps({"height": height, "width": width, "seconds": seconds})
        requests.write(head.encode() + b"\n")
        requests.write(np.ascontiguousarray(pixels).data)
        requests.flush()
        length = int.from_bytes(_exactly(answers, 4), "little")
        if length > _LONGEST:
            raise ValueError(f"{length} bytes are no answer")
        answer: object = json.loads(_exactly(answers, length))
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")  # noqa: TRY004 - caught above
        return answer

    def _why(self, late: threading.Event, seconds: float) -> str:
        if late.is_set():
            return f"took longer than {seconds:g} seconds for one picture and was stopped"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAVING)
        self.stop()
        return f"died while reading ({_cause(self._process.returncode)}{self._last_words()})"

    def _last_words(self) -> str:
        words = " ".join(" ".join(list(self._said)[-1:]).split())
        return f"; last it said: {words[:300]}" if words else ""


def _search_path() -> list[str]:
    """Where the child looks for modules: where its parent does, and where this package lies.

    A host may have taken our folder from its own path again, once we were loaded.
    """
    return [*(part or str(Path.cwd()) for part in sys.path), str(Path(__file__).parents[3])]


def _cause(code: int) -> str:
    """Say what an exit code means; negative ones are signals."""
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    memory = ", as when memory runs out" if name == "SIGKILL" else ""
    return f"signal {name}{memory}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where there are groups, all of its own children."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process, take its exit code and close its pipes, so that nothing of it is left."""
    _kill(process)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not sent is not wanted any more
                pipe.close()


def _drain(stream: IO[bytes], said: deque[str]) -> None:
    """Keep the last lines of what a child says, so that it never waits for a reader."""
    with stream, suppress(OSError, ValueError):
        while line := stream.readline(2000):
            text = line.decode(errors="replace").strip()
            if text:
                said.append(text)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError("the child closed its answers")
    return content


def serve_parent(wish: str) -> None:
    """The child's end: read pictures until the parent is gone.

    Args:
        wish: JSON with ``maker``, the ``module:name`` of what gives the reader, and ``settings``.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    pictures: queue.SimpleQueue[tuple[Pixels, float]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, pictures), daemon=True).start()
    desk = _Desk(json.loads(wish))
    try:
        while True:
            pixels, seconds = pictures.get()
            # Works without the interpreter's lock, which a hanging engine may hold for ever.
            faulthandler.dump_traceback_later(seconds + _GRACE, exit=True)
            answer = json.dumps(desk.answer(pixels)).encode()
            faulthandler.cancel_dump_traceback_later()
            answers.write(len(answer).to_bytes(4, "little") + answer)
            answers.flush()
    except BaseException:  # noqa: BLE001 - an engine may also want to leave
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # an engine's own threads could keep a usual exit from ending


def _listen(requests: IO[bytes], pictures: queue.SimpleQueue[tuple[Pixels, float]]) -> None:
    """Pass pictures on; end this process when the parent is gone, in the midst of a read too."""
    with suppress(OSError, EOFError, ValueError):
        while line := requests.readline():
            head = json.loads(line)
            shape = (int(head["height"]), int(head["width"]), 3)
            content = bytearray(_exactly(requests, shape[0] * shape[1] * 3))
            pictures.put((np.frombuffer(content, np.uint8).reshape(shape), float(head["seconds"])))
    os._exit(0)


class _Desk:
    """The reader, made when first needed, and what it says."""

    def __init__(self, wish: Mapping[str, object]) -> None:
        self._maker, self._settings = str(wish["maker"]), wish["settings"]
        self._reader: object = None

    def answer(self, pixels: Pixels) -> dict[str, object]:
        from ...errors import SeedloupeError

        try:
            return {"regions": self._read(pixels)}
        except SeedloupeError as error:
            return {"refusal": str(error)}
        except Exception as error:  # noqa: BLE001 - whatever an engine raises
            return {"error": " ".join(f"{type(error).__name__}: {error}".split())[:2000]}

    def _read(self, pixels: Pixels) -> list[dict[str, object]]:
        import torch

        from ..region import TextRegion

        if self._reader is None:
            module, _, name = self._maker.partition(":")
            settings = self._settings
            assert isinstance(settings, dict)
            self._reader = getattr(import_module(module), name)(**settings)
        image = torch.from_numpy(pixels).permute(2, 0, 1).float().div(255)
        found = self._reader.read(image)  # type: ignore[attr-defined]
        if not isinstance(found, tuple | list):
            raise TypeError(f"it returned {type(found).__name__}, not a tuple of TextRegion")
        wrong = [type(one).__name__ for one in found if not isinstance(one, TextRegion)]
        if wrong:
            raise TypeError(f"it returned {wrong[0]} among the regions")
        return [_plain(region) for region in found]


def _plain(region: object) -> dict[str, object]:
    """A region as JSON types; engines like to hand out NumPy's numbers."""
    parts: dict[str, object] = region.to_json()  # type: ignore[attr-defined]
    return {
        "quad": parts["quad"],
        "text": str(parts["text"]),
        **{name: _number(parts.get(name)) for name in ("confidence", "detection", "likeness")},
    }


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
