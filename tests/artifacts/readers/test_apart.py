from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import ApartReader, Availability, Verdict, check_text_artifacts
from seedloupe.artifacts.readers import RapidOcrReader, child
from seedloupe.errors import InputError, ReaderError
from seedloupe.images import to_pil

EXTENSION = Path(sys.modules["seedloupe"].__file__ or "").parents[1]

STUBS = '''
import ctypes, os, subprocess, sys, time
from pathlib import Path

import numpy as np

from seedloupe.artifacts import Availability, TextRegion

QUAD = np.array(((4, 6), (34.25, 6), (34, 16), (4, 16)), np.float32)


class Stub:
    """Does as it is told, once for each wish."""

    name, version, side_limit, reads = "stub", "7", 640, False

    def __init__(self, *wishes, notes="", fine=True):
        self.wishes, self.notes, self.fine = list(wishes), notes, fine

    def available(self):
        return Availability(self.fine, "here" if self.fine else "it was eaten")

    def read(self, image):
        wish = Path(self.notes).read_text() if self.notes else "fine"
        return globals()[wish](image)


def fine(image):
    bright = float(image.mean())
    return (TextRegion(QUAD, "CAFÉ", np.float32(bright), None), TextRegion(QUAD + 1, "", 0.0, 0.75))


def sleep(image):
    time.sleep(1000)


def crash(image):
    ctypes.string_at(0)


def politely(image):
    sys.exit("no more")


def chatter(image):
    print("garbage " * 20000)
    os.write(1, b"\\x00\\xff" * 200000)
    os.write(2, b"no end of it " * 20000)
    sys.stdout.flush()
    return fine(image)


def listen(image):
    assert sys.stdin.read() == ""
    return fine(image)


def fail(image):
    raise ValueError("a torn\\nletter")


def refuse(image):
    from seedloupe.errors import ReaderError
    raise ReaderError("stub cannot be used: no weights")


def number(image):
    return 7


def words(image):
    return ("CAFE",)

'''


@pytest.fixture(scope="module")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A module another process can import, and the file that tells its reader what to do."""
    folder = tmp_path_factory.mktemp("stubs")
    (folder / "apart_stubs.py").write_text(STUBS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield folder / "wish"
    sys.modules.pop("apart_stubs", None)


@pytest.fixture(scope="module")
def shared(stubs: Path) -> Iterator[ApartReader]:
    """One reader for all tests: a child takes a second or two to start."""
    import apart_stubs

    made = ApartReader(apart_stubs.Stub, settings={"notes": str(stubs)})
    yield made
    made.unload()


@pytest.fixture
def reader(shared: ApartReader, stubs: Path) -> ApartReader:
    stubs.write_text("fine")
    return shared


@pytest.fixture
def child_that(
    stubs: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ApartReader]]:
    """Make a reader whose child runs a few lines instead of the real ones, to test the parent."""
    import apart_stubs

    made: list[ApartReader] = []

    def make(source: str, **limits: float) -> ApartReader:
        monkeypatch.setattr(child, "_BEGIN", source)
        made.append(ApartReader(apart_stubs.Stub, **limits))
        return made[-1]

    yield make
    for one in made:
        one.unload()


def image() -> Tensor:
    return torch.rand(3, 20, 40, generator=torch.Generator().manual_seed(0))


def gone(process: int) -> bool:
    """Whether a process has ended, given a few seconds; one nobody waits for has not."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{process}/stat")
        # The container's first process may not collect orphans: ended is ended.
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_it_answers_as_the_reader_inside_and_keeps_its_child(
    reader: ApartReader, stubs: Path
) -> None:
    import apart_stubs

    shown = image()
    kept = shown.clone()
    first = reader.read(shown)
    process = reader.child_process
    second = reader.read(shown)
    assert reader.child_process == process
    assert process not in (None, os.getpid())
    assert torch.equal(shown, kept)
    eight_bits = torch.from_numpy(np.asarray(to_pil(shown)).copy())
    expected = apart_stubs.fine(eight_bits.permute(2, 0, 1) / 255)
    for found in (first, second):
        assert [one.text for one in found] == ["CAFÉ", ""]
        assert [one.detection for one in found] == [None, 0.75]
        assert found[0].confidence == pytest.approx(float(expected[0].confidence), abs=1e-7)
        assert found[0].quad.tolist() == expected[0].quad.tolist()


