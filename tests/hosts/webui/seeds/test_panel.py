"""The panel, built with a double of gradio, or with the web UI's own where that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from seedloupe.errors import ModelError
from seedloupe.hosts.webui.seeds import infotext
from seedloupe.hosts.webui.seeds.controls import OF_THE_MODEL, PanelSettings
from seedloupe.services.plain_fit import sampler_label, schedule_label
from seedloupe.tables import read_table
from seedloupe.tables.find import bundled_folder

from ..conftest import Host


@pytest.fixture
def page(gradio: Any) -> Iterator[Any]:
    with gradio.Blocks() as page:
        yield page


def test_the_controls_are_the_settings_in_order(host: Host, page: object) -> None:
    ids = [control.elem_id for control in host.script.ui(False)]
    assert ids[:5] == [
        "script_txt2img_seedloupe_enable-checkbox",
        "script_txt2img_seedloupe_table",
        "script_txt2img_seedloupe_only_random",
        "script_txt2img_seedloupe_rule",
        "script_txt2img_seedloupe_position",
    ]
    assert len(set(ids)) == len(fields(PanelSettings))


def test_the_controls_start_as_the_settings_do(host: Host, page: object) -> None:
    values = [control.value for control in host.script.ui(False)]
    assert PanelSettings.from_args(values) == PanelSettings()


def test_no_two_controls_have_one_label(host: Host, page: object) -> None:
    labels = [control.label for control in host.script.ui(False)]  # the web UI keeps values by it
    assert len(set(labels)) == len(labels)


def test_the_table_list_offers_what_is_there(host: Host, page: object) -> None:
    table = host.script.ui(False)[1]
    choices = [choice[0] if isinstance(choice, tuple) else choice for choice in table.choices]
    assert choices == [OF_THE_MODEL, "golden"]


def test_without_tables_the_panel_is_there_all_the_same(host: Host, page: object) -> None:
    next(host.folder.rglob("*.safetensors")).unlink()
    values = [control.value for control in host.script.ui(False)]
    assert PanelSettings.from_args(values) == PanelSettings()


def test_building_it_again_gives_the_same_panel(host: Host, page: object) -> None:
    first, second = host.script.ui(False), host.script.ui(False)
    assert [type(control) for control in first] == [type(control) for control in second]
    assert len(host.script.infotext_fields) == len(first)


PASTED = (
    {"rule": "golden", "position": 5},
    {"rule": "layout", "left": 5, "top": 7, "width": 30, "height": 61, "depth": "far"},
    {"rule": "diverse", "keep": 0.25, "space": "look"},
    {"rule": "clean", "flaw": "border"},
    {"rule": "golden", "ranks": "3-9"},
)


@pytest.mark.parametrize("settings", PASTED)
def test_pasted_parameters_reach_every_control(
    host: Host, page: object, settings: dict[str, Any]
) -> None:
    wanted = PanelSettings(enabled=True, table="golden", **settings)
    written: dict[str, object] = {infotext.TABLE: "golden", "Seed": "307"}
    written |= infotext.settings_written(wanted)
    if wanted.position >= 0:
        written[infotext.POSITION] = str(wanted.position)
    assert pasted_into(host, written) == wanted
    assert set(written) - {"Seed"} <= set(host.script.paste_field_names)


def pasted_into(host: Host, parameters: dict[str, object]) -> PanelSettings:
    """Paste as the web UI does: a control that gets None stays as it is."""
    controls = host.script.ui(False)
    values = {control: control.value for control in controls}
    for control, target in host.script.infotext_fields:
        value = target(parameters) if callable(target) else parameters.get(target)
        values[control] = values[control] if value is None else value
    return PanelSettings(*(values[control] for control in controls))


def test_parameters_of_earlier_versions_are_pasted_too(host: Host, page: object) -> None:
    earlier = {infotext.TABLE: "golden", infotext.RANK: "3 of 1024", "Seed": "307"}
    assert pasted_into(host, dict(earlier)) == PanelSettings(enabled=True, table="golden")


def test_parameters_of_other_pictures_close_the_panel_and_change_nothing_else(
    host: Host, page: object
) -> None:
    assert pasted_into(host, {"Seed": "307"}) == PanelSettings()


@pytest.mark.parametrize("value", ["x", "", "1e999", "nan"])
def test_parameters_that_somebody_spoilt_are_pasted_without_them(
    host: Host, page: object, value: str
) -> None:
    spoilt = {infotext.TABLE: "golden", infotext.POSITION: value, infotext.KEEP: value}
    assert pasted_into(host, dict(spoilt)).position == -1


SEEDLING_PAGE = [128, 128, "DPM++ 2M", "Uniform", 8, 4.0]


def test_the_button_adds_seedling_loads_it_and_sets_the_page_up(
    host: Host, gradio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, sd_models = host.ours("seeds.seedling_page"), host.module("sd_models")
    path = host.folder / "seedling.safetensors"
    monkeypatch.setattr(page, "add_seedling", lambda folder: path)
    title = "seedling/seedling.safetensors"
    found = {title: SimpleNamespace(filename=str(path), title=title)}
    monkeypatch.setattr(sd_models, "checkpoints_list", found)
    answer, prompt, table, *settings = page.add_seedling_to_page("")
    assert "is loaded: press Generate" in answer
    assert host.opts.sd_model_checkpoint == title
    assert f'data-checkpoint="{title}"' in answer
    assert sd_models.listed == 1
    assert [update["value"] for update in settings] == SEEDLING_PAGE
    assert table["value"] == OF_THE_MODEL
    assert "mushroom" in prompt["value"]
    assert "value" not in page.add_seedling_to_page("my own words")[1]


def test_the_button_sets_just_what_seedlings_own_table_was_made_with() -> None:
    table = read_table(bundled_folder() / "seedling" / "seedling-cpu-128x128.seedtable.safetensors")
    made = table.spec.sampling
    assert made is not None
    size = made.size or ()
    labels = (sampler_label(made), schedule_label(made))
    assert [*size, *labels, made.steps, made.guidance] == SEEDLING_PAGE


def test_the_button_says_why_seedling_could_not_be_added(
    host: Host, gradio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> Path:
        raise ModelError("seedling", expected="its files", got="<none>")

    page, sd_models = host.ours("seeds.seedling_page"), host.module("sd_models")
    monkeypatch.setattr(page, "add_seedling", refuse)
    answer, *others = page.add_seedling_to_page("")
    assert answer == "seedling: expected its files, got &lt;none&gt;."
    assert all("value" not in update for update in others)
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
