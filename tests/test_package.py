"""What `import seedloupe` offers, and what it costs."""

from __future__ import annotations

import pytest

import seedloupe

CONTRACT = {
    "SeedTable",
    "NoiseSource",
    "initial_noise",
    "pick_golden",
    "pick_diverse",
    "flag_text_artifacts",
    "FeatureProbe",
    "list_layers",
}


@pytest.mark.parametrize("name", seedloupe.__all__)
def test_every_public_name_can_be_loaded(name: str) -> None:
    assert getattr(seedloupe, name).__name__ == name
    assert name in dir(seedloupe)


def test_the_contract_is_public() -> None:
    assert set(seedloupe.__all__) >= CONTRACT


def test_every_public_name_is_documented() -> None:
    for name in seedloupe.__all__:
        assert getattr(seedloupe, name).__doc__, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'seedloupe' has no attribute 'pick_luck'"):
        _ = seedloupe.pick_luck
