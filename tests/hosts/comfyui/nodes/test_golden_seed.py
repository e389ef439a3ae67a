"""The golden node as ComfyUI runs it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from seedloupe.errors import PickError, TableError, TableMatchError
from seedloupe.noise import NoiseSource, Rng
from seedloupe.picking import pick_golden
from seedloupe.tables import SUFFIX, SeedEffect, SeedTable, write_table

from ....seed_tables import MODEL, SHA256, full_table, make_table
from ..conftest import Host

WIDTH, HEIGHT = 64, 48  # of the tables in tests/seed_tables.py


def golden(host: Host, **changed: object) -> object:
    inputs = {"table": "mine", "count": 3, "width": WIDTH, "height": HEIGHT} | changed
    return host.node("SeedloupeGoldenSeed").run(**inputs)


def loaded_model(host: Host, sha256: str | None = SHA256) -> object:
    model = host.module("comfy.model_patcher").ModelPatcher()
    if sha256 is not None:
        model.set_attachments("seedloupe_sha256", sha256)
    return model


def test_golden_seeds_are_those_of_the_core_as_whole_numbers(host: Host) -> None:
    table = full_table()
    host.add_table(table, "mine")
    seeds, first, _ = golden(host).args
    assert seeds == list(pick_golden(table, 3).seeds)
    assert first == seeds[0]


def test_the_node_shows_the_report_it_puts_out(host: Host) -> None:
    host.add_table(full_table(), "mine")
    result = golden(host)
    assert result.ui == {"seedloupe_report": [result.args[2]]}


def test_the_report_names_the_seeds_the_rule_the_chance_and_the_tables_settings(host: Host) -> None:
    table = full_table()
    host.add_table(table, "mine")
    seeds, _, report = golden(host).args
    picking = pick_golden(table, 3)
    assert ", ".join(map(str, seeds)) in report
    assert picking.rule in report
    assert str(picking.chance) in report
    assert "stand-in, euler, scheduler normal, steps 20, guidance 4.0, size 64x48" in report


def test_the_report_says_when_seeds_were_found_not_to_matter(host: Host) -> None:
    table = make_table({"alignment": [1.0, 2.0, 3.0, 4.0]}, verdict=SeedEffect.NO_EFFECT)
    host.add_table(table, "mine")
    assert "no effect" in golden(host).args[2]


def test_a_model_nobody_knows_gives_a_match_of_the_noise_only(host: Host) -> None:
    host.add_table(full_table(), "mine")
    for model in ({}, {"model": loaded_model(host, None)}):
        report = golden(host, **model).args[2]
        assert "Match: noise only" in report
        assert f"model.sha256: the table has {MODEL.name}, in use is unknown" in report


def test_a_model_loaded_from_another_file_is_said_to_differ(host: Host) -> None:
    host.add_table(full_table(), "mine")
    report = golden(host, model=loaded_model(host, "cd" * 32)).args[2]
    assert f"in use is {'cd' * 5}." in report


def test_the_tables_own_model_is_not_among_the_differences(host: Host) -> None:
    host.add_table(full_table(), "mine")
    report = golden(host, model=loaded_model(host)).args[2]
    assert "model.sha256" not in report
    assert "cannot see the sampler" in report


@pytest.mark.parametrize("changes", ["patches", "object_patches"])
def test_a_model_changed_since_it_was_loaded_is_not_taken_for_its_file(
    host: Host, changes: str
) -> None:
    host.add_table(full_table(), "mine")
    model = loaded_model(host)
    setattr(model, changes, {"a weight": "a LoRA"})
    assert "model.sha256" in golden(host, model=model).args[2]


def test_another_size_is_refused_with_both_shapes_and_the_way_out(host: Host) -> None:
    host.add_table(full_table(), "mine")
    with pytest.raises(TableMatchError) as refusal:
        golden(host, width=HEIGHT, height=WIDTH)
    message = str(refusal.value)
    assert "(4, 6, 8)" in message
    assert "(4, 8, 6)" in message
    assert "Set width and height to 64x48" in message


def test_noise_of_a_graphics_card_is_refused(host: Host) -> None:
    host.add_table(with_noise(full_table(), NoiseSource(Rng.PHILOX)), "mine")
    with pytest.raises(TableMatchError, match=r"noise\.rng.*nv.*cpu"):
        golden(host)


def test_a_model_with_other_latents_is_refused(host: Host) -> None:
    host.add_table(full_table(), "mine")
    form = SimpleNamespace(latent_channels=16)
    model = loaded_model(host)
    model.get_model_object = {"latent_format": form}.__getitem__
    with pytest.raises(TableMatchError, match=r"noise\.shape.*\(16, 6, 8\)"):
        golden(host, model=model)


def test_a_models_own_reduction_counts(host: Host) -> None:
    host.add_table(full_table(), "mine")
    model = loaded_model(host)
    form = SimpleNamespace(latent_channels=4, spacial_downscale_ratio=16)
    model.get_model_object = {"latent_format": form}.__getitem__
    assert golden(host, model=model, width=2 * WIDTH, height=2 * HEIGHT).args[0]


def test_a_table_without_a_scored_seed_is_refused(host: Host) -> None:
    host.add_table(make_table({"alignment": [np.nan, np.nan]}), "mine")
    with pytest.raises(
        PickError, match="expected a seed to pick golden ones from, got none of the 2 in mine"
    ):
        golden(host)


def test_tables_are_listed_ours_last_and_each_name_once(host: Host) -> None:
    table = full_table()
    for name, bundled in (("a", True), ("mine", False), ("seedling/b", True), ("mine", True)):
        host.add_table(table, name, bundled=bundled)
    assert table_options(host) == ["mine", "a", "seedling/b"]


def test_a_table_added_later_is_listed_without_a_restart(host: Host) -> None:
    assert table_options(host) == []
    host.add_table(full_table(), "mine")
    assert table_options(host) == ["mine"]


def test_tables_in_a_users_own_folder_are_found(host: Host) -> None:
    path = host.add_table(full_table(), "elsewhere/mine")
    host.module("folder_paths").add_model_folder_path("seed_tables", str(path.parent))
    assert "mine" in table_options(host)
    assert golden(host).args[0]


def test_a_table_written_anew_makes_the_node_run_again(host: Host) -> None:
    node = host.node("SeedloupeGoldenSeed")
    inputs = {"table": "mine", "count": 3, "width": WIDTH, "height": HEIGHT}
    host.add_table(full_table(), "mine")
    before = node.fingerprint_inputs(**inputs)
    assert node.fingerprint_inputs(**inputs) == before
    host.add_table(full_table(9), "mine")
    assert node.fingerprint_inputs(**inputs) != before


def test_a_table_that_went_away_is_named(host: Host) -> None:
    node = host.node("SeedloupeGoldenSeed")
    with pytest.raises(TableError, match="mine"):
        node.execute(table="mine", count=1, width=WIDTH, height=HEIGHT)


def table_options(host: Host) -> list[str]:
    schema = host.node("SeedloupeGoldenSeed").define_schema()
    return next(part.options for part in schema.inputs if part.id == "table")


def with_noise(table: SeedTable, source: NoiseSource) -> SeedTable:
    noise = replace(table.spec.noise, rng=source.rng, grid_threads=source.grid_threads)
    return SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))


def test_tables_in_the_users_own_folder_are_offered(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDLOUPE_TABLES", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    write_table(make_table({"a": [1.0]}), tmp_path / "own" / f"mine{SUFFIX}")
    assert host.ours("tables").table_names() == ("mine",)
