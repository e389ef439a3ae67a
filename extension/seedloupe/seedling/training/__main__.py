"""``python -m seedloupe.seedling.training``: train Seedling, or go on with it.

On several CPU cores start one process a core, each with one thread:
``OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 -m seedloupe.seedling.training``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .. import weights_folder
from .run import join_processes
from .stages import PRESETS, PresetName, critic_stage, inpainting_again, judge_stage, train_all


def main() -> None:
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
        choices=("critic", "judge", "inpainting"),
        help="one stage, for a core that is free meanwhile; inpainting goes on from --start",
    )
    settings = parser.parse_args()
    torch.set_num_threads(1)
    # What has learnt nearly everything has gradients too small for a CPU to be quick about.
    torch.set_flush_denormal(True)
    torch.set_default_device(settings.device)
    join_processes()
    preset, folder, workers = (
        PRESETS[PresetName(settings.preset)],
        settings.folder,
        settings.workers,
    )
    if settings.only == "judge":
        judge_stage(preset, folder, start=settings.start, workers=workers)
        return
    if settings.only == "inpainting":
        start = settings.start or settings.weights
        inpainting_again(preset, folder, settings.weights, start=start, workers=workers)
        return
    whole = critic_stage if settings.only == "critic" else train_all
    whole(preset, folder, settings.weights, start=settings.start, workers=workers)


if __name__ == "__main__":
    main()
