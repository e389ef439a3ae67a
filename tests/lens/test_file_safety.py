"""Lens files from anywhere: everything is checked before anything is believed."""

from __future__ import annotations

import hashlib
import json
import random
import struct
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from seedloupe.errors import LensFileError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.file import read_lens, write_lens
from seedloupe.lens.record import LensKey, LensLayer, LensRecord, LensSpec, LensWords
from seedloupe.lens.recorder import Recorder
from seedloupe.lens.rows import RowKind, RowLabel
from seedloupe.tables.codec import encode

Headers = dict[str, Any]


def record() -> LensRecord:
    numbers = torch.Generator().manual_seed(4)
    recorder = Recorder()
    rows = (RowLabel(RowKind.COND, 0), RowLabel(RowKind.UNCOND, 0, weight=0.5))
    for step in range(2):
        values = torch.randn(2, 40, 3, 5, generator=numbers)
        recorder(FeatureMap("mid-vit-out", step, 2.0 - step, values, 0, 0, 50.0, rows))
    found = recorder.finish(LensSpec("m", "euler", prompt="a red circle", seeds=("1",)))
    words = {LensKey(0, 0, 0, "mid-vit-out"): torch.randint(0, 255, (2, 3, 3, 5)).byte()}
    tokens = LensWords("mid-vit-out", 3, 5, ("a", "red", "circle"), (1, 2, 3), scale=1 / 255)
    return replace(found, spec=replace(found.spec, words=(tokens,)), words=words)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("lens") / "a.lens.safetensors"
    return write_lens(path, record()).read_bytes()


