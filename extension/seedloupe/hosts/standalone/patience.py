"""A text reader that is not waited for beyond all patience."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from typing import TYPE_CHECKING

from ...errors import ReaderError

if TYPE_CHECKING:
    from torch import Tensor

    from ...artifacts import Availability, OcrReader, TextRegion

#: An engine loads in seconds and reads in one; after so many it will not answer any more.
PATIENCE = 60.0


class PatientReader:
    """Asks another reader in a thread of its own, and gives up when no answer comes.

    A thread cannot be ended, so a reader that hangs is left alone: until it comes back, every
    further question fails at once.
    """

    def __init__(self, reader: OcrReader, *, seconds: float = PATIENCE) -> None:
        """Ask ``reader`` and wait ``seconds`` for each answer."""
        self._reader = reader
        self._seconds = seconds
        self._turn = threading.Lock()
        self._busy: threading.Thread | None = None

    @property
    def name(self) -> str:
        """What users call the reader."""
        return self._reader.name

    @property
    def version(self) -> str:
        """Its version, or empty."""
        return str(getattr(self._reader, "version", ""))

    @property
    def side_limit(self) -> int | None:
        """The longest side it can use, or None."""
        return getattr(self._reader, "side_limit", None)

    def available(self) -> Availability:
        """Tell whether reading can work here."""
        return self._reader.available()

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        """Find the text in ``image``, ``(3, H, W)``, as the reader does.

        Raises:
            ReaderError: no answer came in time, or an earlier one is still missing.
        """
        with self._turn:
            if self._busy is not None and self._busy.is_alive():
                raise ReaderError(f"{self.name} still hangs on an earlier picture")
            answer: Future[tuple[TextRegion, ...]] = Future()
            self._busy = threading.Thread(target=self._ask, args=(image, answer), daemon=True)
            self._busy.start()
            try:
                return answer.result(self._seconds)
            except OutOfTime:
                if answer.done():
                    raise
                said = f"{self.name} gave no answer in {self._seconds:g} seconds"
                raise ReaderError(said) from None

    def _ask(self, image: Tensor, answer: Future[tuple[TextRegion, ...]]) -> None:
        try:
            answer.set_result(self._reader.read(image))
        except Exception as error:  # noqa: BLE001 - readers raise what they like
            answer.set_exception(error)
        except BaseException as error:  # noqa: BLE001 - one that exits must not end the page
            answer.set_exception(ReaderError(f"{self.name} ended with {type(error).__name__}"))
