"""Whatever is wrong with a file, it is refused by name and costs nothing."""

from __future__ import annotations

import pickle
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedloupe.errors import TableError
from seedloupe.tables import read_table

from .files import Header, join, save, spec_of, split, with_spec

NAME = "some.seedtable.safetensors"

Mutation = Callable[[Header, bytes], bytes]


def header_with(name: str, value: object) -> Mutation:
    return lambda header, tensors: join({**header, name: value}, tensors)


def entry_with(name: str, key: str, value: object) -> Mutation:
    return lambda header, tensors: join({**header, name: {**header[name], key: value}}, tensors)


def metadata_with(key: str, value: object) -> Mutation:
    return lambda header, tensors: join(
        {**header, "__metadata__": {**header["__metadata__"], key: value}}, tensors
    )


def metadata_without(key: str) -> Mutation:
    def mutate(header: Header, tensors: bytes) -> bytes:
        del header["__metadata__"][key]
        return join(header, tensors)

    return mutate


def tensor_with(name: str, place: int, raw: bytes) -> Mutation:
    def mutate(header: Header, tensors: bytes) -> bytes:
        at = header[name]["data_offsets"][0] + place
        return join(header, tensors[:at] + raw + tensors[at + len(raw) :])

    return mutate


def with_length(length: int) -> Mutation:
    return lambda header, tensors: struct.pack("<Q", length) + join(header, tensors)[8:]


def float32(value: float) -> bytes:
    return struct.pack("<f", value)


def uint64(value: int) -> bytes:
    return struct.pack("<Q", value)


def as_float_seeds(header: Header, tensors: bytes) -> bytes:
    return entry_with("seeds", "dtype", "F64")(header, tensors)


def shuffled_offsets(header: Header, tensors: bytes) -> bytes:
    begin, end = header["score.loss"]["data_offsets"]
    return entry_with("score.loss", "data_offsets", [begin - 4, end - 4])(header, tensors)


def without_seeds(header: Header, tensors: bytes) -> bytes:
    header["renamed"] = header.pop("seeds")
    return join(header, tensors)


def spec_with(*path: str | int, value: object) -> Mutation:
    def mutate(header: Header, tensors: bytes) -> bytes:
        spec = spec_of(header)
        place: Any = spec
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        return join(with_spec(header, spec), tensors)

    return mutate


def with_column(name: str, code: str, shape: list[int], raw: bytes) -> Mutation:
    def mutate(header: Header, tensors: bytes) -> bytes:
        offsets = [len(tensors), len(tensors) + len(raw)]
        entry = {"dtype": code, "shape": shape, "data_offsets": offsets}
        return join({**header, name: entry}, tensors + raw)

    return mutate


def whole_spec(make: Callable[[str], str]) -> Mutation:
    """Replace the spec's text by one made of it."""

    def mutate(header: Header, tensors: bytes) -> bytes:
        return metadata_with("spec", make(header["__metadata__"]["spec"]))(header, tensors)

    return mutate


