"""Seedling from nothing: every stage in order, each resumable, one command for all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import distributed, nn

from ..variants import Variant
from ..world import Split
from .architecture import build_text_encoder, load_tokenizer
from .critic import train_critic, train_judge
from .export import checkpoint, save_half, write_config
from .pictures import Pictures, load_pictures
from .run import Until, rank_and_world
from .start import start_text, start_unet, start_vae
from .unet import LatentSet, encode_captions, encode_scenes, train_unet
from .vae import train_decoder, train_vae
from .variant_stages import fast_stage, inpainting_stage, load_holes

if TYPE_CHECKING:
    from ..critic import Critic, Judge
    from .architecture import Autoencoder


@dataclass(frozen=True)
class Preset:
    """How long each stage is; the architecture is the same in all.

    ``vae_full_from`` is a share of the VAE's run; batches are for each process. ``Until()`` leaves
    a stage out, where it can be.
    """

    vae_pictures: int
    pictures: int
    critic_pictures: int
    judge_pictures: int
    vae: Until
    vae_full_from: float
    critic: Until
    judge: Until
    unet: Until
    decoder: Until
    inpaint: Until
    fast: Until
    vae_batch: int
    unet_batch: int
    critic_batch: int
    judge_batch: int


class PresetName(str, Enum):
    """Presets by name."""

    CPU = "cpu"
    GPU = "gpu"
    SMOKE = "smoke"


_ONCE = Until(1)
PRESETS = {
    # For one thread, begun from weights that are there; docs/decisions/0014 has the hours.
    PresetName.CPU: Preset(
        vae_pictures=6_000,
        pictures=24_000,
        critic_pictures=12_000,
        judge_pictures=16_000,
        vae=Until(2_500),
        vae_full_from=0.7,
        critic=Until(1_200),
        judge=Until(3_000),
        unet=Until(8_000),
        decoder=Until(600),
        inpaint=Until(1_500),
        fast=Until(1_500),
        vae_batch=16,
        unet_batch=32,
        critic_batch=80,
        judge_batch=64,
    ),
    # For ten minutes of a data-centre GPU, of which rendering with 16 cores takes one. Critic and
    # judge are trained beside the VAE, in processes of their own (``--only``): such small networks
    # keep a GPU waiting for calls.
    PresetName.GPU: Preset(
        vae_pictures=60_000,
        pictures=60_000,
        critic_pictures=16_000,
        judge_pictures=20_000,
        vae=Until(seconds=150),
        vae_full_from=0.5,
        critic=Until(seconds=130),
        judge=Until(seconds=130),
        unet=Until(seconds=205),
        decoder=Until(),
        inpaint=Until(seconds=25),
        fast=Until(seconds=35),
        vae_batch=256,
        unet_batch=2048,
        critic_batch=256,
        judge_batch=256,
    ),
    PresetName.SMOKE: Preset(8, 8, 8, 8, _ONCE, 0.0, *(_ONCE,) * 6, 4, 2, 4, 4),
}


def train_all(
    preset: Preset, folder: Path, weights: Path, *, start: Path | None = None, workers: int = 1
) -> None:
    """Train everything into ``folder`` (checkpoints) and write ``weights``.

    Args:
        preset: how long.
        folder: checkpoints, pictures and latents; begun work there is gone on with.
        weights: ``config/tokenizer`` must be there; the rest is written.
        start: a folder of weights to begin from, as far as their shapes fit.
        workers: processes that render pictures.
    """

    def load(split: Split, count: int) -> Pictures:
        return load_pictures(folder / "pictures", split, count, workers=workers)

    if workers > 1:
        # Processes are best begun before a GPU is.
        load(Split.CRITIC, preset.critic_pictures)
        load(Split.JUDGE, preset.judge_pictures)
        load(Split.GENERATOR, preset.pictures)
    scenes = load(Split.GENERATOR, preset.vae_pictures)
    vae = train_vae(
        scenes,
        folder,
        until=preset.vae,
        batch=preset.vae_batch,
        lr=1e-3 if start else 2e-3,
        full_from=preset.vae_full_from,
        start=start_vae(start) if start else None,
    )
    critic, text = critic_stage(preset, folder, weights, start=start, workers=workers)
    pictures = load(Split.GENERATOR, preset.pictures)
    latents = load_latents(folder, vae, text, pictures, weights)
    unet = train_unet(
        latents,
        folder,
        until=preset.unet,
        batch=preset.unet_batch,
        lr=1.5e-3 if start else 2e-3,
        start=start_unet(start) if start else None,
    )
    judge = judge_stage(preset, folder, start=start, workers=workers)
    if preset.decoder != Until():
        vae = train_decoder(
            vae, pictures, folder, until=preset.decoder, batch=preset.vae_batch // 4, lr=1e-3
        )
    if rank_and_world()[0] == 0:
        write_weights(weights, unet=unet, vae=vae, text=text, critic=critic, judge=judge)
    if preset.inpaint != Until():
        holes = load_holes(vae, scenes, folder)
        inpainting_stage(
            unet, latents, holes, folder, weights, until=preset.inpaint, batch=preset.unet_batch
        )
        fast_stage(unet, latents, folder, weights, until=preset.fast, batch=preset.unet_batch)


def inpainting_again(
    preset: Preset, folder: Path, weights: Path, *, start: Path, workers: int = 1
) -> None:
    """Go on with the inpainting variant alone, on ``preset.vae_pictures`` pictures."""
    scenes = load_pictures(
        folder / "pictures", Split.GENERATOR, preset.vae_pictures, workers=workers
    )
    vae = start_vae(start)
    latents = load_latents(folder, vae, start_text(build_text_encoder(), start), scenes, weights)
    inpainting_stage(
        start_unet(start),
        latents,
        load_holes(vae, scenes, folder),
        folder,
        weights,
        until=preset.inpaint,
        batch=preset.unet_batch,
        start=start_unet(start, Variant.INPAINTING),
    )


def judge_again(
    preset: Preset, folder: Path, weights: Path, *, start: Path, workers: int = 1
) -> None:
    """Go on with the judge alone, from the one in ``start``, and write it."""
    judge = judge_stage(preset, folder, start=start, workers=workers)
    save_half(judge.state_dict(), weights / "judge.safetensors")


def critic_stage(
    preset: Preset, folder: Path, weights: Path, *, start: Path | None = None, workers: int = 1
) -> tuple[Critic, nn.Module]:
    """Critic and text encoder; needs no other stage, so it may run beside the VAE's."""
    count = preset.critic_pictures
    pictures = load_pictures(folder / "pictures", Split.CRITIC, count, workers=workers)
    return train_critic(
        pictures,
        load_tokenizer(weights / "config"),
        folder,
        until=preset.critic,
        batch=preset.critic_batch,
        lr=2e-3,
        start=start,
    )


