"""Lens files: whole or refused."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from seedloupe.lens.file import LensFileError, read_lens, write_lens
from seedloupe.lens.record import LensKey, LensLayer, LensRecord, LensSpec

SPEC = LensSpec(
    model="Seedling",
    sampler="euler",
    prompt="a red circle, σ",
    tokens=("a", "red", "circle"),
    sigmas=(14.6, 3.25, 0.0),
    seeds=("18446744073709551615",),
    rows="conditional",
    layers=(LensLayer("mid-vit-out", 2, 3, 8, explained=(0.5, 0.25, 0.125)),),
    truth={"silent": []},
)


def record() -> LensRecord:
    generator = torch.Generator().manual_seed(2)
    rgb = {
        LensKey(0, step, call, "mid-vit-out"): torch.randint(
            0, 256, (1, 3, 2, 3), generator=generator, dtype=torch.uint8
        )
        for step in (2, 0, 10)
        for call in (0, 1)
    }
    return LensRecord(SPEC, rgb)


def header(path: Path) -> tuple[dict[str, object], int]:
    (length,) = struct.unpack("<Q", path.read_bytes()[:8])
    return json.loads(path.read_bytes()[8 : 8 + length]), 8 + length


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_lens(tmp_path / "run.lens.safetensors", record())


def test_what_was_written_is_read(written: Path) -> None:
    before, after = record(), read_lens(written)
    assert replace(after.spec, checksums={}) == before.spec
    assert list(after.rgb) == sorted(before.rgb)
    assert all(torch.equal(after.rgb[key], codes) for key, codes in before.rgb.items())
    assert not after.other


def test_the_file_is_plain_safetensors(written: Path) -> None:
    tensors = load_file(written)
    assert set(tensors) == {
        f"rgb.0.{step}.{call}.mid-vit-out" for step in (0, 2, 10) for call in (0, 1)
    }
    metadata = header(written)[0]["__metadata__"]
    assert isinstance(metadata, dict)
    assert (metadata["format"], metadata["version"]) == ("seedloupe.lens", "1")
    spec = json.loads(metadata["spec"])
    assert spec["layers"][0]["height"] == 2
    assert spec["seeds"] == ["18446744073709551615"]
    assert set(spec["checksums"]) == set(tensors)


def test_the_same_record_gives_the_same_bytes(tmp_path: Path, written: Path) -> None:
    shuffled = replace(record(), rgb=dict(reversed(record().rgb.items())))
    again = write_lens(tmp_path / "again.lens.safetensors", shuffled)
    assert again.read_bytes() == written.read_bytes()
    copied = write_lens(tmp_path / "copy.lens.safetensors", read_lens(written))
    assert copied.read_bytes() == written.read_bytes()


def test_what_later_versions_add_is_kept(tmp_path: Path, written: Path) -> None:
    old = read_lens(written)
    layer = replace(old.spec.layers[0], extra={"later": 1})
    spec = replace(old.spec, layers=(layer,), extra={"words_from": ["a", 2, None]})
    other = {"later.0.0.0.mid-vit-out": torch.rand(2, 3).half(), "note": torch.tensor(1.5)}
    path = write_lens(tmp_path / "later.lens.safetensors", LensRecord(spec, old.rgb, other))
    new = read_lens(path)
    assert new.spec.extra == {"words_from": ["a", 2, None]}
    assert new.spec.layers[0].extra == {"later": 1}
    assert set(new.other) == set(other)
    assert all(torch.equal(new.other[name], tensor) for name, tensor in other.items())


@pytest.mark.parametrize("left", [0, 4, 8, 100, -1, -7])
def test_a_file_cut_short_is_refused(left: int, written: Path) -> None:
    written.write_bytes(written.read_bytes()[:left])
    with pytest.raises(LensFileError, match=r"run\.lens\.safetensors.*cut short"):
        read_lens(written)


def test_a_flipped_bit_is_noticed(written: Path) -> None:
    content = bytearray(written.read_bytes())
    content[-1] ^= 1
    written.write_bytes(content)
    with pytest.raises(LensFileError, match="checksum"):
        read_lens(written)


def test_a_header_longer_than_the_file_is_refused(written: Path) -> None:
    written.write_bytes(struct.pack("<Q", 2**62) + written.read_bytes()[8:])
    with pytest.raises(LensFileError, match=r"header: expected at most .*cut short"):
        read_lens(written)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LensFileError, match="No such file"):
        read_lens(tmp_path / "none.lens.safetensors")
    with pytest.raises(LensFileError, match=r"directory|denied"):
        read_lens(tmp_path)


def remade(path: Path, change: Callable[[dict[str, str]], None]) -> Path:
    metadata = dict(header(path)[0]["__metadata__"])  # type: ignore[call-overload]
    change(metadata)
    save_file(load_file(path), path, metadata)
    return path


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda m: m.update(format="seedloupe.seed_table"), "format: expected 'seedloupe.lens'"),
        (lambda m: m.update(version="2"), "version: expected '1', got '2'.*newer"),
        (lambda m: m.pop("spec"), "spec: expected an entry"),
        (lambda m: m.update(spec="{"), "expected JSON"),
        (lambda m: m.update(spec='{"model": 3, "sampler": "x"}'), "model: expected a text"),
        (lambda m: m.update(spec='{"sampler": "x"}'), "model: expected an entry"),
        (lambda m: m.update(spec='{"model": "m", "sampler": "x"}'), r"spec\.layers: .*mid-vit-out"),
        (
            lambda m: m.update(
                spec=m["spec"].replace('"checksums":{', '"checksums":{"a":"b"},"c":{')
            ),
            "checksum",
        ),
        (lambda m: m.update(spec=m["spec"].replace('"height":2', '"height":3')), r"\(B, 3, 3, 3\)"),
    ],
)
def test_a_file_that_says_something_else_is_refused(
    change: Callable[[dict[str, str]], None], complaint: str, written: Path
) -> None:
    with pytest.raises(LensFileError, match=complaint):
        read_lens(remade(written, change))


def test_a_plain_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.lens.safetensors"
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(LensFileError, match="format"):
        read_lens(path)


def test_a_record_that_contradicts_itself_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "run.lens.safetensors"
    (key, codes), *_ = record().rgb.items()
    wrong = [
        {key: codes.float()},
        {key: codes.mT},
        {key: codes[0]},
        {replace(key, layer="unet-out"): codes},
        {replace(key, track=1): codes},
        {replace(key, step=-1): codes},
        {replace(key, layer="../../etc"): codes},
    ]
    for rgb in wrong:
        with pytest.raises(LensFileError):
            write_lens(path, LensRecord(SPEC, rgb))
    with pytest.raises(LensFileError, match="spec"):
        write_lens(path, LensRecord(replace(SPEC, sigmas=(float("nan"),)), {}))
    with pytest.raises(LensFileError, match=r"lens\.safetensors"):
        write_lens(tmp_path / "run.safetensors", record())
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(LensFileError, match="No space left"):
        write_lens(written, LensRecord(SPEC, {}))
    assert written.read_bytes() == before
    assert [path.name for path in written.parent.iterdir()] == [written.name]
    with pytest.raises(LensFileError, match="a place to write to"):
        write_lens(written.parent / "missing" / written.name, record())
