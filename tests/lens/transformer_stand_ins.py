"""Tiny transformers of every family that diffusers has, with random weights and a call of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

#: Rows, cells of the latent (not square), tokens of it, tokens of the prompt.
ROWS, HEIGHT, WIDTH, WORDS = 2, 8, 12, 7
TOKENS = (HEIGHT // 2, WIDTH // 2)
FAMILIES = ("sd3", "flux", "pixart", "z_image", "qwen_image")


@dataclass(frozen=True)
class StandIn:
    """A transformer and one call of it, always with the same numbers."""

    model: nn.Module
    call: Callable[[], Tensor]

    def run(self) -> Tensor:
        """What the call gives."""
        torch.manual_seed(3)
        with torch.no_grad():
            return self.call()


def build_stand_in(family: str) -> StandIn:
    """Build one, or skip where the installed diffusers lacks its class."""
    torch.manual_seed(1)
    made = {"sd3": _sd3, "flux": _flux, "pixart": _pixart, "z_image": _z, "qwen_image": _qwen}
    one = made[family]()
    for weight in one.model.parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, 0, 0.3)
    return StandIn(one.model.eval(), one.call)


def _class(name: str) -> Callable[..., nn.Module]:
    diffusers = pytest.importorskip("diffusers")
    if not hasattr(diffusers, name):
        pytest.skip(f"this diffusers has no {name}")
    return getattr(diffusers, name)  # type: ignore[no-any-return]


def _sd3() -> StandIn:
    model = _class("SD3Transformer2DModel")(
        sample_size=8,
        patch_size=2,
        in_channels=4,
        out_channels=4,
        num_layers=3,
        attention_head_dim=8,
        num_attention_heads=2,
        joint_attention_dim=16,
        caption_projection_dim=16,
        pooled_projection_dim=16,
        pos_embed_max_size=16,
        qk_norm="rms_norm",
        dual_attention_layers=(0,),
    )
    return StandIn(
        model,
        lambda: (
            model(
                hidden_states=torch.randn(ROWS, 4, HEIGHT, WIDTH),
                encoder_hidden_states=torch.randn(ROWS, WORDS, 16),
                pooled_projections=torch.randn(ROWS, 16),
                timestep=torch.rand(ROWS) * 999,
            ).sample
        ),
    )


def token_ids(height: int, width: int, *, picture: int = 0) -> Tensor:
    """What Flux's pipelines say of each token: which picture, row, column."""
    rows = torch.arange(height).repeat_interleave(width)
    columns = torch.arange(width).repeat(height)
    return torch.stack([torch.full_like(rows, picture), rows, columns], 1).float()


def _flux() -> StandIn:
    model = _class("FluxTransformer2DModel")(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=2,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=(4, 4, 8),
        guidance_embeds=True,
    )
    return StandIn(model, lambda: call_flux(model, token_ids(*TOKENS)))


def call_flux(model: nn.Module, ids: Tensor) -> Tensor:
    made: Tensor = model(
        hidden_states=torch.randn(ROWS, len(ids), 16),
        encoder_hidden_states=torch.randn(ROWS, WORDS, 32),
        pooled_projections=torch.randn(ROWS, 32),
        timestep=torch.rand(ROWS),
        guidance=torch.ones(ROWS),
        img_ids=ids,
        txt_ids=torch.zeros(WORDS, 3),
    ).sample
    return made


def _pixart() -> StandIn:
    model = _class("PixArtTransformer2DModel")(
        sample_size=8,
        num_layers=2,
        patch_size=2,
        attention_head_dim=8,
        num_attention_heads=3,
        caption_channels=32,
        in_channels=4,
        cross_attention_dim=24,
        out_channels=8,
        num_embeds_ada_norm=8,
        norm_type="ada_norm_single",
        norm_elementwise_affine=False,
        norm_eps=1e-6,
    )
    return StandIn(
        model,
        lambda: (
            model(
                torch.randn(ROWS, 4, HEIGHT, WIDTH),
                encoder_hidden_states=torch.randn(ROWS, WORDS, 32),
                encoder_attention_mask=torch.tensor([[1] * WORDS, [1] * 5 + [0] * (WORDS - 5)]),
                timestep=torch.rand(ROWS) * 999,
                added_cond_kwargs={"resolution": None, "aspect_ratio": None},
            ).sample
        ),
    )


