"""The panel among the page's own controls: the card, the buttons, and what the tab hands over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from seedloupe.hosts.webui.seeds.controls import GO_ON, OF_THE_MODEL, PanelSettings
from seedloupe.noise import Rng
from seedloupe.tables import Evidence, NoiseSpec, SeedEffect

from ..conftest import GUIDANCE, HEIGHT, SHAPE, STEPS, WIDTH, Host, golden_table

OWN = (("width", WIDTH), ("height", HEIGHT), ("steps", STEPS), ("cfg_scale", GUIDANCE))
FITS = (WIDTH, HEIGHT, "Euler", "Uniform", STEPS, GUIDANCE)


@pytest.fixture
def page(gradio: Any) -> Iterator[Any]:
    with gradio.Blocks() as page:
        yield page


def offer_own(host: Host, gradio: Any) -> dict[str, Any]:
    """The page's own controls, handed to the script one by one."""
    made: dict[str, Any] = {name: gradio.Number(value) for name, value in OWN}
    made |= {"sampling": gradio.Dropdown(value="Euler"), "scheduler": gradio.Dropdown()}
    made |= {"prompt": gradio.Textbox("")}
    for name, control in made.items():
        host.script.after_component(control, elem_id=f"txt2img_{name}", label=name)
    made["generation_info"] = gradio.Textbox("")
    host.script.after_component(made["generation_info"], elem_id="generation_info_txt2img")
    return made


def card(host: Host, page: tuple[Any, ...] = FITS, **settings: Any) -> str:
    module = host.ours("seeds.card")
    panel = PanelSettings(**{"enabled": True, **settings})
    values = [getattr(panel, name) for name in module.CARD_INPUTS]
    return str(module.card_html([*values, *page], is_img2img=False))


def test_whichever_comes_first_the_panel_is_joined_once(
    host: Host, gradio: Any, page: object
) -> None:
    first = host.script.ui(False)
    own = offer_own(host, gradio)
    assert all(len(own[name].changed) == 1 for name, _ in OWN)
    host.script.ui(False)  # for the API, which has no page
    assert all(len(own[name].changed) == 1 for name, _ in OWN)
    assert len(first[1].changed) == 1


def test_controls_that_come_before_the_panel_are_joined_too(
    host: Host, gradio: Any, page: object
) -> None:
    own = offer_own(host, gradio)
    assert own["width"].changed == []
    host.script.ui(False)
    assert len(own["width"].changed) == 1


def test_another_tabs_controls_are_none_of_ours(host: Host, gradio: Any, page: object) -> None:
    control = gradio.Number(5)
    host.script.after_component(control, elem_id="img2img_width")
    host.script.after_component(gradio.Number(5))
    host.script.ui(False)
    offer_own(host, gradio)
    assert control.changed == []


def test_the_card_says_verdict_fit_and_what_comes_next(host: Host) -> None:
    said = card(host)
    assert "The choice of seed matters" in said
    assert "32 seeds of stand-in" in said
    assert "The table was made with this checkpoint and settings." in said
    assert "position 0 of a pool of 8 seeds" in said
    for seed in host.turns(0, 8):
        assert f"{seed}" in said


def test_the_card_goes_on_as_the_jobs_do(host: Host) -> None:
    host.run(host.job({"enabled": True}, batch_size=3))
    assert "position 3 of a pool" in card(host)
    assert "position 5 of a pool" in card(host, position=5)


def test_the_card_says_no_effect_before_anything_is_drawn(host: Host) -> None:
    table = golden_table()
    nothing = Evidence("planted", SeedEffect.NO_EFFECT)
    host.add_table("golden", replace(table, spec=replace(table.spec, evidence=nothing)))
    said = card(host)
    assert "No effect: by the table&#x27;s own test" in said
    assert "For choosing good seeds the table is void." in said


def test_the_card_says_first_that_seeds_draw_nearly_alike(host: Host) -> None:
    table = golden_table()
    alike = Evidence("planted", SeedEffect.EFFECT, prompt_share={"look": 0.99})
    host.add_table("golden", replace(table, spec=replace(table.spec, evidence=alike)))
    said = card(host)
    assert "Different seeds give near-identical pictures with this model" in said
    assert said.index("near-identical") < said.index("The choice of seed matters")


