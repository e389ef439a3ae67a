"""How much of mining is the model itself: the share of its time that U-Net and decoder take alone.

    python benchmarks/mining_speed.py [--model seedling-fast] [--batch 32] [--batches 3]

The bound is the U-Net, as often as the sampler calls it, and the decoder once, at that batch and
with nothing else; beside it stands a run of the miner with all scorers that fit the model, journal
included. Both are timed in CPU time of this process, in turns, and medians count. The rest is what
encoding prompts, the sampler, scoring and writing cost; 0.90 or more is aimed at.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is imported

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import generator_for
from seedloupe.hosts.standalone.engine.text import pooled_caption
from seedloupe.mining import Journal, MiningRun
from seedloupe.services.mining import instruments_for
from seedloupe.services.mining_wish import MiningWish


def main() -> None:
    """Time both in turns."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--model", default="seedling-fast")
    words.add_argument("--batch", type=int, default=32)
    words.add_argument("--batches", type=int, default=3)
    args = words.parse_args()
    model = open_model(args.model, device="cpu")
    usual = model.info.usual
    calls = usual.steps * (2 if usual.guidance > 1 else 1)
    bound = _bound(model, args.batch, calls)
    bound()  # gets everything ready
    bounds = []
    with tempfile.TemporaryDirectory() as folder:
        run, times = _run(model, args.batch, Path(folder)), []
        reports = run.rounds()
        next(reports)
        for _ in range(args.batches):
            bounds.append(_timed(bound))
            times.append(_timed(lambda: next(reports)))
    share = statistics.median(bounds) / statistics.median(times)
    sys.stdout.write(
        f"{args.model}, batch {args.batch}, {calls} calls of the U-Net a picture: bound "
        f"{statistics.median(bounds) / args.batch:.3f} s a picture, mining "
        f"{statistics.median(times) / args.batch:.3f} s, share {share:.2f}\n"
    )


def _bound(model: Model, batch: int, calls: int) -> Callable[[], object]:
    pipe, shape = model.pipe, model.info.latent_shape(*model.info.native_size)
    latent = torch.randn(batch, *shape, dtype=pipe.unet.dtype)
    text = torch.randn(
        batch, pipe.tokenizer.model_max_length, pipe.unet.config.cross_attention_dim
    ).to(pipe.unet.dtype)

    @torch.no_grad()
    def forward() -> object:
        for _ in range(calls):
            pipe.unet(latent, 500, encoder_hidden_states=text)
        return pipe.vae.decode(latent.to(pipe.vae.dtype))

    return forward


def _run(model: Model, batch: int, folder: Path) -> MiningRun:
    request = Request.of(model.info, "", tuple(range(batch * 8)))
    wish = MiningWish(exhaustive=True, batch=batch)
    plan, race = wish.settled(request, model.dtype_name)
    scorers = instruments_for(
        None, model.info, prompts=len(plan.prompts), pooled=pooled_caption(model)
    )
    generator = generator_for(model, plan.sampling, plan.noise)
    return MiningRun(plan, generator, scorers, journal=Journal(folder / "j", plan), race=race)


def _timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