def _z() -> StandIn:
    model = _class("ZImageTransformer2DModel")(
        all_patch_size=(2,),
        all_f_patch_size=(1,),
        in_channels=16,
        dim=32,
        n_layers=2,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[8, 4, 4],
        axes_lens=[256, 32, 32],
    )
    for name in ("x_pad_token", "cap_pad_token"):
        nn.init.zeros_(getattr(model, name))
    return StandIn(
        model,
        lambda: torch.stack(
            model(
                [torch.randn(16, 1, HEIGHT, WIDTH) for _ in range(ROWS)],
                torch.rand(ROWS),
                [torch.randn(WORDS, 16), torch.randn(40, 16)],
            ).sample
        ),
    )


def _qwen() -> StandIn:
    model = _class("QwenImageTransformer2DModel")(
        patch_size=2,
        in_channels=16,
        out_channels=4,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=16,
        axes_dims_rope=(8, 4, 4),
    )
    return StandIn(
        model,
        lambda: (
            model(
                hidden_states=torch.randn(ROWS, TOKENS[0] * TOKENS[1], 16),
                encoder_hidden_states=torch.randn(ROWS, WORDS, 16),
                encoder_hidden_states_mask=torch.tensor([[1] * WORDS, [1] * 5 + [0] * 2]).bool(),
                timestep=torch.rand(ROWS),
                img_shapes=[[(1, *TOKENS)]] * ROWS,
            ).sample
        ),
    )


class Projection(nn.Module):
    """The attention of the original Flux: one linear module for all three projections."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)


class DoubleBlock(nn.Module):
    """Picture and text side by side, picture first in what it gives."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.img_attn, self.txt_attn = Projection(width), Projection(width)
        self.img_mlp, self.txt_mlp = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, img: Tensor, txt: Tensor) -> tuple[Tensor, Tensor]:
        parts = [
            [one.unflatten(-1, (2, -1)).transpose(1, 2) for one in side.chunk(3, -1)]
            for side in (self.txt_attn.qkv(txt), self.img_attn.qkv(img))
        ]
        joined = [torch.cat(pair, 2) for pair in zip(*parts, strict=True)]
        out = nn.functional.scaled_dot_product_attention(*joined).transpose(1, 2).flatten(2)
        text = txt.shape[1]
        img = img + self.img_attn.proj(out[:, text:])
        txt = txt + self.txt_attn.proj(out[:, :text])
        return img + self.img_mlp(img), txt + self.txt_mlp(txt)


class SingleBlock(nn.Module):
    """One sequence, text first; one linear module also gives the feed-forward part's input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(width, 5 * width), nn.Linear(3 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        width = x.shape[-1]
        *qkv, mlp = self.linear1(x).split([width, width, width, 2 * width], -1)
        heads = [one.unflatten(-1, (2, -1)).transpose(1, 2) for one in qkv]
        out = nn.functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
        moved: Tensor = x + self.linear2(torch.cat([out, mlp.relu()], -1))
        return moved


class OriginalFlux(nn.Module):
    """Flux as its original code and ComfyUI lay it out, without what no layer hangs on."""

    patch_size = 2

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.img_in, self.txt_in = nn.Linear(16, width), nn.Linear(8, width)
        self.double_blocks = nn.ModuleList([DoubleBlock(width) for _ in range(2)])
        self.single_blocks = nn.ModuleList([SingleBlock(width) for _ in range(2)])

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        patches = nn.functional.pixel_unshuffle(x, 2).flatten(2).mT
        img, txt = self.img_in(patches), self.txt_in(context)
        for block in self.double_blocks:
            img, txt = block(img, txt)
        whole = torch.cat([txt, img], 1)
        for block in self.single_blocks:
            whole = block(whole)
        return whole


def build_original_flux() -> StandIn:
    """The same, to be watched."""
    torch.manual_seed(2)
    model = OriginalFlux().eval()
    return StandIn(
        model,
        lambda: model(torch.randn(ROWS, 4, HEIGHT, WIDTH), torch.randn(ROWS, WORDS, 8)),
    )
