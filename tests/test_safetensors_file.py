"""The one container: what is read, what is refused and why, and the bytes that are written."""

from __future__ import annotations

import copy
import io
import json
import random
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from safetensors import SafetensorError, deserialize

from seedloupe.errors import InputError, ModelError, TableError
from seedloupe.safetensors_file import (
    ITEM_SIZES,
    ContainerRules,
    SafetensorsHeader,
    TensorEntry,
    encode_header,
    read_content,
    read_header,
)

Headers = dict[str, Any]

RULES = ContainerRules(
    problem=TableError, longest_header=600, when_damaged="Get it again.", text_field="spec"
)
HEADER: Headers = {
    "__metadata__": {"format": "x", "by": "家"},
    "wide": {"dtype": "F64", "shape": [2, 1], "data_offsets": [0, 16]},
    "half": {"dtype": "F16", "shape": [3], "data_offsets": [16, 22]},
    "flag": {"dtype": "BOOL", "shape": [], "data_offsets": [22, 23]},
    "none": {"dtype": "F32", "shape": [0, 5], "data_offsets": [22, 22]},
}
TENSORS = bytes(range(23))


def joined(header: object, tensors: bytes = TENSORS) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def read(content: bytes, rules: ContainerRules = RULES) -> SafetensorsHeader:
    return read_header(io.BytesIO(content), len(content), rules)


def test_a_sound_file_is_read_in_the_order_its_tensors_lie() -> None:
    content = joined(HEADER)
    header = read(content)

    assert header.metadata == {"format": "x", "by": "家"}
    assert header.entries == (
        TensorEntry("wide", "F64", (2, 1), 0),
        TensorEntry("half", "F16", (3,), 16),
        TensorEntry("none", "F32", (0, 5), 22),
        TensorEntry("flag", "BOOL", (), 22),
    )
    stream = io.BytesIO(content)
    pieces = [read_content(stream, header, entry, RULES) for entry in header.entries]
    assert pieces == [TENSORS[:16], TENSORS[16:22], b"", TENSORS[22:]]


@pytest.mark.parametrize("nothing", [{}, {"__metadata__": None}, {"__metadata__": {}}])
def test_a_file_may_say_nothing_of_itself(nothing: Headers) -> None:
    assert read(joined(nothing, b"")) == SafetensorsHeader({}, (), 8 + len(json.dumps(nothing)))


def test_the_bytes_are_these() -> None:
    entries = [
        TensorEntry("b", "U8", (3,)),
        TensorEntry("a", "U8", (1,)),
        TensorEntry("z", "I64", (1, 2)),
        TensorEntry("half", "BF16", ()),
    ]
    placed, header = encode_header(entries, {"k": "ü", "format": "f"}, RULES)

    text = (
        '{"__metadata__":{"format":"f","k":"ü"},'
        '"a":{"data_offsets":[18,19],"dtype":"U8","shape":[1]},'
        '"b":{"data_offsets":[19,22],"dtype":"U8","shape":[3]},'
        '"half":{"data_offsets":[16,18],"dtype":"BF16","shape":[]},'
        '"z":{"data_offsets":[0,16],"dtype":"I64","shape":[1,2]}}'
    ).encode()
    text += b" " * (-len(text) % 8)
    assert [entry.name for entry in placed] == ["z", "half", "a", "b"]
    assert header == struct.pack("<Q", len(text)) + text
    assert read(header + bytes(22)).entries == placed
    assert {name for name, _ in deserialize(header + bytes(22))} == {"a", "b", "half", "z"}


@pytest.mark.parametrize("code", list(ITEM_SIZES))
def test_every_type_is_as_wide_as_the_library_says(code: str) -> None:
    size = ITEM_SIZES[code]
    header = {"a": {"dtype": code, "shape": [3], "data_offsets": [0, 3 * size]}}

    assert read(joined(header, bytes(3 * size))).entries[0].size == 3 * size
    assert deserialize(joined(header, bytes(3 * size)))[0][1]["shape"] == [3]
    with pytest.raises(SafetensorError):
        deserialize(joined(header, bytes(3 * size + 1)))


def wrong(name: str, **entries: object) -> bytes:
    return joined({**HEADER, name: {**HEADER.get(name, {}), **entries}})


