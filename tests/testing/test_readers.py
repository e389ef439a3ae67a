"""Each fault planted in a reader is caught, by the check that is about it and no other."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import Availability, TextRegion, builtin_readers
from seedloupe.testing import READER_CHECKS, check_reader
from seedloupe.testing.pictures import gray, random_pixels, word
from seedloupe.testing.surroundings import changed, resident_bytes, snapshot


class Sound:
    """Takes what is darker than the mean for a word, if anything is; says what it is told to."""

    name: object = "sound"
    side_limit = 400
    says = "HARBOUR"

    def available(self) -> Availability:
        return Availability(True, "here")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        dark = image.mean(0) < image.mean() - 0.05
        if not dark.any():
            return ()
        rows, columns = torch.nonzero(dark, as_tuple=True)
        left, right = float(columns.min()), float(columns.max()) + 1
        top, bottom = float(rows.min()), float(rows.max()) + 1
        quad = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
        return (TextRegion(quad, self.says, 0.9 if self.says else 0.0, 0.9),)

    def unload(self) -> None:
        pass


class Nameless(Sound):
    name = " "


class Numbered(Sound):
    side_limit = "large"  # type: ignore[assignment]


class Evasive(Sound):
    def available(self) -> Availability:
        return True  # type: ignore[return-value]


class Silent(Sound):
    def available(self) -> Availability:
        return Availability(False, "")


class Rude(Sound):
    def available(self) -> Availability:
        raise OSError("disk fell off")


class Choosy(Sound):
    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        if min(image.shape[1:]) < 8:
            raise ValueError("too small")
        return super().read(image)


class Lister(Sound):
    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        return list(super().read(image))  # type: ignore[return-value]


class Unbound(Sound):
    """Forgets to scale back what it found in a smaller copy, but only of large pictures."""

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        found = super().read(image)
        if max(image.shape[1:]) <= 400:
            return found
        return tuple(TextRegion(one.quad * 4, one.text, 0.9, 0.9) for one in found)


class Pretender(Sound):
    reads = False


class Moody(Sound):
    calls = 0

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        self.calls += 1
        return tuple(
            TextRegion(one.quad, one.text, 0.5 + 0.001 * self.calls, 0.9)
            for one in super().read(image)
        )


class Scribbler(Sound):
    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        found = super().read(image)
        image[0, 0, 0] *= 0.999
        return found


class Mixed(Sound):
    """Keeps the picture at hand in itself, where other threads find it."""

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        self.image = image
        time.sleep(0.02)
        return super().read(self.image)


class Once(Sound):
    engine: object = True

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        if self.engine is None:
            raise TypeError("'NoneType' object is not callable")
        return super().read(image)

    def unload(self) -> None:
        self.engine = None


class Forgetful(Sound):
    fresh = True

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        found = super().read(image)
        return found if self.fresh else tuple(TextRegion(f.quad, "H", 0.2, 0.9) for f in found)

    def unload(self) -> None:
        self.fresh = False


class Blind(Sound):
    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        return ()


class Illiterate(Sound):
    says = ""


class Seer(Sound):
    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        quad = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
        return super().read(image) or (TextRegion(quad, "I", 0.5),)


class Hoarder(Sound):
    def __init__(self) -> None:
        self.kept: list[np.ndarray] = []

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        self.kept.append(np.ones(2**17))  # a megabyte, written to
        return super().read(image)


PLANTED: list[tuple[Callable[[], object], str, str]] = [
    (Nameless, "has a name", "not what users could call it"),
    (Numbered, "has a name", "side_limit is 'large', not of type int"),
    (Evasive, "says whether it can be used", "gave bool, not Availability"),
    (Silent, "says whether it can be used", "no one-line reason"),
    (Rude, "says whether it can be used", "OSError: disk fell off"),
    (Choosy, "takes pictures of any size", "of a picture of 1 x 1: ValueError: too small"),
    (Lister, "takes pictures of any size", "read() gave list, not a tuple"),
    (Unbound, "takes pictures of any size", "a quad lies far outside the picture"),
    (Pretender, "takes pictures of any size", "it says it does not read, and read 'HARBOUR'"),
    (Scribbler, "leaves the picture alone", "it changed the picture"),
    (Mixed, "reads in several threads", "among threads"),
    (Once, "reads again after unloading", "NoneType"),
    (Forgetful, "reads again after unloading", "before unload() it gave"),
    (Blind, "finds a big word", "did not find a big 'HARBOUR'"),
    (Illiterate, "finds a big word", "read nothing there, but does not say so"),
    (Seer, "finds nothing on a flat picture", "on a flat picture it found"),
    (Hoarder, "keeps its size", "MiB of memory"),
]


def test_a_sound_reader_passes_and_so_does_one_that_says_it_cannot_read() -> None:
    class Honest(Sound):
        reads, says = False, ""

    assert check_reader(Sound()) == ()
    assert check_reader(Honest()) == ()


@pytest.mark.parametrize(
    ("make", "check", "reason"), PLANTED, ids=[make.__name__ for make, _, _ in PLANTED]
)
def test_a_planted_fault_is_caught_by_its_own_check(
    make: Callable[[], object], check: str, reason: str
) -> None:
    if check == "keeps its size" and resident_bytes() is None:
        pytest.skip("this system does not say how much memory a process has")
    (failure,) = check_reader(make())
    assert failure.check == check
    assert reason in failure.reason
    assert str(failure) == f"{check}: {failure.reason}"


def test_answers_that_change_from_read_to_read_are_caught() -> None:
    found = {failure.check for failure in check_reader(Moody())}
    assert "gives the same answer twice" in found
    assert found <= {
        "gives the same answer twice",
        "reads in several threads",
        "reads again after unloading",
    }


MEDDLING: dict[str, Callable[[], object]] = {
    "the working directory": lambda: os.chdir(Path.cwd().parent),
    "environment variables": lambda: os.environ.update(SEEDLOUPE_TEST_MEDDLING="1"),
    "the root logger's level": lambda: logging.getLogger().setLevel(7),
    "the root logger's handlers": lambda: logging.getLogger().addHandler(logging.NullHandler()),
    "torch's number of threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "torch's default dtype": lambda: torch.set_default_dtype(torch.float64),
    "whether torch records gradients": lambda: torch.set_grad_enabled(False),
    "torch's random state": lambda: torch.rand(1),
    "NumPy's random state": lambda: np.random.random(),
    "Python's random state": random.random,
}


@pytest.fixture
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SEEDLOUPE_TEST_MEDDLING", raising=False)
    root, folder = logging.getLogger(), Path.cwd()
    level, handlers, threads = root.level, list(root.handlers), torch.get_num_threads()
    yield
    os.chdir(folder)
    os.environ.pop("SEEDLOUPE_TEST_MEDDLING", None)
    root.setLevel(level)
    root.handlers[:] = handlers
    torch.set_num_threads(threads)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


@pytest.mark.usefixtures("put_back")
@pytest.mark.parametrize("what", MEDDLING)
def test_meddling_with_the_process_is_caught_and_named(what: str) -> None:
    class Meddler(Sound):
        def read(self, image: Tensor) -> tuple[TextRegion, ...]:
            found = super().read(image)
            MEDDLING[what]()
            return found

    reason = READER_CHECKS["leaves the process alone"](Meddler())
    assert reason == f"it changed {what}"


def test_everything_that_is_watched_was_meddled_with() -> None:
    before = snapshot()
    assert set(before) == set(MEDDLING)
    assert changed(before, snapshot()) == []


def test_one_that_cannot_be_used_is_asked_nothing_more() -> None:
    class Absent(Sound):
        def available(self) -> Availability:
            return Availability(False, "not installed")

        def read(self, image: Tensor) -> tuple[TextRegion, ...]:
            raise AssertionError("it was asked to read")

    assert check_reader(Absent()) == ()


def test_the_pictures_are_what_they_are_for() -> None:
    image, box = word()
    assert image.shape == (3, 108, 360)
    assert box.width > 100
    assert box.height > 25
    outside = image.clone()
    x0, y0, x1, y1 = (int(side) for side in box)
    outside[:, y0 - 4 : y1 + 4, x0 - 4 : x1 + 4] = 0.92
    assert float(outside.min()) > 0.8
    assert float(image.min()) < 0.2
    assert gray(3, 5).unique().tolist() == [0.5]
    assert torch.equal(random_pixels(4, 6), random_pixels(4, 6))


@pytest.mark.parametrize("check", READER_CHECKS)
@pytest.mark.parametrize("name", builtin_readers().names())
def test_every_reader_that_comes_along_passes(
    name: str, check: str, request: pytest.FixtureRequest
) -> None:
    reader = request.getfixturevalue("readers").get(name)
    if not reader.available().ok and check not in list(READER_CHECKS)[:2]:
        pytest.skip(f"{name} cannot be used here")
    assert READER_CHECKS[check](reader) == ""


@pytest.fixture(scope="module")
def readers() -> Iterator[object]:
    registry = builtin_readers()
    yield registry
    for name in registry:
        getattr(registry.get(name), "unload", lambda: None)()
