"""What watching costs: time and memory of one forward of a full-size Stable Diffusion U-Net.

    python benchmarks/word_maps_cost.py --rounds 5

Weights are random, which costs neither more nor less than trained ones. Compared in turn, within
each round, so that a busy machine slows all of them: the U-Net alone; with hooks that keep nothing;
with the default panel of layers; with the panel and word maps; and with the same word maps taken as
DAAM takes them, by a processor that materialises the probabilities of cross-attention. Prints one
JSON document: median seconds, medians of the ratios within rounds, and the most bytes of tensors
alive at once beside weights and inputs, as counted in a run of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from statistics import median

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from seedloupe.lens import (
    AttentionAccumulator,
    AttentionProbe,
    FeatureProbe,
    WordColumns,
    default_panel,
)

#: A prompt of a dozen tokens.
COLUMNS = tuple(range(1, 13))
TOKENS = 77
SETUPS = {
    "small": {
        "block_out_channels": (32, 64, 128, 128),
        "cross_attention_dim": 64,
        "attention_head_dim": 8,
    },
    "sd15": {"cross_attention_dim": 768, "attention_head_dim": 8},
}

Way = Callable[[], AbstractContextManager[object]]


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unet", choices=SETUPS, default="sd15")
    parser.add_argument("--side", type=int, default=256, help="of the picture, in pixels")
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    settings = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    unet = UNet2DConditionModel(**SETUPS[settings.unet]).eval().requires_grad_(False)
    cells = settings.side // 8
    context = torch.randn(settings.rows, TOKENS, unet.config.cross_attention_dim)
    inputs = torch.randn(settings.rows, 4, cells, cells), torch.tensor([500]), context
    ways = ways_of(unet)
    seconds = timed(unet, inputs, ways, settings.rounds)
    alone = seconds["alone"]
    report = {
        "parameters": sum(weight.numel() for weight in unet.parameters()),
        "rounds": settings.rounds,
        "ways": {
            name: {
                "seconds": round(median(took), 3),
                "ratio to alone": round(median(map(over, took, alone)), 4),
                "most MiB alive": round(peak(unet, inputs, ways[name]) / 2**20, 2),
            }
            for name, took in seconds.items()
        },
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def over(one: float, other: float) -> float:
    """How many times as long."""
    return one / other


def ways_of(unet: UNet2DConditionModel) -> dict[str, Way]:
    """Ways of running, each a context that the forward is run in."""
    panel = default_panel(unet)
    words = WordColumns(COLUMNS, TOKENS)

    def features() -> FeatureProbe:
        return FeatureProbe(unet, panel, [].append)

    def attention(*, check: bool = True, rows: Sequence[int] | None = None) -> AttentionProbe:
        return AttentionProbe(unet, words, AttentionAccumulator(), rows=rows, check=check)

    @contextmanager
    def both() -> Iterator[None]:
        with ExitStack() as armed:
            armed.enter_context(features())
            armed.enter_context(attention())
            yield

    @contextmanager
    def hooks_only() -> Iterator[None]:
        with FeatureProbe(unet, panel, [].append, rows=[]), attention(rows=[]):
            yield

    return {
        "alone": nullcontext,
        "hooks that keep nothing": hooks_only,
        "panel": features,
        "word maps": attention,
        "word maps, unchecked": lambda: attention(check=False),
        "panel and word maps": both,
        "word maps by materialising": lambda: materialised(unet),
    }


def timed(
    unet: UNet2DConditionModel, inputs: tuple[Tensor, ...], ways: dict[str, Way], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each way in each round; a first round is thrown away."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        names = list(ways)
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned if number else names[:1]:
            with ways[name](), torch.no_grad():
                begun = time.process_time()
                unet(*inputs)
                taken = time.process_time() - begun
            if number:
                found[name].append(taken)
        sys.stderr.write(f"\r{number}/{rounds} ")
    return found


class Materialising:
    """Cross-attention that forms all its probabilities and keeps some, averaged over heads."""

    def __init__(self, kept: list[Tensor]) -> None:
        self.kept = kept

    def __call__(
        self, attn: Attention, x: Tensor, encoder_hidden_states: Tensor, **_: object
    ) -> Tensor:
        """Attend as the formula has it."""
        q, k, v = attn.to_q(x), attn.to_k(encoder_hidden_states), attn.to_v(encoder_hidden_states)
        q, k, v = (attn.head_to_batch_dim(part) for part in (q, k, v))
        probabilities = attn.get_attention_scores(q, k)
        apart = probabilities.unflatten(0, (-1, attn.heads))
        self.kept.append(apart[..., list(COLUMNS)].mean(1))
        mixed = attn.batch_to_head_dim(probabilities @ v)
        return attn.to_out[1](attn.to_out[0](mixed))


@contextmanager
def materialised(unet: UNet2DConditionModel) -> Iterator[None]:
    """Put our own processors in, and the usual ones back."""
    usual = unet.attn_processors
    kept: list[Tensor] = []
    ours = {n: Materialising(kept) if ".attn2." in n else p for n, p in usual.items()}
    unet.set_attn_processor(ours)
    try:
        yield
    finally:
        unet.set_attn_processor(usual)


class Alive(TorchDispatchMode):
    """Counts the bytes of all tensors alive that were made under it."""

    def __init__(self) -> None:
        super().__init__()
        self.holders: Counter[int] = Counter()
        self.now = self.most = 0

    def __torch_dispatch__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        given = {one.untyped_storage().data_ptr() for one in tensors(args)}
        for one in tensors(result if isinstance(result, (tuple, list)) else (result,)):
            place = one.untyped_storage().data_ptr()
            if place in self.holders or place not in given:
                self._hold(one, place)
        return result

    def _hold(self, one: Tensor, place: int) -> None:
        size = one.untyped_storage().nbytes()
        self.now += 0 if self.holders[place] else size
        self.holders[place] += 1
        self.most = max(self.most, self.now)
        weakref.finalize(one, self._drop, place, size)

    def _drop(self, place: int, size: int) -> None:
        self.holders[place] -= 1
        if not self.holders[place]:
            del self.holders[place]
            self.now -= size


def tensors(values: Iterable[object]) -> Iterator[Tensor]:
    """All tensors among arguments, lists of them included."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from tensors(value)


def peak(unet: UNet2DConditionModel, inputs: tuple[Tensor, ...], way: Way) -> int:
    """The most bytes alive at once."""
    with way(), torch.no_grad(), Alive() as alive:
        unet(*inputs)
    return alive.most


if __name__ == "__main__":
    main()