def parts(content: bytes) -> tuple[Headers, bytes]:
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def joined(header: Headers, data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def read(folder: Path, content: bytes) -> LensRecord:
    path = folder / "b.lens.safetensors"
    path.write_bytes(content)
    return read_lens(path)


def test_word_maps_and_codes_come_back_with_what_they_mean(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path, content)
    key = LensKey(0, 0, 0, "mid-vit-out")
    assert found.spec.words[0].tokens == ("a", "red", "circle")
    maps = found.word_maps(key)
    assert maps.shape == (2, 3, 3, 5)
    assert 0 <= maps.min() <= maps.max() <= 1
    feature = found.features(key)
    assert [label.kind for label in feature.labels] == [RowKind.COND, RowKind.UNCOND]
    assert (feature.sigma, feature.timestep) == (2.0, 50.0)
    assert set(load_file(tmp_path / "b.lens.safetensors")) >= {
        "codes.0.1.0.mid-vit-out",
        "leads.0.1.0.mid-vit-out",
        "axes.0.0.0.mid-vit-out",
        "words.0.0.0.mid-vit-out",
    }


def test_a_file_of_the_first_kind_with_colours_alone_is_read(tmp_path: Path) -> None:
    name, colours = "rgb.0.0.0.mid-vit-out", torch.arange(18, dtype=torch.uint8).reshape(1, 3, 2, 3)
    layer = {"name": "mid-vit-out", "height": 2, "width": 3, "channels": 8, "track": 0}
    spec = {
        "model": "Seedling",
        "sampler": "euler",
        "sigmas": [14.6],
        "layers": [{**layer, "reduction": "pca", "dtype": "float32", "explained": [0.5, 0.2, 0.1]}],
        "checksums": {name: hashlib.sha256(colours.numpy().tobytes()).hexdigest()},
    }
    path = tmp_path / "old.lens.safetensors"
    metadata = {"format": "seedloupe.lens", "version": "1", "spec": json.dumps(spec)}
    save_file({name: colours}, path, metadata)
    found = read_lens(path)
    assert torch.equal(found.rgb[LensKey(0, 0, 0, "mid-vit-out")], colours)
    assert not found.codes
    assert found.spec.projection is None


def test_what_was_written_before_is_written_to_the_same_bytes(tmp_path: Path) -> None:
    """A file of this version put together by hand, with a tensor nobody knows yet."""
    name, colours = "rgb.0.0.0.mid-vit-out", bytes(range(18))
    other = struct.pack("<2f", 0.5, -2)
    sums = {name: hashlib.sha256(colours).hexdigest(), "later": hashlib.sha256(other).hexdigest()}
    layer = LensLayer("mid-vit-out", 2, 3, 8, explained=(0.5, 0.25, 0.125))
    spec = LensSpec("m", "euler", prompt="家", layers=(layer,), checksums=sums)
    text = json.dumps(encode(spec), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    header = {
        "__metadata__": {"format": "seedloupe.lens", "spec": text, "version": "1"},
        "later": {"data_offsets": [0, 8], "dtype": "F32", "shape": [2, 1]},
        name: {"data_offsets": [8, 26], "dtype": "U8", "shape": [1, 3, 2, 3]},
    }
    coded = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    coded += b" " * (-len(coded) % 8)
    old = struct.pack("<Q", len(coded)) + coded + other + colours

    found = read(tmp_path, old)

    assert found.rgb[LensKey(0, 0, 0, "mid-vit-out")].numpy().tobytes() == colours
    assert write_lens(tmp_path / "new.lens.safetensors", found).read_bytes() == old


def change_tensor(name: str, **entries: object) -> Callable[[Headers], None]:
    return lambda header: header[name].update(entries)


def rename(name: str, other: str) -> Callable[[Headers], None]:
    def change(header: Headers) -> None:
        header[other] = header.pop(name)

    return change


CODES = "codes.0.0.0.mid-vit-out"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (rename(CODES, "../../etc/passwd"), "names that are no paths"),
        (rename(CODES, "a/b"), "names that are no paths"),
        (rename(CODES, "a\\b"), "names that are no paths"),
        (rename(CODES, "a\x00b"), "names that are no paths"),
        (rename(CODES, "x" * 300), "names that are no paths"),
        (rename(CODES, "codes.0.0.0.a..b"), "names that are no paths"),
        (rename(CODES, "codes.-1.0.0.mid-vit-out"), "<kind>.<pass>"),
        (rename(CODES, "codes.0.0.0.other-out"), "an entry for other-out in pass 0"),
        (rename(CODES, "codes.7.0.0.mid-vit-out"), "an entry for mid-vit-out in pass 7"),
        (change_tensor(CODES, dtype="F64"), r"mid-vit-out\.shape: expected 1920 bytes of F64"),
        (change_tensor(CODES, dtype="BF16"), r"float16 \(B, 32, 3, 5\)"),
        (change_tensor(CODES, dtype="Q4"), r"mid-vit-out\.dtype: expected one of BOOL"),
        (change_tensor(CODES, shape=[2, 32, 5, 3]), r"float16 \(B, 32, 3, 5\)"),
        (change_tensor(CODES, shape=[2**40, 2**40, 2**40, 1]), "expected 1920 bytes of F16"),
        (change_tensor(CODES, shape=[-2, -32, 3, 5]), "expected whole numbers from 0 on"),
        (change_tensor(CODES, shape=[True, 2, 32, 15]), "expected whole numbers"),
        (change_tensor(CODES, data_offsets=[0]), "expected begin and end"),
        (change_tensor(CODES, data_offsets=[10**12, 10**12 + 1920]), "expected bytes from"),
        (lambda header: header.pop(CODES), "expected bytes from"),
        (lambda header: header.update(extra=3), "extra: expected dtype, shape"),
        (lambda header: header["__metadata__"].update(format=3), "an object of texts"),
    ],
)
def test_a_header_that_lies_is_refused(
    change: Callable[[Headers], None], complaint: str, tmp_path: Path, content: bytes
) -> None:
    header, data = parts(content)
    change(header)
    with pytest.raises(LensFileError, match=complaint):
        read(tmp_path, joined(header, data))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"dims":32', '"dims":31', r"\(B, 31, 3, 5\)"),
        ('"dims":32', '"dims":0', "projection.dims"),
        ('"dims":32', '"dims":1e999', "finite numbers"),
        ('"kind":"orthonormal"', '"kind":"other"', "projection.kind"),
        ('"kind":"uncond"', '"kind":"maybe"', "one of cond"),
        ('"code_scale":', '"code_scale":-', "more than 0"),
        ('"tokens":["a","red","circle"]', '"tokens":["a","red"]', r"\(B, 2, 3, 5\)"),
        ('"height":3', '"height":-3', r"-3"),
        ('"rows":[{', '"rows":[{"kind":"cond"},{', "3 rows"),
    ],
)
def test_a_spec_that_contradicts_its_tensors_is_refused(
    old: str, new: str, complaint: str, tmp_path: Path, content: bytes
) -> None:
    header, data = parts(content)
    spec = header["__metadata__"]["spec"]
    assert old in spec
    header["__metadata__"]["spec"] = spec.replace(old, new)
    with pytest.raises(LensFileError, match=complaint):
        read(tmp_path, joined(header, data))


