"""``python -m seedloupe.seedling.training``: train Seedling, or go on with it.

On several CPU cores start one process a core, each with one thread:
``OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 -m seedloupe.seedling.training``.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from .. import weights_folder
from .run import Until, join_processes
from .stages import (
    PRESETS,
    Preset,
    PresetName,
    critic_stage,
    inpainting_again,
    judge_again,
    judge_stage,
    train_all,
)
from .transformer_stage import transformer_stage


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="seedloupe.seedling.training", description=__doc__)
    parser.add_argument("--preset", type=PresetName, choices=list(PresetName), default="cpu")
    parser.add_argument("--folder", type=Path, default=Path("checkpoints"))
    parser.add_argument("--weights", type=Path, default=weights_folder())
    parser.add_argument("--start", type=Path, help="a folder of weights to begin from")
    parser.add_argument("--device", default="cpu", help='where to train, "cuda" for a GPU')
    parser.add_argument("--workers", type=int, default=1, help="processes that render pictures")
    parser.add_argument(
        "--only",
        choices=("critic", "judge", "inpainting", "transformer"),
        help="one stage, for a core that is free meanwhile; with --start, judge and inpainting go "
        "on from there and are written; the transformer takes the rest from --weights",
    )
    for name in ("steps", "pictures"):
        parser.add_argument(
            f"--{name}", type=int, metavar="N", help="instead of the preset's, when going on"
        )
    parser.add_argument(
        "--seconds", type=float, default=10_000.0, help="how long the transformer is trained"
    )
    parser.add_argument("--lr", type=float, default=4e-3, help="the transformer's peak rate")
    parser.add_argument(
        "--compile", action="store_true", help="the transformer's blocks; needs a C++ compiler"
    )
    settings = parser.parse_args(arguments)
    torch.set_num_threads(1)
    # What has learnt nearly everything has gradients too small for a CPU to be quick about.
    torch.set_flush_denormal(True)
    torch.set_default_device(settings.device)
    join_processes()
    preset, folder = PRESETS[PresetName(settings.preset)], settings.folder
    if settings.only == "transformer":
        transformer_stage(
            folder,
            settings.weights,
            until=Until(settings.steps or 0, settings.seconds),
            lr=settings.lr,
            compiled=settings.compile,
        )
    elif settings.start and settings.only in ("judge", "inpainting"):
        again = judge_again if settings.only == "judge" else inpainting_again
        preset = going_on(preset, steps=settings.steps, pictures=settings.pictures)
        again(preset, folder, settings.weights, start=settings.start, workers=settings.workers)
    elif settings.only == "inpainting":
        parser.error("--only inpainting needs --start, the folder of weights it goes on from")
    elif settings.only == "judge":
        judge_stage(preset, folder, workers=settings.workers)
    else:
        whole = critic_stage if settings.only == "critic" else train_all
        whole(preset, folder, settings.weights, start=settings.start, workers=settings.workers)


def going_on(preset: Preset, *, steps: int | None, pictures: int | None) -> Preset:
    """``preset`` with other lengths for the stages that can be gone on with."""
    until = Until(steps) if steps else None
    return replace(
        preset,
        judge=until or preset.judge,
        inpaint=until or preset.inpaint,
        judge_pictures=pictures or preset.judge_pictures,
        vae_pictures=pictures or preset.vae_pictures,
    )


if __name__ == "__main__":
    main()
