from __future__ import annotations

from types import SimpleNamespace

import pytest

from seedloupe.hosts.webui.seeds.obstacles import obstacles

OPTS = SimpleNamespace(eta_noise_seed_delta=0)


def job(**fields: float) -> SimpleNamespace:
    untouched = {"subseed_strength": 0, "seed_resize_from_w": -1, "seed_resize_from_h": -1}
    return SimpleNamespace(**{**untouched, **fields})


def test_an_ordinary_job_meets_no_obstacle() -> None:
    assert obstacles(job(), OPTS) == ()


@pytest.mark.parametrize(("width", "height"), [(0, 0), (512, 0), (-1, 512)])
def test_the_web_ui_resizes_a_seed_only_from_a_whole_size(width: int, height: int) -> None:
    assert obstacles(job(seed_resize_from_w=width, seed_resize_from_h=height), OPTS) == ()


def test_a_variation_seed_is_one() -> None:
    assert "strength 0.25" in obstacles(job(subseed_strength=0.25), OPTS)[0]


def test_a_resized_seed_is_one() -> None:
    found = obstacles(job(seed_resize_from_w=512, seed_resize_from_h=384), OPTS)
    assert "512x384" in found[0]


def test_another_seed_for_later_noise_is_one() -> None:
    found = obstacles(job(), SimpleNamespace(eta_noise_seed_delta=31337))
    assert "31337" in found[0]


def test_all_of_them_are_named_at_once() -> None:
    everything = job(subseed_strength=1, seed_resize_from_w=8, seed_resize_from_h=8)
    assert len(obstacles(everything, SimpleNamespace(eta_noise_seed_delta=1))) == 3
