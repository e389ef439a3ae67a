"""The battery for OCR readers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from ..artifacts import Availability, OcrReader, TextRegion
from ..geometry import Box, bounding_box
from . import pictures
from .failure import Failure
from .surroundings import changed, resident_bytes, snapshot

#: A check returns what was wrong, or nothing.
ReaderCheck = Callable[[OcrReader], str]

#: Heights and widths; the last is one beyond a reader's limit, or what stands for one.
_SIZES = ((1, 1), (3, 5), (48, 160), (161, 40))
_NO_LIMIT = 512
#: How far a quad may reach beyond the picture, as a share of its longer side and at least.
_BEYOND, _BEYOND_LEAST = 0.5, 16.0
_THREADS = 4
#: Reads in a round, and bytes a round may add; caches fill in the first ones.
_READS, _ROUNDS, _GROWTH = 12, 3, 4 * 2**20


def check_reader(reader: OcrReader) -> tuple[Failure, ...]:
    """Run all checks over a reader, best a fresh one.

    A reader that cannot be used here is only asked what it is and why. One that is told to read
    loads its engine, several times.

    Give each reader a battery of its own: loading is watched only where it was not loaded before.

    Args:
        reader: an object of the :class:`~seedloupe.artifacts.OcrReader` protocol.

    Returns:
        what failed, nothing if all is well. A check that is met by an exception has failed.
    """
    failures = []
    for name, check in READER_CHECKS.items():
        reason = _run(check, reader)
        if reason:
            failures.append(Failure(name, reason))
            if check in _FIRST:
                break  # nothing after it could be told apart
    return tuple(failures)


def _run(check: ReaderCheck, reader: OcrReader) -> str:
    try:
        if check not in _FIRST and not reader.available().ok:
            return ""
        return check(reader)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's reader raises
        return " ".join(f"{type(error).__name__}: {error}".split())


def _has_a_name(reader: OcrReader) -> str:
    name: object = getattr(reader, "name", None)
    if not isinstance(name, str) or not name.strip():
        return f"name is {name!r}, not what users could call it"
    for field, kinds in (("side_limit", int), ("version", str), ("reads", bool)):
        value = getattr(reader, field, None)
        if value is not None and not isinstance(value, kinds):
            return f"{field} is {value!r}, not of type {kinds.__name__}"
    return ""


def _says_whether_it_can(reader: OcrReader) -> str:
    answers = [reader.available() for _ in range(2)]
    if not all(isinstance(answer, Availability) for answer in answers):
        return f"available() gave {type(answers[0]).__name__}, not Availability"
    if not answers[0].reason.strip() or "\n" in answers[0].reason:
        return f"available() gave no one-line reason: {answers[0].reason!r}"
    return "" if answers[0] == answers[1] else "available() gave two answers in a row"


def _takes_any_size(reader: OcrReader) -> str:
    told = getattr(reader, "side_limit", None)
    limit = told if isinstance(told, int) else _NO_LIMIT
    for height, width in (*_SIZES, (24, limit + 1)):
        try:
            wrong = _wrong(
                reader.read(pictures.random_pixels(height, width)), reader, height, width
            )
        except Exception as error:  # noqa: BLE001 - whatever a stranger's reader raises
            wrong = f"{type(error).__name__}: {error}"
        if wrong:
            return f"of a picture of {width} x {height}: {wrong}"
    return ""


def _wrong(regions: object, reader: OcrReader, height: int, width: int) -> str:
    """Say what is wrong with an answer."""
    if not isinstance(regions, tuple):
        return f"read() gave {type(regions).__name__}, not a tuple"
    for region in regions:
        if not isinstance(region, TextRegion):
            return f"read() gave a {type(region).__name__} among the regions"
        beyond = max(_BEYOND_LEAST, _BEYOND * max(height, width))
        low, high = float(region.quad.min()), region.quad.max(axis=0)
        if low < -beyond or high[0] > width + beyond or high[1] > height + beyond:
            return f"a quad lies far outside the picture: {region.quad.tolist()}"
        if not getattr(reader, "reads", True):
            if region.text or region.confidence:
                return f"it says it does not read, and read {region.text!r}"
            if region.detection is None:
                return "it says it does not read, and gives no detection to judge by"
    return ""


def _answers_alike(reader: OcrReader) -> str:
    image, _ = pictures.word()
    first, second = (_plain(reader.read(image)) for _ in range(2))
    return "" if first == second else f"two reads of one picture: {first} and {second}"


def _leaves_the_picture(reader: OcrReader) -> str:
    image, _ = pictures.word()
    kept = image.clone()
    reader.read(image)
    return "" if torch.equal(image, kept) else "it changed the picture it was shown"


def _leaves_the_process(reader: OcrReader) -> str:
    image, _ = pictures.word()
    before = snapshot()
    reader.available()
    reader.read(image)
    found = changed(before, snapshot())
    return f"it changed {' and '.join(found)}" if found else ""


def _reads_in_threads(reader: OcrReader) -> str:
    images = [pictures.word()[0], pictures.word()[0].flip(2).contiguous()] * (_THREADS // 2)
    expected = [_plain(reader.read(image)) for image in images]
    found: list[object] = [None] * _THREADS

    def read(index: int, image: Tensor) -> None:
        try:
            found[index] = _plain(reader.read(image))
        except Exception as error:  # noqa: BLE001 - whatever a stranger's reader raises
            found[index] = f"{type(error).__name__}: {error}"

    threads = [threading.Thread(target=read, args=pair) for pair in enumerate(images)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other = [pair for pair in zip(expected, found, strict=True) if pair[0] != pair[1]]
    return f"alone it gave {other[0][0]}, among threads {other[0][1]}" if other else ""


def _reads_again_after_unloading(reader: OcrReader) -> str:
    if not hasattr(reader, "unload"):
        return ""
    image, _ = pictures.word()
    before = _plain(reader.read(image))
    reader.unload()
    reader.unload()
    after = _plain(reader.read(image))
    return "" if before == after else f"before unload() it gave {before}, after {after}"


def _finds_a_word(reader: OcrReader) -> str:
    image, box = pictures.word()
    regions = reader.read(image)
    on = [region for region in regions if _share(region, box) >= 0.5]
    if not on:
        return f"it did not find a big {pictures.WORD!r}, only {_plain(regions)}"
    if getattr(reader, "reads", True) and not any(region.text.strip() for region in on):
        return f"it found a big {pictures.WORD!r} and read nothing there, but does not say so"
    return ""


def _share(region: TextRegion, box: Box) -> float:
    """Share of the smaller of region and box under the other, by their upright boxes."""
    found = bounding_box(region.quad)
    smaller = min(found.area, box.area)
    return float(found.intersection(box).area / max(smaller, 1e-6))


def _finds_nothing_on_gray(reader: OcrReader) -> str:
    found = reader.read(pictures.gray(96, 160))
    return f"on a flat picture it found {_plain(found)}" if found else ""


def _keeps_its_size(reader: OcrReader) -> str:
    image, _ = pictures.word()
    before = resident_bytes()
    for _ in range(_ROUNDS):
        for _ in range(_READS):
            reader.read(image)
        after = resident_bytes()
        if before is None or after is None or after - before <= _GROWTH:
            return ""
        added, before = after - before, after
    return f"{_READS} reads of one picture still added {added / 2**20:.0f} MiB of memory"


def _plain(regions: Sequence[TextRegion]) -> list[object]:
    """Regions as values that can be compared; what no float can hold apart is taken for equal."""
    return [
        (
            np.round(region.quad.astype(np.float64), 2).tolist(),
            region.text,
            round(region.confidence, 4),
            None if region.detection is None else round(region.detection, 4),
        )
        for region in regions
    ]


_FIRST = (_has_a_name, _says_whether_it_can)

#: Every check by its name, in the order they are run: the first two need no engine, the third
#: watches it being loaded, and what the last one breaks stays broken.
READER_CHECKS: Mapping[str, ReaderCheck] = MappingProxyType(
    {
        "has a name": _has_a_name,
        "says whether it can be used": _says_whether_it_can,
        "leaves the process alone": _leaves_the_process,
        "takes pictures of any size": _takes_any_size,
        "gives the same answer twice": _answers_alike,
        "leaves the picture alone": _leaves_the_picture,
        "reads in several threads": _reads_in_threads,
        "finds a big word": _finds_a_word,
        "finds nothing on a flat picture": _finds_nothing_on_gray,
        "keeps its size": _keeps_its_size,
        "reads again after unloading": _reads_again_after_unloading,
    }
)