def test_it_has_the_name_and_limits_of_the_reader_inside_without_a_child(stubs: Path) -> None:
    import apart_stubs

    made = ApartReader(apart_stubs.Stub)
    told = (made.name, made.version, made.side_limit, made.reads)
    assert told == ("stub", "7", 640, False)
    assert made.available() == Availability(True, "here")
    assert made.child_process is None


def test_a_reader_that_cannot_be_used_is_not_started(stubs: Path) -> None:
    import apart_stubs

    made = ApartReader(apart_stubs.Stub, settings={"fine": False})
    with pytest.raises(ReaderError, match="stub cannot be used: it was eaten"):
        made.read(image())
    assert made.child_process is None


@pytest.mark.skipif(os.name != "posix", reason="names signals")
@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("crash", "signal SIGSEGV"),
        ("politely", "exit code 1; last it said: SystemExit: no more"),
    ],
)
def test_a_death_costs_a_message_and_the_next_read_starts_afresh(
    wish: str, why: str, reader: ApartReader, stubs: Path
) -> None:
    reader.read(image())
    process = reader.child_process
    stubs.write_text(wish)
    shown = image()
    report = check_text_artifacts(shown, torch.ones(20, 40), reader)
    assert report.verdict is Verdict.NOT_CHECKED
    assert f"stub died while reading ({why}" in report.message
    assert torch.equal(shown, image())
    assert process is not None
    assert gone(process)
    assert reader.child_process is None


HANG = """
import subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
open({place!r}, "w").write(str(grandchild.pid))
time.sleep(1000)
"""


@pytest.mark.skipif(os.name != "posix", reason="asks for processes by number")
def test_a_hang_is_ended_with_all_it_started(
    child_that: Callable[..., ApartReader], tmp_path: Path
) -> None:
    place = tmp_path / "grandchild"
    made = child_that(HANG.format(place=str(place)), first_seconds=1.5)
    begun = time.monotonic()
    with pytest.raises(ReaderError, match=r"stub took longer than 1\.5 seconds for one picture"):
        made.read(image())
    assert 1.4 < time.monotonic() - begun < 30
    assert made.child_process is None
    assert gone(int(place.read_text()))


def test_a_child_that_never_takes_the_picture_is_ended(
    child_that: Callable[..., ApartReader],
) -> None:
    made = child_that("import time; time.sleep(1000)", first_seconds=0.3)
    with pytest.raises(ReaderError, match=r"took longer than 0\.3 seconds"):
        made.read(torch.zeros(3, 600, 700))  # more than a pipe holds


def test_a_hang_inside_a_reader_is_ended(reader: ApartReader, stubs: Path) -> None:
    reader.read(image())
    stubs.write_text("sleep")
    reader._seconds = 0.3  # the first picture, which loads, had its own limit
    try:
        with pytest.raises(ReaderError, match=r"took longer than 0\.3 seconds"):
            reader.read(image())
    finally:
        reader._seconds = 60.0


def test_after_three_failures_in_a_row_it_refuses_until_unloaded(
    child_that: Callable[..., ApartReader],
) -> None:
    made = child_that("import os; os._exit(3)")
    for _ in range(2):
        for _ in range(3):
            with pytest.raises(ReaderError, match="exit code 3"):
                made.read(image())
        with pytest.raises(ReaderError, match="hung or died 3 times in a row and is not asked"):
            made.read(image())
        assert made.child_process is None
        made.unload()


@pytest.mark.parametrize(
    "answer", ["(2**25).to_bytes(4, 'little')", "b'{}'", "b'\\2\\0\\0\\0[]'", "b'\\2\\0\\0\\0??'"]
)
def test_an_answer_that_is_none_counts_as_a_death(
    answer: str, child_that: Callable[..., ApartReader]
) -> None:
    made = child_that(f"import sys; sys.stdin.buffer.read(9); sys.stdout.buffer.write({answer})")
    with pytest.raises(ReaderError, match="stub died while reading"):
        made.read(image())


