"""Train the transformer: rectified flow on Seedling's latents, joint attention with its captions.

The path from picture to noise is straight, ``(1 - t) x + t n``, and the network predicts its
velocity ``n - x`` (Liu et al., 2022); times are drawn logit-normal (Esser et al., 2024). What makes
it learn in hours of one core: Muon, few distinct things first, and features of a middle block
pulled towards the critic's of the clean picture (REPA, Yu et al., 2024).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..critic import Judge
from ..prompts import CONFIRM, plain_scenes
from ..transformer import TRANSFORMER
from ..world import Colour, ObjectKind
from .architecture import LATENT_SCALE, build_transformer
from .flow_pictures import FlowEncoders, FlowSet, load_chunk
from .optim import MasterMuon
from .run import TrainingRun, Until

#: Share of captions replaced by the empty one, for classifier-free guidance.
EMPTY_RATE = 0.1
#: The middle block whose picture tokens are pulled towards the critic's features, and how much.
ALIGNED_BLOCK, ALIGNED_WEIGHT = 2, 0.5
#: Width of the critic's features, and of the head that predicts them.
CRITIC_WIDTH, _HEAD_WIDTH = 128, 256
#: The run begins with so many chunks and adds one every so many steps, up to so many.
FIRST_CHUNKS, GROW_EVERY, MOST_CHUNKS = 8, 300, 80
#: Every so many steps the averaged weights are asked for pictures of prompts not trained on.
LOOK_EVERY, LOOK_PROMPTS = 1000, 64
#: The share of the averaged weights that stays at each step.
_AVERAGE = 0.999
_TIME = 1000.0


class Aligned(nn.Module):
    """The transformer with a head that says what the critic would see."""

    def __init__(self) -> None:
        super().__init__()
        self.transformer = build_transformer()
        self.head = nn.Sequential(
            nn.Linear(TRANSFORMER["caption_projection_dim"], _HEAD_WIDTH),
            nn.SiLU(),
            nn.Linear(_HEAD_WIDTH, CRITIC_WIDTH),
        )
        for block in self.transformer.get_submodule("transformer_blocks").children():
            block.get_submodule("attn").set_processor(PlainJointAttention())  # type: ignore[operator]

    def forward(
        self, noisy: Tensor, times: Tensor, context: Tensor, pooled: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Velocities ``(B, 4, h, w)`` and the critic's features ``(B, h / 2 * w / 2, F)``."""
        seen: list[Tensor] = []
        blocks = self.transformer.get_submodule("transformer_blocks")
        hook = blocks.get_submodule(str(ALIGNED_BLOCK)).register_forward_hook(
            lambda _module, _given, out: seen.append(out[1])
        )
        try:
            velocity = velocities(self.transformer, noisy, times, context, pooled)
        finally:
            hook.remove()
        return velocity, self.head(seen[0])


class PlainJointAttention:
    """Joint attention written out: for a hundred tokens a CPU is quicker without the fused one.

    The gradient of PyTorch's fused attention alone took a third of a training step.
    """

    def __call__(
        self,
        attn: nn.Module,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        attention_mask: None = None,
    ) -> tuple[Tensor, Tensor]:
        """Picture tokens ``(B, N, C)`` and text tokens ``(B, T, C)`` attend to both.

        The last block's text is of no use to anyone and is not projected.
        """
        picture = _heads(attn, hidden_states, ("to_q", "to_k", "to_v"), "norm_{}")
        added = ("add_q_proj", "add_k_proj", "add_v_proj")
        text = _heads(attn, encoder_hidden_states, added, "norm_added_{}")
        query, key, value = (torch.cat(pair, 2) for pair in zip(picture, text, strict=True))
        weights = torch.softmax((query * query.shape[-1] ** -0.5) @ key.mT, -1)
        mixed = (weights @ value).transpose(1, 2).flatten(2)
        cells = hidden_states.shape[1]
        out, text_out = attn.get_submodule("to_out.0")(mixed[:, :cells]), mixed[:, cells:]
        if attn.context_pre_only:
            return out, text_out
        return out, attn.get_submodule("to_add_out")(text_out)


def _heads(
    attn: nn.Module, tokens: Tensor, projections: tuple[str, ...], norm: str
) -> tuple[Tensor, ...]:
    heads = int(attn.heads)  # type: ignore[arg-type]
    q, k, v = (
        attn.get_submodule(name)(tokens).unflatten(-1, (heads, -1)).transpose(1, 2)
        for name in projections
    )
    return attn.get_submodule(norm.format("q"))(q), attn.get_submodule(norm.format("k"))(k), v


def velocities(
    transformer: nn.Module, noisy: Tensor, times: Tensor, context: Tensor, pooled: Tensor
) -> Tensor:
    """``(B, 4, h, w)`` float32; ``times`` ``(B,)`` in [0, 1], 1 is noise."""
    dtype = context.dtype
    sample: Tensor = transformer(
        hidden_states=noisy.to(dtype),
        encoder_hidden_states=context,
        pooled_projections=pooled.to(dtype),
        timestep=times * _TIME,
    ).sample
    return sample.float()