WRONG: list[tuple[str, Mutation, str]] = [
    ("empty file", lambda header, tensors: b"", "file: expected a safetensors file, got 0 bytes"),
    ("seven bytes", lambda header, tensors: b"1234567", "file: expected a safetensors file"),
    ("junk", lambda header, tensors: b"\xff" * 10_000_000, "header: expected at most"),
    ("text", lambda header, tensors: b"Not a table at all. " * 99, "header: expected at most"),
    ("a pickle", lambda header, tensors: pickle.dumps({"seeds": [1]}), "header: expected at most"),
    ("header of 2^63 bytes", with_length(2**63), "header: expected at most"),
    ("header beyond the end", with_length(10**6), "header: expected at most"),
    ("header cut short", with_length(20), "header: expected JSON"),
    (
        "header of 8 MiB",
        lambda header, tensors: join({**header, "x": "y" * 2**23}, tensors),
        "header: expected at most 4194304 bytes",
    ),
    ("deep header", lambda h, t: struct.pack("<Q", 200_000) + b"[" * 200_000, "header: expected"),
    ("no UTF-8", lambda h, t: struct.pack("<Q", 4) + b'"\xff\xff"', "header: expected UTF-8"),
    ("a list for a header", lambda h, t: join([1, 2], t), "header: expected an object"),
    ("one byte missing", lambda h, t: join(h, t[:-1]), "file: expected .* bytes of tensors"),
    ("half the tensors missing", lambda h, t: join(h, t[: len(t) // 2]), "file: expected"),
    ("a byte too many", lambda h, t: join(h, t + b"0"), "file: expected .* bytes of tensors"),
    ("no metadata", header_with("__metadata__", None), "__metadata__: expected an object"),
    ("metadata of numbers", header_with("__metadata__", {"format": 1}), "__metadata__: expected"),
    ("another format", metadata_with("format", "lens"), "format: expected 'seedloupe.seed_table'"),
    ("no format", metadata_without("format"), "format: expected .*, got None"),
    ("version 2", metadata_with("version", "2"), "version: expected '1', got '2'"),
    ("no version", metadata_without("version"), "version: expected '1', got None"),
    ("no spec", metadata_without("spec"), "spec: expected an entry, got nothing"),
    ("a spec that is no JSON", metadata_with("spec", "{"), "spec: expected JSON"),
    ("a spec with NaN", metadata_with("spec", '{"noise": NaN}'), "spec: expected finite numbers"),
    ("a spec with 1e999", metadata_with("spec", '{"x": 1e999}'), "spec: expected finite numbers"),
    ("a key twice", metadata_with("spec", '{"x": 1, "x": 2}'), "spec: expected each key once"),
    ("a spec that is a list", metadata_with("spec", "[]"), "spec: expected an object, got a list"),
    ("a tensor that is a number", header_with("score.loss", 3), "score.loss: expected dtype"),
    ("an unknown dtype", entry_with("seeds", "dtype", "BF16"), "seeds.dtype: expected one of"),
    ("a dtype that is a list", entry_with("seeds", "dtype", ["U64"]), "seeds.dtype: expected"),
    ("seeds as floats", as_float_seeds, r"seeds: expected uint64 \(S\), got float64"),
    ("a shape beyond the file", entry_with("seeds", "shape", [2**40]), "seeds.shape: expected"),
    ("a shape beyond 64 bits", entry_with("seeds", "shape", [2**70]), "seeds.shape: expected"),
    ("a negative shape", entry_with("seeds", "shape", [-7]), "seeds.shape: expected whole"),
    ("an empty shape", entry_with("seeds", "shape", [0]), "seeds.shape: expected whole"),
    ("a shape of floats", entry_with("seeds", "shape", [7.0]), "seeds.shape: expected whole"),
    ("nine axes", entry_with("seeds", "shape", [7] + [1] * 8), "seeds.shape: expected a list"),
    ("a shape that is no list", entry_with("seeds", "shape", 7), "seeds.shape: expected a list"),
    ("one offset", entry_with("seeds", "data_offsets", [0]), "seeds.data_offsets: expected begin"),
    ("offsets backwards", entry_with("seeds", "data_offsets", [56, 0]), "seeds.data_offsets"),
    ("tensors that overlap", shuffled_offsets, "expected bytes from"),
    ("no seeds", without_seeds, "seeds: expected a tensor, got nothing"),
    ("a seed twice", tensor_with("seeds", 8, uint64(5)), "strictly increasing seeds, got 5 before"),
    ("a seed of 2^32", tensor_with("seeds", 48, uint64(2**32)), "The same noise is seed 0"),
    (
        "an infinite score",
        tensor_with("score.loss", 4, float32(np.inf)),
        r"score.loss.*inf at \[1\]",
    ),
    ("a NaN that was counted", tensor_with("score.alignment", 0, float32(np.nan)), "score.alignm"),
    ("a negative error", tensor_with("score.alignment.se", 0, float32(-1)), "expected 0 or more"),
    (
        "seeds of 2^64 as floats",
        tensor_with("seeds", 48, struct.pack("<d", 2.0**64)),
        "seeds: expec",
    ),
    (
        "seeds below nought",
        entry_with("seeds", "dtype", "I64"),
        r"seeds: expected uint64 \(S\), got",
    ),
    (
        "a path for an id",
        spec_with("prompts", "id", value="../../etc"),
        r"spec\.prompts\.id: expec",
    ),
    (
        "a path for a metric",
        spec_with("metrics", 0, "name", value="../a"),
        r"spec\.metrics\[0\]\.na",
    ),
    (
        "a path for a tensor",
        with_column("rate./a", "F32", [7], bytes(28)),
        r"rate\./a: expected a name of up to 64 letters",
    ),
    (
        "a tensor without a name",
        with_column("", "F32", [7], bytes(28)),
        "header: expected tensors wi",
    ),
    ("a nameless number", header_with("", 3), "header: expected tensors with names"),
    ("a boolean for steps", spec_with("sampling", "steps", value=True), r"spec\.sampling\.steps: "),
    ("a text for a size", spec_with("noise", "shape", value="4,6,8"), r"spec\.noise\.shape: expec"),
    ("an unknown generator", spec_with("noise", "rng", value="mps"), r"spec\.noise\.rng: expected"),
    ("no model", spec_with("model", value=None), r"spec\.model: expected an object, got null"),
    (
        "an undescribed score",
        with_column("score.new", "F32", [7], bytes(28)),
        r"spec\.metrics: expe",
    ),
    (
        "an error alone",
        with_column("score.new.se", "F32", [7], bytes(28)),
        r"score\.new\.se: expect",
    ),
    (
        "counts alone",
        with_column("rate.new.n", "U32", [7], bytes(28)),
        r"rate\.new\.n: expected ra",
    ),
    (
        "confirming counts alone",
        with_column("score.loss.confirm_n", "U32", [7], bytes(28)),
        r"score\.loss\.confirm_n: expected score\.loss\.confirm beside it",
    ),
    (
        "confirming scores counted as none",
        with_column("score.alignment.confirm_n", "U32", [7], bytes(28)),
        r"score\.alignment\.confirm: expected NaN exactly where score\.alignment\.confirm_n is 0",
    ),
    (
        "two classes in four columns",
        spec_with("spaces", 1, "classes", value=["ball", "box"]),
        r"feature\.composition: expected 8 columns, four for each of spec\.spaces' classes, got 4",
    ),
    (
        "one class too few",
        spec_with("spaces", 0, "classes", value=["ball"]),
        r"feature\.style: expected 4 columns",
    ),
    (
        "a place off the picture",
        tensor_with("feature.composition", 0, float32(1.5)),
        "feature.comp",
    ),
    (
        "a map of three axes",
        with_column("map.new", "F32", [7, 3], bytes(84)),
        r"map\.new: expected",
    ),
    (
        "no sheet",
        spec_with("thumbnails", value=None),
        r"spec\.thumbnails: expected an entry, since",
    ),
    (
        "a spec of half a million values",
        spec_with("later", value=[0] * 500_000),
        "header: expected at most 262144 values",
    ),
    (
        "a header of half a million values",
        lambda h, t: join({**h, "x": [[]] * 500_000}, t),
        "header: expected at most 262144 values",
    ),
    ("a deep spec", whole_spec(lambda text: "[" * 100_000), "spec: expected JSON"),
    ("a huge whole number", whole_spec(lambda text: "9" * 10_000), "spec: expected JSON"),
    ("half a character", whole_spec(lambda text: '{"a": "\\ud800"}'), "spec: expected JSON"),
    (
        "a byte-order mark",
        lambda h, t: struct.pack("<Q", 5) + b"\xef\xbb\xbf{}",
        "header: expected",
    ),
    (
        "a key twice in the header",
        lambda h, t: struct.pack("<Q", 13) + b'{"a":1,"a":2}',
        "each key",
    ),
    ("a rate above one", tensor_with("rate.gray", 8, float32(1.5)), r"rate.gray: expected 0 to 1"),
]


@pytest.mark.parametrize(
    ("mutate", "message"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_wrong_file_is_refused_by_name(
    mutate: Mutation, message: str, coded: bytes, tmp_path: Path
) -> None:
    path = save(tmp_path, mutate(*split(coded)))
    with pytest.raises(TableError, match=message) as caught:
        read_table(path)
    assert str(caught.value).endswith(f"File: {path}")
    assert "\n" not in str(caught.value)
    assert caught.value.field
    assert caught.value.expected
    assert caught.value.got


def test_no_message_is_as_long_as_what_it_is_about(coded: bytes, tmp_path: Path) -> None:
    header, tensors = split(coded)
    for name in ("evidence", "x" * 10**6):
        wrong = header_with(name, {"dtype": "y" * 10**6})(header, tensors)
        with pytest.raises(TableError) as caught:
            read_table(save(tmp_path, wrong))
        assert len(str(caught.value)) < 2000


def test_every_truncation_is_refused(coded: bytes, tmp_path: Path) -> None:
    for length in [*range(0, len(coded), 97), len(coded) - 1]:
        with pytest.raises(TableError):
            read_table(save(tmp_path, coded[:length]))


def test_damage_anywhere_raises_nothing_but_ours(coded: bytes, tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    for _ in range(300):
        damaged = bytearray(coded)
        for place in dice.integers(0, len(coded), 3):
            damaged[place] = dice.integers(0, 256)
        try:
            read_table(save(tmp_path, bytes(damaged)))
        except TableError as error:
            assert error.field  # noqa: PT017 - reading may also succeed


def test_a_lying_header_allocates_nothing(coded: bytes, tmp_path: Path) -> None:
    header, tensors = split(coded)
    header["score.loss"].update(shape=[2**38], data_offsets=[0, 2**40])
    path = save(tmp_path, join(header, tensors))
    tracemalloc.start()
    try:
        with pytest.raises(TableError):
            read_table(path)
        assert tracemalloc.get_traced_memory()[1] < 2 * 10**6
    finally:
        tracemalloc.stop()


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    mark = tmp_path / "opened"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (mark,)

    with pytest.raises(TableError):
        read_table(save(tmp_path, pickle.dumps(Trap())))
    assert not mark.exists()