def test_an_oversized_header_reserves_nothing(tmp_path: Path, content: bytes) -> None:
    for length in (2**63, 2**40, len(content), len(content) - 7):
        tracemalloc.start()
        with pytest.raises(LensFileError, match="header: expected at most"):
            read(tmp_path, struct.pack("<Q", length) + content[8:])
        assert tracemalloc.get_traced_memory()[1] < 10**6
        tracemalloc.stop()


def test_no_header_is_written_that_would_not_be_read(tmp_path: Path) -> None:
    long = LensRecord(LensSpec("m", "euler", prompt="x" * 2**25), {})
    with pytest.raises(LensFileError, match="header of at most"):
        write_lens(tmp_path / "a.lens.safetensors", long)
    assert not list(tmp_path.iterdir())


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    text = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(LensFileError):
        read(tmp_path, struct.pack("<Q", len(text)) + text)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return the file with one thing wrong: a bit, bytes gone or added, or an entry."""
    kind = chance.randrange(5)
    if kind == 0:
        where = chance.randrange(len(content))
        return (
            content[:where]
            + bytes([content[where] ^ 1 << chance.randrange(8)])
            + content[where + 1 :]
        )
    if kind == 1:
        return content[: chance.randrange(len(content))]
    if kind == 2:
        where, count = chance.randrange(len(content)), chance.randrange(1, 64)
        return content[:where] + chance.randbytes(count) + content[where:]
    if kind == 3:
        where, count = chance.randrange(len(content)), chance.randrange(1, 64)
        return content[:where] + content[where + count :]
    header, data = parts(content)
    odd = [None, -1, 2**70, 1e300, "", "..", [], {}, [2**62], True, "\ud800"]
    name = chance.choice([key for key in header if key != "__metadata__"])
    if chance.random() < 0.5:
        header[name][chance.choice(["dtype", "shape", "data_offsets"])] = chance.choice(odd)
    else:
        spec = json.loads(header["__metadata__"]["spec"])
        spec[chance.choice(list(spec))] = chance.choice(odd)
        header["__metadata__"]["spec"] = json.dumps(spec)
    return joined(header, data)


@pytest.mark.parametrize("seed", range(10))
def test_no_mutation_does_anything_but_read_or_be_refused(
    seed: int, tmp_path: Path, content: bytes
) -> None:
    chance = random.Random(seed)
    whole = read(tmp_path, content)
    refused = 0
    for _ in range(50):
        try:
            found = read(tmp_path, mutated(content, chance))
        except LensFileError:
            refused += 1
        else:  # something that changes no tensor, such as the prompt
            for key in whole.codes:
                if key in found.codes:
                    assert torch.equal(found.codes[key], whole.codes[key])
    assert refused > 25