def judge_stage(
    preset: Preset, folder: Path, *, start: Path | None = None, workers: int = 1
) -> Judge:
    """The judge; needs no other stage either."""
    count = preset.judge_pictures
    pictures = load_pictures(folder / "pictures", Split.JUDGE, count, workers=workers)
    return train_judge(
        pictures,
        folder,
        until=preset.judge,
        batch=preset.judge_batch,
        lr=1.5e-3 if start else 3e-3,
        start=start,
    )


def load_latents(
    folder: Path, vae: Autoencoder, text: nn.Module, pictures: Pictures, weights: Path
) -> LatentSet:
    """Encode pictures and captions, each process its share, or find them in ``folder``."""
    rank, world = rank_and_world()
    bounds = [len(pictures) * r // world for r in range(world + 1)]
    place = folder / f"latents-{rank}-of-{world}.pt"
    if not place.exists():
        torch.save(encode_scenes(vae, pictures, bounds[rank], bounds[rank + 1]), place)
    if world > 1:
        distributed.barrier()
    parts = [folder / f"latents-{r}-of-{world}.pt" for r in range(world)]
    latents = torch.cat(
        [torch.load(part, weights_only=True, map_location=torch.empty(0).device) for part in parts]
    )
    tokenizer = load_tokenizer(weights / "config")
    captions, contexts = encode_captions(text, tokenizer, pictures.captions)
    return LatentSet(latents, captions, contexts)


def write_weights(
    weights: Path,
    *,
    unet: nn.Module,
    vae: nn.Module,
    text: nn.Module,
    critic: nn.Module,
    judge: nn.Module,
) -> None:
    """Write the single-file checkpoint, the critic, the judge and the configuration."""
    states = (network.state_dict() for network in (unet, vae, text))
    save_half(checkpoint(*states), weights / "seedling.safetensors", {"format": "pt"})
    save_half(critic.state_dict(), weights / "critic.safetensors")
    save_half(judge.state_dict(), weights / "judge.safetensors")
    write_config(weights / "config")
