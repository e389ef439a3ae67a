"""How much of mining is the model itself: the share of its time that U-Net and decoder take alone.

    python benchmarks/mining_speed.py [--model seedling-fast] [--batch 32] [--batches 3]

The bound is the U-Net, as often as the sampler calls it, and the decoder once, at that batch and
with nothing else; beside it stands a run of the miner with all scorers that fit the model, journal
included. Both are timed in CPU time of this process, threads included, in turns, and medians count.
The rest is what encoding prompts, the sampler, scoring and writing cost; 0.90 or more is aimed at.
Then a late round of a race, eight seeds with four prompts: in one batch against a batch a prompt,
and against one call of the plain pipeline a picture. Last, by how much a picture depends on the
others of its batch: alone, among its own prompt's, and among those of four prompts.
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
from seedloupe.generation.table_use import sampling_spec
from seedloupe.hosts.standalone.engine.model_pictures import generator_for
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.hosts.standalone.engine.text import pooled_caption
from seedloupe.mining import Journal, MiningRun
from seedloupe.noise import initial_noise
from seedloupe.services.mining import instruments_for, prompts_for
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
    _round(model, args.batches)
    share = statistics.median(bounds) / statistics.median(times)
    sys.stdout.write(
        f"{args.model}, batch {args.batch}, {calls} calls of the U-Net a picture: bound "
        f"{statistics.median(bounds) / args.batch:.3f} s a picture, mining "
        f"{statistics.median(times) / args.batch:.3f} s, share {share:.2f}\n"
    )


def _round(model: Model, turns: int) -> None:
    """Time and compare eight seeds with four prompts."""
    request = Request.of(model.info, "", tuple(range(8)))
    pictures = generator_for(model, sampling_spec(request), request.noise)
    noise = torch.stack([initial_noise(seed, request.shape) for seed in request.seeds])
    prompts = prompts_for(model.info, None, None)[0][:4]
    mixed = [prompt for prompt in prompts for _ in range(8)]
    seeds = request.seeds * 4

    def together() -> torch.Tensor:
        return pictures.pairs(mixed, noise.repeat(4, 1, 1, 1), seeds)

    def apart() -> torch.Tensor:
        return torch.cat([pictures(prompt, noise, request.seeds) for prompt in prompts])

    def plain() -> torch.Tensor:
        rows = [
            sample_batch(
                model,
                [prompt],
                noise[row : row + 1],
                steps=request.plan.steps,
                guidance=request.plan.guidance,
                sampler=request.plan.sampler,
                step_seeds=(seed,),
            )
            for prompt in prompts
            for row, seed in enumerate(request.seeds)
        ]
        return torch.cat(rows)

    ways = (together, apart, plain)
    made = [way() for way in ways]
    times = [[_timed(way) for way in ways] for _ in range(turns)]
    one, four, single = (statistics.median(column) for column in zip(*times, strict=True))
    again = torch.equal(together(), made[0])
    sys.stdout.write(
        f"8 seeds with 4 prompts in one batch {one / 32:.3f} s a picture; a batch a prompt takes "
        f"{four / one:.2f} times that, one call a picture {single / one:.2f} times\n"
        f"largest difference in grey levels of 255: to a batch of its own prompt "
        f"{_levels(made[0], made[1])}, to the picture made alone {_levels(made[0], made[2])}; the "
        f"same batch again is {'the same' if again else 'not the same'} bit for bit\n"
    )


def _levels(one: torch.Tensor, other: torch.Tensor) -> str:
    return f"{float((one - other).abs().max()) * 255:.2g}"


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
