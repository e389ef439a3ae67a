"""A probe in trouble: nothing left behind, nothing passed on."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from seedloupe.errors import LayerNotFoundError, ShapeError
from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.rows import second_half

WATCHED = ("mid-vit-out", "up-level1-repeat1-vit-block0-cross-q", "up-level2-repeat0-res-out")


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def output(unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    result = unet(*inputs)
    return result if isinstance(result, Tensor) else result.sample


@pytest.mark.parametrize("broken", ["conv_in", "mid_block.resnets.0.conv2", "conv_out"])
def test_no_hook_is_left_when_a_layer_raises(
    broken: str, unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("interrupted")

    bomb = unet.get_submodule(broken).register_forward_pre_hook(explode)
    frames: list[FeatureMap] = []
    with (
        pytest.raises(RuntimeError, match="interrupted"),
        FeatureProbe(unet, ["*"], frames.append),
    ):
        output(unet, inputs)
    bomb.remove()


def test_no_hook_is_left_when_a_name_is_wrong(unet: nn.Module) -> None:
    with pytest.raises(LayerNotFoundError), FeatureProbe(unet, ["mid-vit-out", "nowhere"], print):
        pass


def test_no_hook_is_left_when_attaching_fails_halfway(
    unet: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = unet.get_submodule("conv_out")

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no more hooks")

    monkeypatch.setattr(last, "register_forward_hook", refuse)
    with pytest.raises(RuntimeError, match="no more"), FeatureProbe(unet, ["*"], print):
        pass


def test_arming_twice_records_once(unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]) -> None:
    frames: list[FeatureMap] = []
    probe = FeatureProbe(unet, ["mid-vit-out"], frames.append)
    probe.arm()
    with probe:
        output(unet, inputs)
    probe.disarm()
    assert len(frames) == 1


def test_two_probes_do_not_disturb_each_other(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    outer: list[FeatureMap] = []
    inner: list[FeatureMap] = []
    with FeatureProbe(unet, ["mid-vit-out"], outer.append):
        with FeatureProbe(unet, ["mid-vit-out"], inner.append):
            output(unet, inputs)
        output(unet, inputs)
    assert [len(outer), len(inner)] == [2, 1]


def test_a_failing_sink_costs_its_layer_and_not_the_picture(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor], caplog: pytest.LogCaptureFixture
) -> None:
    frames: list[FeatureMap] = []

    def sink(feature: FeatureMap) -> None:
        if feature.layer == "mid-vit-out":
            raise OSError("disk full")
        frames.append(feature)

    before = output(unet, inputs)
    with caplog.at_level(logging.WARNING), FeatureProbe(unet, WATCHED, sink) as probe:
        during = [output(unet, inputs) for _ in range(2)]
    assert all(torch.equal(before, one) for one in during)
    assert str(probe.failures["mid-vit-out"]) == "disk full"
    assert list(probe.failures) == ["mid-vit-out"]
    assert probe.failures["mid-vit-out"].__traceback__ is None
    assert [frame.layer for frame in frames] == [*WATCHED[1:], *WATCHED[1:]]
    assert caplog.text.count("mid-vit-out") == 1


def test_an_interruption_in_the_sink_goes_its_way(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    def interrupt(_: FeatureMap) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), FeatureProbe(unet, WATCHED, interrupt):
        output(unet, inputs)


def test_an_odd_batch_has_no_halves(unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]) -> None:
    with pytest.raises(ShapeError, match="even number"):
        second_half(3)
    with FeatureProbe(unet, ["mid-vit-out"], print, rows=second_half) as probe:
        output(unet, inputs)
    assert isinstance(probe.failures["mid-vit-out"], ShapeError)


def test_merged_tokens_are_reported_and_not_reshaped(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    attention = unet.get_submodule("down_blocks.0.attentions.0.transformer_blocks.0.attn1")
    frames: list[FeatureMap] = []
    merge = attention.to_q.register_forward_hook(lambda _m, _i, out: out[:, ::2])
    spread = attention.register_forward_hook(lambda _m, _i, out: out.repeat_interleave(2, dim=1))
    with FeatureProbe(unet, ["down-level0-repeat0-vit-block0-self-[qk]"], frames.append) as probe:
        output(unet, inputs)
    merge.remove()
    spread.remove()
    assert [frame.layer for frame in frames] == ["down-level0-repeat0-vit-block0-self-k"]
    (error,) = probe.failures.values()
    assert "8 * 12 = 96 tokens" in str(error)


def test_multiplied_rows_are_reported_and_not_mislabelled(
    unet: nn.Module, inputs: tuple[Tensor, Tensor, Tensor]
) -> None:
    block = unet.get_submodule("mid_block.resnets.0")
    tile = block.register_forward_hook(lambda _m, _i, out: out.repeat(2, 1, 1, 1))
    with FeatureProbe(unet, ["mid-repeat0-res-out"], print) as probe:
        try:
            output(unet, inputs)
        except RuntimeError:
            pass  # the model itself cannot go on; the probe has seen enough
        finally:
            tile.remove()
    assert "6" in str(probe.failures["mid-repeat0-res-out"])
