from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from seedloupe.hosts.webui.seeds.obstacles import draws_step_noise, obstacles

OPTS = SimpleNamespace(eta_noise_seed_delta=0, eta_ddim=0.0)
DELTA = SimpleNamespace(eta_noise_seed_delta=31337, eta_ddim=0.0)
PLAIN = SimpleNamespace(options={})
ANCESTRAL = SimpleNamespace(options={"uses_ensd": True})


def job(**fields: Any) -> SimpleNamespace:
    untouched = {"subseed_strength": 0, "sampler_name": "Euler", "eta": None}
    return SimpleNamespace(**{**untouched, **fields})


def test_an_ordinary_job_meets_no_obstacle() -> None:
    assert obstacles(job(), OPTS, PLAIN) == ()


def test_a_variation_seed_is_one() -> None:
    assert "strength 0.25" in obstacles(job(subseed_strength=0.25), OPTS, PLAIN)[0]


def test_another_seed_for_later_noise_is_one_where_the_sampler_draws_any() -> None:
    assert "31337" in obstacles(job(sampler_name="Euler a"), DELTA, ANCESTRAL)[0]


def test_it_is_none_for_samplers_that_draw_once() -> None:
    assert obstacles(job(), DELTA, PLAIN) == ()


@pytest.mark.parametrize(
    ("fields", "draws"),
    [
        ({"sampler_name": "DDIM"}, False),
        ({"sampler_name": "DDIM", "eta": 0.5}, True),
        ({"sampler_name": "LCM"}, True),
        ({"sampler_name": "DPM++ 2M SDE"}, False),
    ],
)
def test_what_draws_from_the_seed_at_its_steps(fields: dict[str, Any], draws: bool) -> None:
    assert draws_step_noise(job(**fields), OPTS, PLAIN) is draws


def test_ddim_draws_where_the_setting_says_so() -> None:
    opts = SimpleNamespace(eta_noise_seed_delta=1, eta_ddim=0.3)
    assert draws_step_noise(job(sampler_name="DDIM"), opts, PLAIN)


def test_noise_that_a_script_makes_is_one() -> None:
    assert "starting noise itself" in obstacles(job(sample=print), OPTS, PLAIN)[0]


def test_all_of_them_are_named_at_once() -> None:
    everything = job(subseed_strength=1, sampler_name="Euler a", sample=print)
    assert len(obstacles(everything, DELTA, ANCESTRAL)) == 3
