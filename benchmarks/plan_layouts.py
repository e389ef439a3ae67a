"""What a picture of SD 1.5's and SDXL's layouts costs: operations, weights, and a rate for a plan.

    python benchmarks/plan_layouts.py                      counts; nothing is computed
    python benchmarks/plan_layouts.py --time sd15          and times one U-Net call here
    python benchmarks/plan_layouts.py --seconds sdxl 2.546 --steps 30   another device's picture

Networks are built from their configurations on PyTorch's meta device: operations (two for each
multiplication with its addition) are counted without weights or arithmetic, at the layout's own
size, with guidance, so two calls a step. ``--time`` fills the U-Net with random weights, times
calls at a smaller size, and scales by the count: a larger picture keeps a device busier, so the
rate may be pessimistic. ``--seconds`` turns what somebody measured of one layout into operations a
second, and into rates of both. Rates go into ``seedloupe mine --plan --rate``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

_CLIP_L = {
    "vocab_size": 49408,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
}
_CLIP_G = {
    "vocab_size": 49408,
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_hidden_layers": 32,
    "num_attention_heads": 20,
    "projection_dim": 1280,
}
_VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}


@dataclass(frozen=True)
class Layout:
    """A line of models, by its configurations.

    Attributes:
        side: of its pictures, in pixels.
        unet: configuration of its U-Net.
        texts: configurations of its text encoders.
        width: of what the text encoders give.
        pooled: of the pooled text beside six sizes; 0 where it takes none.
    """

    side: int
    unet: dict[str, Any]
    texts: tuple[dict[str, Any], ...]
    width: int
    pooled: int = 0


LAYOUTS = {
    "sd15": Layout(
        512,
        {
            "sample_size": 64,
            "block_out_channels": (320, 640, 1280, 1280),
            "layers_per_block": 2,
            "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
            "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
            "cross_attention_dim": 768,
            "attention_head_dim": 8,
        },
        (_CLIP_L,),
        768,
    ),
    "sdxl": Layout(
        1024,
        {
            "sample_size": 128,
            "block_out_channels": (320, 640, 1280),
            "layers_per_block": 2,
            "down_block_types": ("DownBlock2D", *("CrossAttnDownBlock2D",) * 2),
            "up_block_types": (*("CrossAttnUpBlock2D",) * 2, "UpBlock2D"),
            "cross_attention_dim": 2048,
            "attention_head_dim": (5, 10, 20),
            "transformer_layers_per_block": (1, 2, 10),
            "use_linear_projection": True,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 2816,
        },
        (_CLIP_L, _CLIP_G),
        2048,
        pooled=1280,
    ),
}


@dataclass(frozen=True)
class LayoutCost:
    """What a layout takes.

    Attributes:
        weights: of all its networks.
        call: operations of one U-Net call for one picture without guidance, at its own size.
        decode: of the autoencoder's decoder.
    """

    weights: int
    call: float
    decode: float

    def picture(self, steps: int) -> float:
        """Operations of a picture with guidance."""
        return 2 * steps * self.call + self.decode


def cost_of(layout: Layout) -> LayoutCost:
    """Count, on the meta device."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    with torch.device("meta"):
        unet, vae = UNet2DConditionModel(**layout.unet), AutoencoderKL(**_VAE)
        texts = [CLIPTextModel(CLIPTextConfig(**config)) for config in layout.texts]
    nets = (unet, vae, *texts)
    weights = sum(values.numel() for net in nets for values in net.parameters())
    side = layout.side // 8
    call = operations(lambda: unet(**call_of(layout, side, torch.device("meta"), torch.float32)))
    latents = torch.empty(1, 4, side, side, device="meta")
    return LayoutCost(weights, call, operations(lambda: vae.decode(latents)))


def call_of(layout: Layout, side: int, device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
    """Arguments of a U-Net call for one picture of ``side`` latent cells a side."""

    def empty(*shape: int) -> torch.Tensor:
        return torch.zeros(*shape, device=device, dtype=dtype)

    added = {"text_embeds": empty(1, layout.pooled), "time_ids": empty(1, 6)}
    return {
        "sample": empty(1, 4, side, side),
        "timestep": torch.tensor(500, device=device),
        "encoder_hidden_states": empty(1, 77, layout.width),
        **({"added_cond_kwargs": added} if layout.pooled else {}),
    }


@torch.no_grad()
def operations(work: Callable[[], object]) -> float:
    """Operations of the matrix products, convolutions and attention in ``work``."""
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


@torch.no_grad()
def timed(layout: Layout, side: int, calls: int) -> tuple[float, float]:
    """Seconds of the processor for one U-Net call at ``side`` latent cells, and its operations.

    Counted on the meta device, as those of the CPU's own attention are not counted.
    """
    from diffusers import UNet2DConditionModel

    meta = torch.device("meta")
    with meta:
        unet = UNet2DConditionModel(**layout.unet)
    count = operations(lambda: unet(**call_of(layout, side, meta, torch.float32)))
    unet = unet.to_empty(device="cpu")
    draw = torch.Generator().manual_seed(0)
    for values in unet.parameters():
        values.normal_(0, 0.02, generator=draw)
    given = call_of(layout, side, torch.device("cpu"), torch.float32)
    unet(**given)  # gets everything ready
    begun = time.process_time()
    for _ in range(calls):
        unet(**given)
    return (time.process_time() - begun) / calls, count


def main() -> int:
    """Count, time where asked, and print rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--time", choices=LAYOUTS)
    parser.add_argument("--side", type=int, default=256, help="pixels of a timed picture")
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--seconds", nargs=2, metavar=("LAYOUT", "S"), help="a picture of it takes")
    args = parser.parse_args()
    costs = {name: cost_of(layout) for name, layout in LAYOUTS.items()}
    for name, cost in costs.items():
        sys.stdout.write(
            f"{name}: {cost.weights / 1e6:.0f} million weights, {2 * cost.weights / 2**30:.1f} GiB "
            f"in half precision; TFLOP: {cost.call / 1e12:.3g} a U-Net call, "
            f"{cost.decode / 1e12:.3g} to decode, {cost.picture(args.steps) / 1e12:.3g} a picture "
            f"of {args.steps} steps\n"
        )
    if args.time:
        seconds, count = timed(LAYOUTS[args.time], args.side // 8, args.calls)
        sys.stdout.write(
            f"{args.time} at {args.side} pixels: {seconds:.2f} processor seconds a call, "
            f"{count / 1e12:.3g} TFLOP\n"
        )
        _say_rates(costs, count / seconds, args.steps)
    if args.seconds:
        name, each = args.seconds
        _say_rates(costs, costs[name].picture(args.steps) / float(each), args.steps)
    return 0


def _say_rates(costs: dict[str, LayoutCost], speed: float, steps: int) -> None:
    """Print what a device of ``speed`` operations a second makes."""
    sys.stdout.write(f"{speed / 1e12:.3g} TFLOP a second; with {steps} steps and guidance:\n")
    for name, cost in costs.items():
        rate = speed / cost.picture(steps)
        sys.stdout.write(f"  {name}: {rate:.3g} pictures/s, {1 / rate:.3g} s a picture\n")


if __name__ == "__main__":
    sys.exit(main())