def flow_loss(
    model: Aligned,
    data: FlowSet,
    rows: Tensor,
    empty: tuple[Tensor, Tensor],
    norm: tuple[Tensor, Tensor],
) -> tuple[Tensor, dict[str, float]]:
    """Squared error of the velocity at random times, and how far features are from the critic's."""
    clean = data.latents[rows].float()
    dropped = torch.rand(len(rows)) < EMPTY_RATE
    context = torch.where(dropped[:, None, None], empty[0], data.contexts[rows])
    pooled = torch.where(dropped[:, None], empty[1], data.pooled[rows])
    times = torch.sigmoid(torch.randn(len(rows)))
    share = times[:, None, None, None]
    noise = torch.randn_like(clean)
    velocity, seen = model((1 - share) * clean + share * noise, times, context, pooled)
    error = (velocity - (noise - clean)).square().mean()
    wanted = ((data.features[rows].float() - norm[0]) / norm[1]).flatten(1, 2)
    apart = 1 - functional.cosine_similarity(seen.float(), wanted, dim=-1).mean()
    figures = {"mse": float(error.detach()), "apart": float(apart.detach())}
    return error + ALIGNED_WEIGHT * apart, figures


def spread(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each of the critic's channels ``(F,)``, float32, from the first 200."""
    some = features[:200].float()
    return some.mean((0, 1, 2)), some.std((0, 1, 2)) + 1e-3


@dataclass(eq=False)
class FlowTraining:
    """One transformer on its way, with a set of pictures that grows beside it."""

    folder: Path
    encoders: FlowEncoders
    judge: Judge
    until: Until
    batch: int
    lr: float
    first_chunks: int = FIRST_CHUNKS
    most_chunks: int = MOST_CHUNKS
    compiled: bool = False
    _chunks: int = field(default=0, init=False)
    _data: FlowSet | None = field(default=None, init=False)

    def train(self) -> nn.Module:
        """Train, or go on; returns the averaged transformer, float32."""
        torch.manual_seed(5)
        model = Aligned().bfloat16()
        if self.compiled:
            # Saves a third of a step on a CPU, and needs a C++ compiler.
            for block in model.transformer.get_submodule("transformer_blocks").children():
                block.compile(dynamic=False)
        optimizer = MasterMuon(model, lr=self.lr, ema=_AVERAGE)
        run = TrainingRun("transformer", model, optimizer, self.until, self.lr, self.folder)
        empty = self._empty()

        def loss(step: int, draw: int) -> tuple[Tensor, dict[str, float]]:
            data = self._pictures(step)
            if step and step % LOOK_EVERY == 0:
                self.look(averaged(optimizer, model), step)
                torch.manual_seed(draw)
            rows = torch.randint(len(data), (self.batch,))
            return flow_loss(model, data, rows, empty, spread(data.features))

        run.train(loss)
        return averaged(optimizer, model)

    def look(self, transformer: nn.Module, step: int) -> dict[str, float]:
        """Ask for pictures of held-out prompts and let the judge name them."""
        shares = shares_named(transformer, self.encoders, self.judge, LOOK_PROMPTS)
        told = " ".join(f"{name} {value:.3f}" for name, value in shares.items())
        sys.stderr.write(f"transformer {step} looks: {told}\n")
        return shares

    def _pictures(self, step: int) -> FlowSet:
        wanted = min(self.first_chunks + step // GROW_EVERY, self.most_chunks)
        while self._data is None or self._chunks < wanted:
            chunk = load_chunk(self.folder, self._chunks, self.encoders)
            self._data = self._data.joined(chunk) if self._data else chunk
            self._chunks += 1
        return self._data

    def _empty(self) -> tuple[Tensor, Tensor]:
        context, pooled = self.encoders.captions([""])
        return context.bfloat16(), pooled.bfloat16()


def averaged(optimizer: MasterMuon, model: nn.Module) -> nn.Module:
    """The transformer with its weights' exponential averages, float32."""
    prefix = "transformer."
    kept = optimizer.averaged(model)
    final = build_transformer()
    weights = {n.removeprefix(prefix): w for n, w in kept.items() if n.startswith(prefix)}
    final.load_state_dict(weights, strict=False)
    return final.eval()


@torch.no_grad()
def painted_captions(
    transformer: nn.Module,
    encoders: FlowEncoders,
    captions: list[str],
    noise: Tensor,
    *,
    steps: int = 20,
    guidance: float = 4.0,
) -> Tensor:
    """Euler steps along the flow: pictures ``(B, 3, H, W)`` in [0, 1] from ``(B, 4, h, w)``."""
    context, pooled = encoders.captions([*captions, *[""] * len(captions)])
    x = noise
    for step in range(steps):
        time = torch.full((2 * len(x),), 1 - step / steps)
        asked, free = velocities(transformer, torch.cat([x, x]), time, context, pooled).chunk(2)
        x = x - (free + guidance * (asked - free)) / steps
    dtype = next(encoders.vae.parameters()).dtype
    images = encoders.vae.decode((x / LATENT_SCALE).to(dtype)).sample.float()
    return (images / 2 + 0.5).clamp(0, 1)


@torch.no_grad()
def shares_named(
    transformer: nn.Module, encoders: FlowEncoders, judge: Judge, prompts: int
) -> dict[str, float]:
    """Share of held-out prompts whose kind and colour the judge finds in the picture."""
    scenes = plain_scenes(prompts, CONFIRM)
    hits = {"kind": 0, "colour": 0}
    for start in range(0, prompts, 16):
        some = scenes[start : start + 16]
        noise = torch.randn(len(some), 4, 16, 16, generator=torch.Generator().manual_seed(start))
        verdict = judge(painted_captions(transformer, encoders, [s.caption for s in some], noise))
        for scene, kind, colour in zip(some, verdict.kind, verdict.colour, strict=True):
            hits["kind"] += list(ObjectKind)[int(kind)] is scene.kind
            hits["colour"] += list(Colour)[int(colour)] is scene.colour
    return {name: count / prompts for name, count in hits.items()}
