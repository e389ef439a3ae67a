"""The loader of the tiny model as ComfyUI runs it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedloupe.seedling.variants import Variant
from seedloupe.tables import SeedTable

from ....seed_tables import MODEL, full_table
from ..conftest import Host, SeedlingFile


def test_the_loader_hands_out_a_model_the_golden_node_recognises(
    host: Host, monkeypatch: pytest.MonkeyPatch, seedling_file: SeedlingFile
) -> None:
    loader = host.ours("nodes.seedling_loader")
    load, note = loader.load_seedling, loader.remember_files
    monkeypatch.setattr(loader, "load_seedling", lambda _: load([seedling_file.path]))
    monkeypatch.setattr(
        loader, "remember_files", lambda model, _: note(model, [seedling_file.path])
    )
    model, clip, vae = loader.SeedloupeSeedlingLoader.run().args
    assert clip is not None
    assert vae is not None
    table = full_table()
    spec = replace(table.spec, model=replace(MODEL, sha256=seedling_file.sha256))
    host.add_table(SeedTable(table.seeds, table.tensors, spec), "mine")
    golden = host.node("SeedloupeGoldenSeed")
    report = golden.run(table="mine", count=3, width=64, height=48, model=model).args[2]
    assert "model.sha256" not in report


def test_every_variant_with_a_unet_is_offered_and_an_old_graph_gets_the_plain_one(
    host: Host,
) -> None:
    (part,) = host.node("SeedloupeSeedlingLoader").define_schema().inputs
    assert part.options == [variant.value for variant in Variant if variant.is_unet]
    assert part.optional
    assert part.default == "seedling"
