"""Files are read with suspicion and written in one piece."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from seedloupe import files as whole_files
from seedloupe.errors import TableError
from seedloupe.tables import (
    FORMAT,
    SeedTable,
    TableSpec,
    bundled_folder,
    list_tables,
    read_table,
    write_table,
)
from seedloupe.tables import header as table_header
from seedloupe.tables import io as table_io

from ..seed_tables import full_table, random_states
from .files import join, save, spec_of, split, with_spec

NAME = "some.seedtable.safetensors"


def same(first: SeedTable, second: SeedTable) -> bool:
    return (
        first.spec == second.spec
        and dict(first.metadata) == dict(second.metadata)
        and np.array_equal(first.seeds, second.seeds)
        and first.tensors.keys() == second.tensors.keys()
        and all(np.array_equal(first.tensors[name], second.tensors[name]) for name in first.tensors)
    )


def test_a_table_comes_back_as_it_was_written(table: SeedTable, tmp_path: Path) -> None:
    write_table(table, tmp_path / NAME)
    assert same(read_table(tmp_path / NAME), table)


def test_safetensors_reads_what_we_write(table: SeedTable, coded: bytes, tmp_path: Path) -> None:
    path = save(tmp_path, coded)
    tensors = load_file(path)
    assert set(tensors) == {"seeds", *table.tensors}
    for name, values in table.tensors.items():
        assert tensors[name].dtype == values.dtype
        np.testing.assert_array_equal(tensors[name], values)
    np.testing.assert_array_equal(tensors["seeds"], table.seeds)
    with safe_open(path, "np") as file:
        assert file.metadata()["format"] == FORMAT
        assert file.metadata()["version"] == "1"


def test_we_read_what_safetensors_writes(table: SeedTable, coded: bytes, tmp_path: Path) -> None:
    header, _ = split(coded)
    path = tmp_path / NAME
    tensors = {"seeds": table.seeds, **table.tensors}
    save_file(tensors, path, metadata=header["__metadata__"])
    assert same(read_table(path), table)


def test_one_table_always_gives_the_same_bytes(
    table: SeedTable, coded: bytes, tmp_path: Path
) -> None:
    write_table(read_table(save(tmp_path, coded)), tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == coded
    turned = SeedTable(table.seeds, dict(reversed(table.tensors.items())), table.spec)
    write_table(turned, tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == coded


def test_tensors_are_aligned(coded: bytes) -> None:
    header, tensors = split(coded)
    assert (len(coded) - len(tensors)) % 8 == 0
    assert header["seeds"]["data_offsets"][0] == 0
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] in ("F32", "U32"):
            assert entry["data_offsets"][0] % 4 == 0


def test_what_this_version_does_not_know_is_kept(coded: bytes, tmp_path: Path) -> None:
    header, tensors = split(coded)
    spec = spec_of(header)
    spec["noise"]["later"] = {"a": [1, "18446744073709551615"]}
    spec["metrics"][0]["unit"] = "cosine"
    header = with_spec(header, spec)
    header["__metadata__"]["comment"] = "größer"
    del header["__metadata__"]["tensors_sha256"]  # is optional, and of the tensors before
    size = len(tensors)
    header["later.kind"] = {"dtype": "I16", "shape": [1, 2], "data_offsets": [size, size + 4]}
    read = read_table(save(tmp_path, join(header, tensors + b"\x01\x00\x02\x00")))
    write_table(read, tmp_path / NAME)
    again = read_table(tmp_path / NAME)
    assert again.spec.noise.extra == {"later": {"a": [1, "18446744073709551615"]}}
    assert again.spec.metrics[0].extra == {"unit": "cosine"}
    assert again.metadata == {"comment": "größer"}
    np.testing.assert_array_equal(again.tensors["later.kind"], np.array([[1, 2]], np.int16))
    assert same(read, again)
    once = (tmp_path / NAME).read_bytes()
    write_table(again, tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == once


@pytest.mark.parametrize("name", ["seeds", "score.alignment", "rate.gray.n", "thumbnails"])
def test_one_flipped_bit_is_found_where_all_else_is_sound(
    name: str, coded: bytes, tmp_path: Path
) -> None:
    header, tensors = split(coded)
    begin, end = header[name]["data_offsets"]
    damaged = bytearray(tensors)
    damaged[end - 8 if name == "seeds" else begin] ^= 1
    with pytest.raises(TableError, match=r"^tensors_sha256: .*damaged or changed after"):
        read_table(save(tmp_path, join(header, bytes(damaged))))
    del header["__metadata__"]["tensors_sha256"]
    assert len(read_table(save(tmp_path, join(header, bytes(damaged))))) == 7, "or nobody knows"


def test_a_digest_that_grew_does_not_fill_the_message(coded: bytes, tmp_path: Path) -> None:
    header, tensors = split(coded)
    header["__metadata__"]["tensors_sha256"] += "9" * 4000
    with pytest.raises(TableError, match=r"^tensors_sha256: ") as refused:
        read_table(save(tmp_path, join(header, tensors)))
    assert len(str(refused.value)) < 500


def test_reading_and_writing_touch_no_global_generator(table: SeedTable, tmp_path: Path) -> None:
    before = random_states()
    write_table(table, tmp_path / NAME)
    read_table(tmp_path / NAME)
    assert random_states() == before


@pytest.mark.parametrize(
    ("name", "got"), [("nowhere.seedtable.safetensors", "no such file"), (".", "a folder")]
)
def test_a_file_that_is_not_there_is_named(name: str, got: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=f"file: expected a seed table, got {got}"):
        read_table(tmp_path / name)


def test_a_file_nobody_may_read_is_named(
    coded: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path, coded)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TableError, match=r"file: expected a readable file, got .*denied"):
        read_table(path)


def test_a_file_that_shrinks_while_being_read_is_refused(
    coded: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path, coded[:-20])
    claimed = os.stat_result((0, 0, 0, 0, 0, 0, len(coded), 0, 0, 0))
    monkeypatch.setattr(table_header.os, "fstat", lambda _: claimed)
    with pytest.raises(TableError, match=r"expected 168 bytes, got 148"):
        read_table(path)


@pytest.mark.parametrize("path", list_tables([bundled_folder()]), ids=lambda path: path.name)
def test_a_table_written_long_ago_is_written_to_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write_table(read_table(path), tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == path.read_bytes()


def test_another_suffix_is_refused(table: SeedTable, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"a name ending in \.seedtable\.safetensors"):
        write_table(table, tmp_path / "table.safetensors")


def test_a_folder_that_is_not_there_is_refused(table: SeedTable, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="file: expected a place to write to"):
        write_table(table, tmp_path / "nowhere" / NAME)


def test_a_tensor_safetensors_cannot_hold_is_refused(table: SeedTable, tmp_path: Path) -> None:
    tensors = {**table.tensors, "later": np.array([1j])}
    with pytest.raises(TableError, match="later: expected one of BOOL"):
        write_table(SeedTable(table.seeds, tensors, table.spec), tmp_path / NAME)


def spec_with_extra(table: SeedTable, value: object) -> TableSpec:
    return TableSpec(
        table.spec.noise,
        table.spec.model,
        table.spec.provenance,
        metrics=table.spec.metrics,
        thumbnails=table.spec.thumbnails,
        extra={"later": value},
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", "\ud800", "x" * 2**22])
def test_a_spec_json_cannot_hold_is_refused(
    value: object, table: SeedTable, tmp_path: Path
) -> None:
    wrong = SeedTable(table.seeds, table.tensors, spec_with_extra(table, value))
    with pytest.raises(TableError, match="spec: expected"):
        write_table(wrong, tmp_path / NAME)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_table_and_nothing_else(
    table: SeedTable, coded: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path, coded)

    def fill_up(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_files.os, "fsync", fill_up)
    with pytest.raises(TableError, match="No space left"):
        write_table(full_table(9), path)
    assert path.read_bytes() == coded
    assert list(tmp_path.iterdir()) == [path]


def test_others_may_read_a_new_table_as_any_new_file(table: SeedTable, tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write_table(table, tmp_path / NAME)
    assert (tmp_path / NAME).stat().st_mode == (tmp_path / "any").stat().st_mode


KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from seedloupe.tables import SeedTable, read_table, write_table

path = Path(sys.argv[1])
old = read_table(path)
new = SeedTable(
    np.arange(4000, dtype=np.uint64),
    {"score.loss": np.zeros(4000, np.float32)},
    replace(old.spec, thumbnails=None),
)

def kill_at(last):
    left = iter(range(last - 1, -1, -1))

    def before(action):
        def act(*args, **kwargs):
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return action(*args, **kwargs)
        return act

    class Stream:
        def __init__(self, stream):
            self.stream = stream
            self.write = before(stream.write)
        def __enter__(self):
            return self
        def __exit__(self, *error):
            self.stream.close()
        def __getattr__(self, name):
            return getattr(self.stream, name)

    open_file = Path.open
    Path.open = lambda self, mode: Stream(open_file(self, mode, buffering=0))
    Path.replace = before(Path.replace)
    os.fsync = before(os.fsync)

for last in range(1, 8):
    write_table(old, path)
    child = os.fork()
    if child == 0:
        kill_at(last)
        write_table(new, path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    table = read_table(path)
    content = "old" if len(table) == len(old) else "new" if len(table) == len(new) else "neither"
    print("killed" if killed else "finished", content)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to kill a writer many times")
def test_a_writer_that_is_killed_leaves_the_old_table_or_the_new_one(
    coded: bytes, tmp_path: Path
) -> None:
    """Kill it before each of three writes, a sync, the renaming, a sync; then let it finish."""
    path = save(tmp_path, coded)
    folder = Path(table_io.__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    before, after = ["killed old"] * 5, ["killed new", "finished new"]
    assert result.stdout.splitlines() == before + after


def test_json_in_the_file_is_sorted_and_strict(coded: bytes) -> None:
    header, _ = split(coded)
    text = header["__metadata__"]["spec"]
    assert text == json.dumps(
        json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
