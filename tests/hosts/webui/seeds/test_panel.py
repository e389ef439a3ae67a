"""The panel, built with a double of gradio, or with the web UI's own where that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from seedloupe.errors import ModelError
from seedloupe.hosts.webui.seeds.controls import PanelSettings

from ..conftest import Host


@pytest.fixture
def page(gradio: Any) -> Iterator[Any]:
    with gradio.Blocks() as page:
        yield page


def test_the_controls_are_the_settings_in_order(host: Host, page: object) -> None:
    controls = host.script.ui(False)
    ids = [control.elem_id for control in controls]
    assert ids == [
        "script_txt2img_seedloupe_enable-checkbox",
        "script_txt2img_seedloupe_table",
        "script_txt2img_seedloupe_only_random",
    ]
    assert len(ids) == len(fields(PanelSettings))


def test_the_controls_start_as_the_settings_do(host: Host, page: object) -> None:
    values = [control.value for control in host.script.ui(False)]
    assert PanelSettings.from_args(values) == PanelSettings(table="golden")


def test_the_table_list_offers_what_is_there(host: Host, page: object) -> None:
    table = host.script.ui(False)[1]
    choices = [choice[0] if isinstance(choice, tuple) else choice for choice in table.choices]
    assert choices == ["golden"]


def test_without_tables_the_panel_is_there_all_the_same(host: Host, page: object) -> None:
    next(host.folder.rglob("*.safetensors")).unlink()
    values = [control.value for control in host.script.ui(False)]
    assert PanelSettings.from_args(values).table == ""


def test_building_it_again_gives_the_same_panel(host: Host, page: object) -> None:
    first, second = host.script.ui(False), host.script.ui(False)
    assert [type(control) for control in first] == [type(control) for control in second]
    assert len(host.script.infotext_fields) == len(first)


def test_pasted_parameters_reach_every_control(host: Host, page: object) -> None:
    controls = host.script.ui(False)
    pasted = {"Seedloupe table": "golden", "Seed": "307"}
    values = {}
    for control, target in host.script.infotext_fields:
        values[control] = target(pasted) if callable(target) else pasted[target]
    restored = PanelSettings(*(values[control] for control in controls))
    assert restored == PanelSettings(enabled=True, table="golden", only_random=True)
    assert "Seedloupe table" in host.script.paste_field_names


def test_the_button_adds_seedling_and_lists_checkpoints_anew(
    host: Host, gradio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, sd_models = host.ours("seeds.panel"), host.module("sd_models")
    monkeypatch.setattr(panel, "add_seedling", lambda folder: folder / "seedling.safetensors")
    assert "seedling.safetensors was added" in panel._add_seedling()
    assert sd_models.listed == 1


def test_the_button_says_why_seedling_could_not_be_added(
    host: Host, gradio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> Path:
        raise ModelError("seedling", expected="its files", got="<none>")

    panel, sd_models = host.ours("seeds.panel"), host.module("sd_models")
    monkeypatch.setattr(panel, "add_seedling", refuse)
    assert panel._add_seedling() == "seedling: expected its files, got &lt;none&gt;."
    assert sd_models.listed == 0


def seedling_is_offered(host: Host, gradio: Any) -> bool:
    with gradio.Blocks() as page:
        host.script.ui(False)
    ids = [getattr(block, "elem_id", None) for block in page.blocks.values()]
    return "script_txt2img_seedloupe_add_seedling" in ids


def test_seedling_is_offered_until_it_is_there(
    host: Host, gradio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.module("sd_models"), "model_path", str(host.folder))
    assert seedling_is_offered(host, gradio)
    there = host.ours("demo_model").seedling_in(host.folder)
    there.parent.mkdir()
    there.touch()
    assert not seedling_is_offered(host, gradio)


def test_forge_is_not_offered_a_model_it_cannot_load(
    host: Host, gradio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (host.folder / "modules_forge.py").touch()
    monkeypatch.syspath_prepend(host.folder)
    assert not seedling_is_offered(host, gradio)
