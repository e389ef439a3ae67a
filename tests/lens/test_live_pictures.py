"""Live pictures come no more often than somebody can look."""

from __future__ import annotations

import torch

from seedloupe.lens import FeatureMap, LivePictures, PcaBasis


def feature(step: int, layer: str = "mid-vit-out", channels: int = 8) -> FeatureMap:
    values = torch.randn(1, channels, 4, 6, generator=torch.Generator().manual_seed(step))
    return FeatureMap(layer, step, None, values)


def test_only_the_newest_map_is_painted_and_only_when_it_is_time() -> None:
    now = [0.0]
    live = LivePictures(interval=1.0, clock=lambda: now[0])
    live.take(feature(0))
    assert [one.step for one in live.due()] == [0]
    assert live.due() == ()
    for step in (1, 2):
        now[0] += 0.4
        live.take(feature(step))
        assert live.due() == ()
    now[0] += 0.4
    (one,) = live.due()
    assert (one.layer, one.step, one.picture.shape) == ("mid-vit-out", 2, (3, 4, 6))


def test_the_last_step_is_painted_in_any_case() -> None:
    live = LivePictures(interval=100.0, clock=lambda: 0.0)
    live.take(feature(0))
    live.due()
    live.take(feature(1))
    assert [one.step for one in live.due(last=True)] == [1]


def test_a_layer_that_cannot_be_painted_is_noted_and_the_others_come() -> None:
    live = LivePictures(interval=0.0, clock=lambda: 0.0)
    live.take(feature(0))
    live.due()
    live.take(feature(1, channels=5))
    live.take(feature(1, "up"))
    assert [one.layer for one in live.due()] == ["up"]
    assert "mid-vit-out cannot be painted" in live.notes["mid-vit-out"]


def test_the_longer_painting_takes_the_rarer_pictures_become() -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 0.1  # each look at the clock takes a tenth of a second, and so does painting
        return now[0]

    live = LivePictures(interval=0.25, clock=clock)
    shown = 0
    for step in range(100):
        live.take(feature(step))
        shown += len(live.due())
    assert now[0] > 9
    assert 4 <= shown <= 6  # a tenth of a second each, five hundredths of ten seconds


def test_wide_layers_are_painted_as_an_exact_decomposition_paints_them() -> None:
    generator = torch.Generator().manual_seed(0)
    axes = torch.randn(3, 600, generator=generator)
    weights = torch.randn(8 * 12, 3, generator=generator) * torch.tensor([5.0, 3.0, 2.0])
    values = (weights @ axes + 0.01 * torch.randn(96, 600, generator=generator)).T
    one = FeatureMap("wide", 0, None, values.reshape(1, 600, 8, 12))
    live = LivePictures(interval=0)
    live.take(one)
    (painted,) = live.due()
    exact = PcaBasis.fit([one]).render(one)
    # An axis may point the other way.
    apart = [
        min(float((a - b).abs().max()), float((a - (1 - b)).abs().max()))
        for a, b in zip(painted.picture, exact, strict=True)
    ]
    assert max(apart) < 0.02
