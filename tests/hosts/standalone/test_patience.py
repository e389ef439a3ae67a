from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import torch

from seedloupe.artifacts import TextCheck, TextRegion, Verdict
from seedloupe.errors import ReaderError
from seedloupe.hosts.standalone.patience import PatientReader

from .app_stands import Reader

PICTURE = torch.zeros(3, 32, 48)
MASK = torch.ones(32, 48)


class Doing(Reader):
    """Does something instead of reading."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        self.act()
        return ()


def test_an_answer_in_time_is_passed_on_as_it_is() -> None:
    reader = Reader((2, 8, 20, 20))
    picture = torch.linspace(0, 1, 3 * 32 * 48).reshape(3, 32, 48)
    (asked,), (direct,) = PatientReader(reader).read(picture), reader.read(picture)
    assert (asked.text, asked.quad.tolist()) == (direct.text, direct.quad.tolist())


def test_it_is_called_what_its_reader_is_called() -> None:
    patient = PatientReader(Reader())
    assert (patient.name, patient.version, patient.side_limit) == ("stand-in", "1", None)
    assert patient.available().ok


def test_a_reader_that_hangs_is_given_up_and_not_asked_again_until_it_is_back() -> None:
    wake = threading.Event()
    reader = Doing(lambda: wake.wait(30))
    patient = PatientReader(reader, seconds=0.05)
    started = time.monotonic()
    with pytest.raises(ReaderError, match=r"gave no answer in 0\.05 seconds"):
        patient.read(PICTURE)
    with pytest.raises(ReaderError, match="still hangs"):
        patient.read(PICTURE)
    assert time.monotonic() - started < 10
    wake.set()
    hung = patient._busy
    assert hung is not None
    hung.join(10)
    assert patient.read(PICTURE) == ()


def test_a_hanging_reader_is_could_not_look_with_the_reason() -> None:
    wake = threading.Event()
    patient = PatientReader(Doing(lambda: wake.wait(30)), seconds=0.05)
    report = TextCheck(MASK, patient).check(PICTURE)
    wake.set()
    assert report.verdict is Verdict.NOT_CHECKED
    assert "stand-in gave no answer" in report.message


@pytest.mark.parametrize("error", [RuntimeError("on fire"), TimeoutError("no engine"), SystemExit])
def test_whatever_a_reader_dies_of_is_could_not_look(
    error: BaseException | type[BaseException],
) -> None:
    def die() -> None:
        raise error

    report = TextCheck(MASK, PatientReader(Doing(die))).check(PICTURE)
    assert report.verdict is Verdict.NOT_CHECKED
    name = error.__name__ if isinstance(error, type) else type(error).__name__
    assert name in report.message
