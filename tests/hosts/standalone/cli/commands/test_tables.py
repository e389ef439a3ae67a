from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.tables import Evidence, HeldOutGain, SeedEffect, SeedTable, write_table
from seedloupe.tables import io as table_io

from .....seed_tables import full_table
from .conftest import Cli

SUFFIX = ".seedtable.safetensors"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sound table and a broken one under ``seed_tables``."""
    tables = tmp_path / "seed_tables" / "mine"
    tables.mkdir(parents=True)
    write_table(full_table(), tables / f"mine{SUFFIX}")
    (tables / f"torn{SUFFIX}").write_bytes(b"no table")
    monkeypatch.chdir(tmp_path)
    return tables


def test_the_list_has_sound_tables_and_the_trouble_with_others(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "list", "--json")
    found = {Path(entry["path"]).name: entry for entry in ended.json["tables"]}
    assert ended.code == 0
    assert found[f"mine{SUFFIX}"]["seeds"] == 7
    assert found[f"mine{SUFFIX}"]["effect"] == "effect"
    assert "expected" in found[f"torn{SUFFIX}"]["error"]
    assert "stand-in" in cli("tables", "list").out


def test_a_table_shows_everything_it_says(cli: Cli, folder: Path) -> None:
    path = folder / f"mine{SUFFIX}"
    ended = cli("tables", "show", path, "--json")
    (shown,) = ended.json["tables"]
    assert shown["spec"] == full_table().spec.to_json()
    assert shown["tensors"]["score.alignment"] == {"dtype": "float32", "shape": [7]}
    lines = cli("tables", "show", "mine/mine").out
    assert "verdict    effect" in lines
    assert "from 5 to 23" in lines


def test_an_unsound_table_is_a_finding(cli: Cli, folder: Path) -> None:
    sound, torn = folder / f"mine{SUFFIX}", folder / f"torn{SUFFIX}"
    assert cli("tables", "validate", sound).code == 0
    ended = cli("tables", "validate", sound, torn, "--json")
    assert ended.code == 1
    assert [entry["sound"] for entry in ended.json["tables"]] == [True, False]


def test_the_noise_of_a_sound_table_is_drawn_again(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "verify", folder / f"mine{SUFFIX}", "--json")
    assert ended.code == 0
    assert ended.json["tables"][0]["seed"] == "5"


def test_noise_that_is_not_the_tables_is_bad_input_and_all_tables_are_told(
    cli: Cli, folder: Path
) -> None:
    table = full_table()
    paths = {}
    for name, changes in {
        "other": {"fingerprint": (0.5,) * 8},
        "after": {"draws_before": 1},
        "double": {"dtype": "float64"},
        "silent": {"fingerprint": ()},
    }.items():
        noise = replace(table.spec.noise, **changes)  # type: ignore[arg-type]
        changed = SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))
        paths[name] = folder / f"{name}{SUFFIX}"
        write_table(changed, paths[name])
    ended = cli("tables", "verify", *paths.values(), folder / f"mine{SUFFIX}", "--json")
    assert ended.code == 2
    verdicts = [entry["verdict"] for entry in ended.json["tables"]]
    assert verdicts == ["differs", "differs", "cannot_say", "cannot_say", "agrees"]
    assert [entry["agrees"] for entry in ended.json["tables"]] == [False] * 4 + [True]
    lines = cli("tables", "verify", paths["double"]).out
    assert "cannot be checked; noise.dtype: expected float32" in lines


def test_counts_no_run_ever_gave_make_a_table_unsound(cli: Cli, folder: Path) -> None:
    table, path = full_table(), folder / f"many{SUFFIX}"
    for count, code in ((1000 * 10, 0), (1000 * 10 + 1, 1), (4 + 2**24, 1)):
        counts = table.counts("rate", "gray").copy()
        counts[2] = count
        tensors = {**table.tensors, "rate.gray.n": counts}
        write_table(SeedTable(table.seeds, tensors, table.spec), path)
        ended = cli("tables", "validate", path)
        assert ended.code == code
        if code:
            assert "rate.gray.n: expected at most 10000 pictures of 10 prompts" in ended.out
            assert f"got {count} for seed 11" in ended.out


def test_tables_that_cannot_be_read_leave_the_others_their_answer(cli: Cli, folder: Path) -> None:
    sound, torn = folder / f"mine{SUFFIX}", folder / f"torn{SUFFIX}"
    ended = cli("tables", "verify", torn, "nowhere", sound, "--json")
    assert ended.code == 2
    verdicts = [entry["verdict"] for entry in ended.json["tables"]]
    assert verdicts == ["unreadable", "unreadable", "agrees"]
    lines = cli("tables", "verify", torn, sound).out.splitlines()
    assert "cannot be read; expected a seed table, got a text file" in lines[0]
    assert lines[1].endswith("the noise of seed 5 agrees")


def test_a_name_too_long_for_any_file_is_bad_input(cli: Cli, folder: Path) -> None:
    for command in ("show", "validate", "verify"):
        ended = cli("tables", command, "n" * 300)
        assert ended.code == 2
        assert "should not have happened" not in ended.out + ended.err


def test_a_sheet_that_cannot_be_decoded_makes_a_table_unsound(cli: Cli, folder: Path) -> None:
    table = full_table()
    tensors = {**table.tensors, "thumbnails": np.frombuffer(b"no picture", np.uint8)}
    path = folder / f"blind{SUFFIX}"
    write_table(SeedTable(table.seeds, tensors, table.spec), path)
    ended = cli("tables", "validate", path)
    assert ended.code == 1
    assert "thumbnails: expected a WebP picture" in ended.out


def test_listing_reads_headers_only(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a tensor was read")

    monkeypatch.setattr(table_io, "_read_tensor", refuse)
    assert "stand-in" in cli("tables", "list").out


def test_tables_for_a_model_come_with_what_differs(
    cli: Cli, folder: Path, model: Path, tiny: Model
) -> None:
    table = full_table()
    shape = tiny.info.latent_shape(*tiny.native_size)
    noise = replace(table.spec.noise, shape=shape)
    spec = replace(
        table.spec, noise=noise, model=replace(table.spec.model, sha256=tiny.info.sha256)
    )
    write_table(SeedTable(table.seeds, table.tensors, spec), folder / f"tiny{SUFFIX}")
    ended = cli("tables", "list", "--for", model, "--json")
    assert ended.code == 0
    first, *others = ended.json["tables"]
    assert Path(first["path"]).name == f"tiny{SUFFIX}"
    assert first["match"]["level"] == "noise_only"
    assert Path(others[-1]["path"]).name == f"torn{SUFFIX}"
    lines = cli("tables", "list", "--for", model, "--noise", "nv").out
    assert "invalid" in lines
    assert "noise.rng: the table has cpu, in use is nv" in lines


def test_a_size_without_a_model_says_nothing(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "list", "--size", "64x64")
    assert ended.code == 2
    assert "--for M" in ended.err


def test_a_table_cannot_drive_the_terminal(cli: Cli, folder: Path) -> None:
    table = full_table()
    named = replace(table.spec.model, name="evil\x1b[2J\nname")
    path = folder / f"evil{SUFFIX}"
    write_table(SeedTable(table.seeds, table.tensors, replace(table.spec, model=named)), path)
    for ended in (cli("tables", "show", path), cli("tables", "list")):
        assert "\x1b" not in ended.out
        assert "evil [2J name" in ended.out


def test_the_bundled_published_table_says_what_is_not_stated(cli: Cli) -> None:
    ended = cli("tables", "show", "published")
    assert ended.code == 0
    assert "not stated rng, shape, draws_before, dtype: the noise is assumed" in ended.out
    assert "noise      not stated, latent not stated" in ended.out
    assert "txt2img, sampler not stated, steps not stated, guidance not stated" in ended.out
    assert "None" not in ended.out


def test_seeds_best_by_every_metric_are_shown_beside_chance(cli: Cli, folder: Path) -> None:
    table = full_table()
    gains = (
        HeldOutGain("alignment", 9.98e-08, -1.2e-7, 2e-7),
        HeldOutGain("loss", -0.01234, -0.0456, 0.0209),
    )
    evidence = Evidence("x", SeedEffect.NO_EFFECT, 1024, 256, 61, 64.0, 6.0, 0.7)
    evidence = replace(evidence, held_out_gain=gains)
    path = folder / f"shared{SUFFIX}"
    write_table(SeedTable(table.seeds, table.tensors, replace(table.spec, evidence=evidence)), path)
    lines = cli("tables", "show", path).out
    assert "shared     61 of the best 256 of each, against 64 ± 6 by chance" in lines
    assert "held out   alignment +0.000000 (+0.000000 to +0.000000)" in lines
    assert "held out   loss -0.0123 (-0.0456 to +0.0209)" in lines


def test_a_table_that_is_not_there_is_bad_input(cli: Cli, folder: Path) -> None:
    ended = cli("tables", "show", "nothing", "--json")
    assert ended.code == 2
    assert ended.json["error"]["field"] == "table"
    assert "mine/mine" in ended.err
