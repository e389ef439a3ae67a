"""What the lens's panel hands over, from the page and from the API."""

from __future__ import annotations

import pytest

from seedloupe.errors import InputError

from .conftest import Bench


def test_the_panels_values_come_in_the_order_of_the_fields(bench: Bench) -> None:
    settings = bench.ours("settings").LensSettings
    assert settings.from_args([True, False, True, "mid-*"]) == settings(True, False, True, "mid-*")


def test_an_object_from_the_api_asks_for_the_lens(bench: Bench) -> None:
    settings = bench.ours("settings").LensSettings
    assert settings.from_args([{"keep": True}, None]) == settings(enabled=True, keep=True)
    assert not settings.from_args([{"enabled": False}]).enabled


def test_nothing_from_the_api_leaves_the_lens_off(bench: Bench) -> None:
    assert not bench.ours("settings").LensSettings.from_args([]).enabled


@pytest.mark.parametrize("args", [[{"nonsense": 1}], ["yes"], [{"layers": 3}], [True, 1]], ids=str)
def test_what_cannot_be_meant_is_refused(bench: Bench, args: list[object]) -> None:
    with pytest.raises(InputError):
        bench.ours("settings").LensSettings.from_args(args)


@pytest.mark.parametrize(
    ("given", "usual", "names"),
    [
        ("", "auto", ("auto",)),
        ("", "IN07, mid", ("IN07", "mid")),
        (" mid-vit-out ,OUT03 ", "auto", ("mid-vit-out", "OUT03")),
        ("", " ", ("auto",)),
    ],
)
def test_layers_are_the_panels_or_else_the_settings(
    bench: Bench, given: str, usual: str, names: tuple[str, ...]
) -> None:
    assert bench.ours("settings").LensSettings(layers=given).names(usual) == names
