"""Which rows of the U-Net are prompt and which negative prompt, in every way they are batched."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import EVERY_WEB_UI
from .backends import Answer, Live, StandIn

WebUi = StandIn | Live
pytestmark = EVERY_WEB_UI
LONG = ", ".join(["a red circle on a blue square"] * 20)


def calls(done: Answer) -> list[tuple[int, Any]]:
    """Rows and kinds of each call of the U-Net, in the first call of the denoiser."""
    names = [name for name, _ in done.events]
    start = names.index("denoiser")
    ends = [at for at, name in enumerate(names) if at > start and name not in ("unet",)]
    return [
        (facts["rows"], facts["kinds"])
        for name, facts in done.events[start : ends[0]]
        if name == "unet"
    ]


def need_a1111(web_ui: WebUi) -> None:
    if web_ui.forge:
        pytest.skip("a setting of A1111's")


def test_prompt_and_negative_prompt_go_together(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, batch_size=2)
    assert calls(done) == [(4, [1, 0] if web_ui.forge else None)]
    facts = done.all("denoiser")[0]
    assert facts["rows"] == (2 if web_ui.forge else 4)
    assert facts["uncond"] == 2


def test_without_batching_prompt_rows_come_first(web_ui: WebUi) -> None:
    need_a1111(web_ui)
    told = {"override_settings": {"batch_cond_uncond": False}}
    assert calls(web_ui.ask(seed=42, batch_size=2, **told)) == [(2, None), (2, None)]


def test_a_long_prompt_splits_the_call_in_a1111_and_lengthens_both_in_forge(
    web_ui: WebUi,
) -> None:
    done = web_ui.ask(seed=42, batch_size=2, prompt=LONG, negative_prompt="blurred")
    expected: Any = [(4, [1, 0])] if web_ui.forge else [(2, None), (2, None)]
    assert calls(done) == expected


def test_padding_puts_a_long_prompt_and_a_short_one_together(web_ui: WebUi) -> None:
    need_a1111(web_ui)
    told = {"override_settings": {"pad_cond_uncond": True}}
    done = web_ui.ask(seed=42, prompt=LONG, negative_prompt="blurred", **told)
    assert calls(done) == [(2, None)]


def test_parts_of_a_prompt_are_rows_of_their_own(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, prompt="a red circle AND a blue square")
    assert sum(rows for rows, _ in calls(done)) == 3


def test_low_noise_may_go_without_the_negative_prompt(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, steps=4, s_min_uncond=100.0)
    rows = [facts["rows"] for facts in done.all("unet")]
    assert rows == [2, 1, 2, 1]


def test_a_guidance_of_one_saves_the_negative_prompt_in_forge_alone(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, cfg_scale=1.0)
    assert calls(done) == ([(1, [0])] if web_ui.forge else [(2, None)])
    assert done.all("denoiser")[0]["uncond"] == (None if web_ui.forge else 1)


@pytest.mark.parametrize(("sampler", "steps", "count"), [("Euler", 2, 2), ("Heun", 2, 3)])
def test_a_sampler_asks_the_denoiser_so_often(
    web_ui: WebUi, sampler: str, steps: int, count: int
) -> None:
    done = web_ui.ask(seed=42, sampler_name=sampler, steps=steps)
    assert [facts["step"] for facts in done.all("denoiser")] == list(range(count))


def test_ddim_tells_time_steps_and_asks_less_often(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, sampler_name="DDIM", steps=2)
    told = done.all("denoiser")
    assert len(told) == 1
    assert told[0]["sigma"] > 100 or web_ui.forge


def test_the_told_step_lags_by_one_after_the_second_call(web_ui: WebUi) -> None:
    done = web_ui.ask(seed=42, steps=4)
    assert [facts["sampling_step"] for facts in done.all("denoiser")] == [0, 0, 1, 2]
