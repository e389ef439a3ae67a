"""Hundreds of runs that go wrong leave the model as it was, to the last hook and the last bit."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from types import MethodType

import pytest
import torch
from torch import Tensor, nn

from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.early import ending_after
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.layers import list_layers
from seedloupe.lens.recorder import Recorder
from seedloupe.lens.rows import pipeline_rows

from .conftest import count_hooks

RUNS = 300


class Block(nn.Module):
    """A residual block laid out as diffusers' are."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(self.conv1(x).tanh())


class Level(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.resnets = nn.ModuleList([Block(), Block()])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x)
        return x


class Tiny(nn.Module):
    """A U-Net in name and shape, small enough to run hundreds of times in a second."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_in, self.conv_out = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)
        self.down_blocks, self.up_blocks = nn.ModuleList([Level()]), nn.ModuleList([Level()])
        self.mid_block = Level()

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid_block(self.down_blocks[0](self.conv_in(x)))
        return self.conv_out(self.up_blocks[0](x))


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def fingerprint(unet: nn.Module) -> dict[str, object]:
    """Everything a lens could have left on a module: hooks, replaced methods, attributes."""
    return {
        name: (sorted(vars(module)), len(module._forward_hooks), len(module._forward_pre_hooks))
        for name, module in unet.named_modules()
    }


class Fault(BaseException):
    """What goes wrong; no ``except Exception`` of ours may catch it."""


def raising(error: type[BaseException]) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def wreck(unet: Tiny, other: Tiny, layers: list[str], chance: random.Random) -> None:
    """Make one run of two steps that goes wrong somewhere."""
    kind = chance.randrange(8)
    inner = [name for name, _ in unet.named_modules() if name]
    broken = unet.get_submodule(chance.choice(inner))
    error = chance.choice([RuntimeError, KeyboardInterrupt, MemoryError, Fault])
    sink: Callable[[FeatureMap], None] = Recorder() if kind < 6 else raising(error)
    asked = chance.sample(layers, chance.randint(1, len(layers)))
    probe = FeatureProbe(unet, asked, sink, rows=pipeline_rows(1, guided=True))
    bomb = broken.register_forward_pre_hook(raising(error)) if kind in (0, 1, 2, 3) else None
    latents = torch.zeros(2 if kind != 4 else 3, 4, 2, 3)
    try:
        if kind == 1:  # armed twice, and never disarmed but by its block
            probe.arm()
        with probe:
            probe.at(step=0)
            unet(latents)
            if kind == 2:  # the host turns to another model and back
                probe.arm(other)
                other(latents)
                probe.arm(unet)
            if kind == 3:
                with ending_after(unet, asked):
                    unet(latents)
            if kind == 5:  # a second probe inside the first
                with FeatureProbe(unet, asked, raising(error)):
                    unet(latents)
            probe.at(step=1)
            unet(latents)
    except (RuntimeError, KeyboardInterrupt, MemoryError, Fault):
        pass
    finally:
        if bomb is not None:
            bomb.remove()
    assert probe.hooks == 0


@pytest.mark.slow
def test_hundreds_of_runs_gone_wrong_leave_no_hook_and_change_no_bit() -> None:
    unet = Tiny()
    other = copy.deepcopy(unet)
    layers = [layer.name for layer in list_layers(unet)]
    latents = torch.randn(2, 4, 2, 3)
    before, result = fingerprint(unet), unet(latents)
    chance = random.Random(1)
    for _ in range(RUNS):
        wreck(unet, other, layers, chance)
        assert count_hooks(unet) == count_hooks(other) == 0
    assert fingerprint(unet) == before
    assert torch.equal(unet(latents), result)
    frames: list[FeatureMap] = []
    with FeatureProbe(unet, layers, frames.append):
        assert torch.equal(unet(latents), result)
    assert [frame.layer for frame in frames] == layers


def test_a_probe_nobody_disarms_takes_its_hooks_off_when_it_is_armed_again() -> None:
    unet = Tiny()
    probe = FeatureProbe(unet, ["unet-out"], print)
    for _ in range(3):
        probe.arm()
    assert count_hooks(unet) == probe.hooks == 2  # one on the layer, one to count calls
    probe.disarm()
    probe.disarm()
    assert count_hooks(unet) == probe.hooks == 0


def test_a_method_the_host_replaced_stays_replaced() -> None:
    unet = Tiny()
    engine = MethodType(lambda self, x: x + 1, unet)
    unet.forward = engine  # type: ignore[method-assign]
    with FeatureProbe(unet, ["*"], print) as probe:
        unet(torch.zeros(1, 4, 2, 3))
    assert unet.forward is engine
    assert len(probe.silent) == len(list_layers(unet))