def header_of(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file: expected a safetensors file, got 0 bytes. Get it again."),
        (b"1234567", "file: expected a safetensors file, got 7 bytes"),
        (struct.pack("<Q", 2**63) + b"{}", "header: expected at most 2 bytes, got 9223"),
        (struct.pack("<Q", 3) + b"{}", "header: expected at most 2 bytes, got 3"),
        (header_of(b"{}" + b" " * 600), "header: expected at most 600 bytes, got 602"),
        (header_of(b'{"\xff"}'), "header: expected UTF-8 text"),
        (header_of(b""), "header: expected JSON"),
        (header_of(b"[]"), "header: expected an object, got list"),
        (header_of(b"{} {}"), "header: expected JSON"),
        (header_of(b'{"a":1,"a":1}'), "header: expected each key once"),
        (joined({**HEADER, "__metadata__": {"a": 1}}), "__metadata__: expected an object of texts"),
        (joined({**HEADER, "": {}}), "header: expected tensors with names"),
        (joined({**HEADER, "half": 3}), "half: expected dtype, shape and data_offsets, got int"),
        (wrong("half", dtype="F4"), r"half\.dtype: expected one of BOOL, .*, got 'F4'"),
        (wrong("half", dtype=None), r"half\.dtype: expected one of"),
        (wrong("half", dtype=["F16"]), r"half\.dtype: expected one of"),
        (wrong("half", shape=None), r"half\.shape: expected a list of at most 8"),
        (wrong("half", shape=[3] + [1] * 8), r"half\.shape: expected a list of at most 8"),
        (wrong("half", shape=[-3]), r"half\.shape: expected whole numbers from 0 on"),
        (wrong("half", shape=[3.0]), r"half\.shape: expected whole numbers from 0 on"),
        (wrong("half", shape=[True, 3]), r"half\.shape: expected whole numbers from 0 on"),
        (wrong("half", shape=[2**63]), r"half\.shape: expected whole numbers from 0 on"),
        (wrong("half", shape=[2**62] * 8), r"half\.shape: expected 6 bytes of F16"),
        (wrong("half", shape=[4]), r"half\.shape: expected 6 bytes of F16, got \(4,\)"),
        (wrong("half", data_offsets=[22]), r"half\.data_offsets: expected begin and end"),
        (wrong("half", data_offsets=[22, 16]), r"half\.data_offsets: expected begin and end"),
        (wrong("half", data_offsets=[15, 21]), "half: expected bytes from 16 on, got 15"),
        (wrong("half", data_offsets=[17, 23]), "expected bytes from"),
        (wrong("more", dtype="U8", shape=[1], data_offsets=[0, 1]), "expected bytes from 1 on"),
        (joined(HEADER, TENSORS[:-1]), "file: expected 23 bytes of tensors, got 22. Get it again."),
        (joined(HEADER, TENSORS + b"1"), "file: expected 23 bytes of tensors, got 24"),
    ],
)
def test_a_wrong_file_is_refused_by_name(content: bytes, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (ContainerRules(problem=ModelError, codes=("F64", "F16")), "expected one of F64, F16"),
        (ContainerRules(problem=ModelError, least_side=1), "whole numbers from 1 on"),
        (ContainerRules(problem=ModelError, most_values=8), "at most 8 values"),
    ],
)
def test_a_format_may_allow_less(rules: ContainerRules, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read(joined(HEADER), rules)


def test_a_header_nobody_would_read_is_not_written() -> None:
    with pytest.raises(TableError, match="spec: expected a header of at most 600 bytes, got 632"):
        encode_header([], {"long": "x" * 600}, RULES)
    with pytest.raises(InputError, match="spec: expected texts UTF-8 can hold"):
        encode_header([], {"half": "\ud800"}, RULES)


def test_a_file_that_shrinks_is_noticed() -> None:
    content = joined(HEADER)
    header, stream = read(content), io.BytesIO(content[:-5])
    with pytest.raises(TableError, match=r"half: expected 6 bytes, got 2\. Get it again\."):
        read_content(stream, header, header.entries[1], RULES)
    with pytest.raises(TableError, match="file: expected 400 bytes, got 2"):
        read_header(io.BytesIO(struct.pack("<Q", 400) + b"{}"), 500, RULES)


def test_a_lying_length_reserves_nothing() -> None:
    for length in (2**63, 2**40, 10**8):
        tracemalloc.start()
        with pytest.raises(TableError):
            read(struct.pack("<Q", length) + b"{}")
        assert tracemalloc.get_traced_memory()[1] < 10**5
        tracemalloc.stop()


def spoiled(dice: random.Random) -> bytes:
    """Return the sound file with something else in one or two places."""
    odd: list[Any] = [
        None,
        -1,
        0,
        1,
        3,
        22,
        2**70,
        1e300,
        "",
        "U8",
        [],
        {},
        [0, 22],
        [22, 23],
        True,
    ]
    header: Headers = json.loads(json.dumps(HEADER))
    for _ in range(dice.randrange(3)):
        name = dice.choice([*HEADER, "more"])
        place = dice.choice(["dtype", "shape", "data_offsets", "more"])
        if isinstance(header.get(name), dict) and dice.random() < 0.8:
            header[name][place] = dice.choice(odd)
        elif dice.random() < 0.5:
            header.pop(name, None)
        else:
            header[name] = copy.copy(dice.choice([*odd, HEADER["flag"], HEADER["none"]]))
    content = bytearray(joined(header))
    change: Callable[[], object] = dice.choice(
        [
            lambda: None,
            lambda: content.__setitem__(dice.randrange(len(content)), dice.randrange(256)),
            lambda: content.__delitem__(slice(dice.randrange(len(content)), None)),
            lambda: content.extend(b"x"),
        ]
    )
    change()
    return bytes(content)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_read_the_library_reads_alike(seed: int) -> None:
    """The library is the oracle: nothing it refuses gets in, and no tensor is another."""
    dice, taken = random.Random(seed), 0
    for _ in range(1500):
        content = spoiled(dice)
        try:
            header = read(content)
        except TableError:
            continue
        taken += 1
        theirs = {name: (one["shape"], bytes(one["data"])) for name, one in deserialize(content)}
        stream = io.BytesIO(content)
        assert theirs == {
            entry.name: (list(entry.shape), read_content(stream, header, entry, RULES))
            for entry in header.entries
        }
    assert taken > 100
