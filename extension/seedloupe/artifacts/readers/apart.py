"""Reading in a process of its own, so that an engine that hangs or dies costs a message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from importlib import import_module

import numpy as np
from torch import Tensor

from ...errors import InputError, ReaderError
from ...images import to_pil
from ..region import Availability, OcrReader, TextRegion
from .child import Child, ChildError

#: Deaths and hangs in a row after which no new child is started.
_GIVE_UP = 3


class ApartReader:
    """Reads with another reader, which lives in a child process.

    A reader that hangs is stopped after ``seconds``; one that dies, by a crash in its engine or
    because memory ran out, takes nobody with it. Both raise a ``ReaderError``, and the next read
    starts a fresh child. After three in a row every read is refused at once, until ``unload``.

    The child is started at the first ``read``, holds one engine, and ends with ``unload``, when
    this reader is forgotten, and when this process ends in whatever way. Threads take turns.
    Pictures travel as 8-bit pixels and answers as JSON; nothing is pickled.

    Args:
        make: a class or function that other processes can import, and that gives the reader. It is
            called here too, for the reader's name and whether it can be used: that must be cheap.
        settings: its keyword arguments, as JSON has them.
        seconds: how long one picture may take.
        first_seconds: the same for a child's first picture, which includes loading.

    Raises:
        InputError: ``make`` cannot be imported by its name.
    """

    def __init__(
        self,
        make: Callable[..., OcrReader],
        *,
        settings: Mapping[str, object] | None = None,
        seconds: float = 60.0,
        first_seconds: float = 180.0,
    ) -> None:
        self._inside = make(**(settings or {}))
        self._maker, self._settings = _address(make), dict(settings or {})
        self._seconds, self._first_seconds = seconds, first_seconds
        self._child: Child | None = None
        self._failures = 0
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """The name of the reader inside."""
        return self._inside.name

    @property
    def version(self) -> str:
        """The version of the reader inside."""
        return str(getattr(self._inside, "version", ""))

    @property
    def side_limit(self) -> int | None:
        """The longest side the reader inside can use; ``None`` where it does not say."""
        limit: int | None = getattr(self._inside, "side_limit", None)
        return limit

    @property
    def reads(self) -> bool:
        """Whether the reader inside can tell what text says."""
        return bool(getattr(self._inside, "reads", True))

    @property
    def child_process(self) -> int | None:
        """The child's process id; ``None`` while there is none."""
        return None if self._child is None else self._child.process_id

    def available(self) -> Availability:
        """Tell whether the reader inside can be used; no child is needed for that."""
        return self._inside.available()

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)`` in ``[0, 1]``, rounded to 8 bits.

        Raises:
            ReaderError: the reader inside failed, hung or died, or has done so too often.
        """
        pixels = np.asarray(to_pil(image))
        here = self.available()
        if not here.ok:
            raise ReaderError(f"{self.name} cannot be used: {here.reason}")
        with self._turn:
            if self._failures >= _GIVE_UP:
                raise ReaderError(
                    f"{self.name} hung or died {self._failures} times in a row and is not asked"
                    " again before it is unloaded or the program is started anew"
                )
            try:
                answer = self._ask(pixels)
            except ChildError as error:
                self._failures += 1
                self._stop()
                raise ReaderError(f"{self.name} {error}") from error
            except BaseException:
                # The child may be halfway through an answer nobody waits for any more.
                self._stop()
                raise
            self._failures = 0
        return self._regions(answer)

    def unload(self) -> None:
        """End the child and forget past failures; the next ``read`` starts a fresh child."""
        with self._turn:
            self._stop()
            self._failures = 0

    def _ask(self, pixels: np.ndarray) -> Mapping[str, object]:
        fresh = self._child is None
        if self._child is None:
            self._child = Child(self._maker, self._settings)
        return self._child.ask(pixels, self._first_seconds if fresh else self._seconds)

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None

    def _regions(self, answer: Mapping[str, object]) -> tuple[TextRegion, ...]:
        if "refusal" in answer:
            raise ReaderError(str(answer["refusal"]))
        if "error" in answer:
            raise ReaderError(f"{self.name} could not read the picture ({answer['error']})")
        try:
            found = answer["regions"]
            assert isinstance(found, list)
            return tuple(
                TextRegion(
                    np.asarray(region["quad"], np.float32),
                    str(region["text"]),
                    region["confidence"],
                    region["detection"],
                    region["likeness"],
                )
                for region in found
            )
        except Exception as error:
            raise ReaderError(f"{self.name} gave an answer that is none ({error})") from error


def _address(make: Callable[..., OcrReader]) -> str:
    """Return where a child finds ``make``, once it is certain that it does."""
    module, name = getattr(make, "__module__", ""), getattr(make, "__qualname__", "")
    found: object = None
    if module and name.isidentifier() and module != "__main__":
        found = getattr(import_module(module), name, None)
    if found is not make:
        raise InputError(
            "make",
            expected="a class or function at the top of a module that can be imported",
            got=f"{module}.{name}" if name else repr(make),
        )
    return f"{module}:{name}"