@pytest.mark.parametrize(
    "answer", ["{}", '{"regions": 3}', '{"regions": [{"quad": [[1, 2]], "text": ""}]}']
)
def test_regions_that_are_none_are_refused(
    answer: str, child_that: Callable[..., ApartReader]
) -> None:
    content = len(answer).to_bytes(4, "little") + answer.encode()
    made = child_that(f"import sys; sys.stdin.buffer.read(9); sys.stdout.buffer.write({content!r})")
    with pytest.raises(ReaderError, match="stub gave an answer that is none"):
        made.read(image())


def test_whatever_an_engine_prints_or_waits_for_the_answer_comes_through(
    reader: ApartReader, stubs: Path
) -> None:
    for wish in ("chatter", "listen", "chatter"):
        stubs.write_text(wish)
        assert [one.text for one in reader.read(image())] == ["CAFÉ", ""]


def test_a_reader_that_raises_or_talks_nonsense_keeps_its_child(
    reader: ApartReader, stubs: Path
) -> None:
    reader.read(image())
    process = reader.child_process
    for wish, why in (
        ("fail", r"stub could not read the picture \(ValueError: a torn letter\)"),
        ("refuse", r"^stub cannot be used: no weights$"),
        ("number", r"it returned int, not a tuple of TextRegion"),
        ("words", r"it returned str among the regions"),
    ) * 2:
        stubs.write_text(wish)
        with pytest.raises(ReaderError, match=why):
            reader.read(image())
    assert reader.child_process == process


def test_threads_take_turns_and_get_their_own_answers(reader: ApartReader) -> None:
    found: dict[int, float] = {}

    def read(level: int) -> None:
        found[level] = reader.read(torch.full((3, 9, 7), level / 255))[0].confidence

    threads = [threading.Thread(target=read, args=(level,)) for level in (10, 60, 110, 160)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {level: round(value * 255) for level, value in found.items()} == {
        level: level for level in (10, 60, 110, 160)
    }


@pytest.mark.skipif(os.name != "posix", reason="asks for processes by number")
def test_a_forgotten_reader_leaves_no_child(stubs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import apart_stubs

    answer = '{"regions": []}'
    content = len(answer).to_bytes(4, "little") + answer.encode()
    source = f"""
import sys, time
sys.stdin.buffer.read(9); sys.stdout.buffer.write({content!r}); sys.stdout.flush()
time.sleep(1000)
"""
    monkeypatch.setattr(child, "_BEGIN", source)
    made = ApartReader(apart_stubs.Stub)
    assert made.read(image()) == ()
    process = made.child_process
    assert process is not None
    del made
    gc.collect()
    assert gone(process)


PARENT = """
import sys, threading, torch
sys.path[:0] = [{extension!r}, {folder!r}]
from seedloupe.artifacts import ApartReader
import apart_stubs
reader = ApartReader(apart_stubs.Stub, settings=dict(notes={wish!r}))
reader.read(torch.zeros(3, 20, 40))
open({wish!r}, "w").write("sleep")
threading.Thread(target=reader.read, args=(torch.zeros(3, 20, 40),), daemon=True).start()
print(reader.child_process, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="asks for processes by number")
def test_no_child_outlives_a_killed_parent_not_even_one_that_hangs(
    stubs: Path, tmp_path: Path
) -> None:
    wish = tmp_path / "wish"
    wish.write_text("fine")
    source = PARENT.format(extension=str(EXTENSION), folder=str(stubs.parent), wish=str(wish))
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        time.sleep(0.3)
        os.kill(process, 0)
        parent.kill()
    assert gone(process)


def test_what_no_other_process_could_import_is_refused() -> None:
    class Hidden:
        name = "hidden"

    with pytest.raises(InputError, match="at the top of a module that can be imported"):
        ApartReader(Hidden)


def test_the_real_engine_answers_the_same_apart(rapidocr: RapidOcrReader) -> None:
    from seedloupe.testing.pictures import word

    shown, _ = word()
    made = ApartReader(RapidOcrReader)
    try:
        apart = [region.to_json() for region in made.read(shown)]
    finally:
        made.unload()
    assert apart == [region.to_json() for region in rapidocr.read(shown)]
    assert apart