def test_the_card_says_another_size_with_what_to_press(host: Host) -> None:
    page = (512, 512, *FITS[2:])
    said = card(host, page)
    assert "Made for 64x48, you draw 512x512." in said
    assert "Use the table&#x27;s settings" in said
    assert "the layout is carried over" in card(host, page, carry=True)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"table": "nowhere"}, "one of golden"),
        ({"rule": "clean"}, "tag"),
        ({"ranks": "best"}, "1-16"),
        ({"rule": "chosen"}, "at least one seed"),
        ({"rule": "chosen", "seeds": "<b>"}, "&lt;b&gt;"),
    ],
)
def test_what_cannot_be_answered_stands_in_the_card(
    host: Host, settings: dict[str, Any], word: str
) -> None:
    assert word in card(host, **settings)


@pytest.mark.parametrize("width", [None, "", "wide"])
def test_a_number_being_typed_costs_no_card(host: Host, width: object) -> None:
    assert "seedloupe-card" in card(host, (width, *FITS[1:]))


def test_another_checkpoint_that_is_chosen_and_not_loaded_has_no_table(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = SimpleNamespace(sd_model=None)
    monkeypatch.setattr(host.module("sd_models"), "model_data", nothing)
    assert "made with this checkpoint" in card(host)
    host.opts.sd_model_checkpoint = "gone"
    assert "hash is not known" in card(host)


def test_the_button_sets_size_sampler_schedule_steps_guidance_and_noise(host: Host) -> None:
    host.opts.randn_source = "NV"
    module = host.ours("seeds.card")
    panel = PanelSettings(enabled=True)
    values = [getattr(panel, name) for name in module.CARD_INPUTS]
    page = (512, 512, "DPM++ 2M", "Automatic", 20, 7.0)
    said, *updates = module.set_page_to_table([*values, *page], is_img2img=False)
    assert [update["value"] for update in updates] == list(FITS)
    assert "made with this checkpoint" in said
    assert host.opts.randn_source == "CPU"
    assert host.opts.__dict__["saved"] == "/nowhere/config.json"


def test_the_button_leaves_the_noise_alone_where_it_is_the_tables(host: Host) -> None:
    module = host.ours("seeds.card")
    values = [getattr(PanelSettings(), name) for name in module.CARD_INPUTS]
    module.set_page_to_table([*values, *FITS], is_img2img=False)
    assert host.opts.randn_source == "GPU"  # which is the CPU here


def test_noise_of_a_card_with_its_own_grid_is_no_setting(host: Host) -> None:
    table = golden_table()
    noise = NoiseSpec(Rng.PHILOX, 64, "float32", SHAPE, 0, ())
    host.add_table("golden", replace(table, spec=replace(table.spec, noise=noise)))
    module = host.ours("seeds.card")
    values = [getattr(PanelSettings(), name) for name in module.CARD_INPUTS]
    module.set_page_to_table([*values, *FITS], is_img2img=False)
    assert host.opts.randn_source == "GPU"


def test_after_a_job_a_position_that_was_set_goes_on(host: Host, gradio: Any, page: object) -> None:
    controls = host.script.ui(False)
    own = offer_own(host, gradio)
    (gone_on,) = own["generation_info"].changed
    module = host.ours("seeds.card")
    values = [getattr(PanelSettings(position=9), name) for name in module.CARD_INPUTS]
    position, said = gone_on(*values, *FITS)
    assert position["value"] == GO_ON
    assert "position 0 of" in said
    assert controls


def taking(host: Host, gradio: Any) -> Callable[[str], list[Any]]:
    with gradio.Blocks() as page:
        host.script.ui(False)
        offer_own(host, gradio)
    ids = {getattr(block, "elem_id", None): block for block in page.blocks.values()}
    taken: Callable[[str], list[Any]] = ids["script_txt2img_seedloupe_take"].clicked
    return taken


def test_seeds_chosen_in_the_tab_come_to_the_panel(host: Host, gradio: Any) -> None:
    take = taking(host, gradio)
    updates = take(json.dumps({"table": "golden", "seeds": ["301", "305"]}))
    assert [update["value"] for update in updates] == [True, "golden", "chosen", "301, 305", GO_ON]
    assert all("value" not in update for update in take("nonsense"))


def test_chosen_seeds_take_turns_in_their_order(host: Host) -> None:
    chosen = {"table": "golden", "rule": "chosen", "seeds": "305, 301, 310"}
    job = host.job(chosen, batch_size=2)
    host.run(job)
    again = host.job(chosen, batch_size=2)
    host.run(again)
    assert job.all_seeds + again.all_seeds == [305, 301, 310, 305]


def test_the_usual_panel_is_of_the_model() -> None:
    assert PanelSettings().table == OF_THE_MODEL
