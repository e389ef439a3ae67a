"""Whether a seed puts things in the same place in Seedling's U-Net and in its transformer.

    python benchmarks/same_place.py --seeds 24 --prompts 8
    python benchmarks/same_place.py --tables seedling-cpu-128x128 seedling-dit-cpu-128x128

All models draw each seed with each prompt from the same latent. The critic finds the object in
every picture; what a prompt does to every seed alike is taken out first. For each pair of models:

- x, y, size: correlation over pictures of where the object stands and how large it is.
- picture: correlation of the pictures on 8 x 8 cells, colours included.
- iou: overlap of the objects' outlines, less what other seeds of the same prompt have.

Each stands beside the same with seeds shuffled among the second model's pictures, one order for all
prompts: the 95 % of shuffles, and how often they reach as much (p). Intervals are 95 %, seeds drawn
anew. ``seedling-fast`` is there as what agreement looks like: it is the U-Net, taught to need four
steps. With ``--tables`` the places are those that two tables of the same prompts have of each seed,
over all prompts.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seedloupe.generation.sampler import Sampler
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Critic, load_critic
from seedloupe.seedling.instrument import composition, object_mask
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.tables import bundled_folder, find_table, read_table

#: Beyond the prompts other benchmarks are measured with.
UNSEEN = JUDGING + 120_000
FIRST_SEED = 400_000
MODELS = ("seedling", "seedling-dit", "seedling-fast")
ASPECTS = ("x", "y", "size")
CELLS = 8
Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """What one model drew, seeds by prompts.

    Attributes:
        places: ``(S, P, 3)``, column, row and size of the object; NaN where none was found.
        masks: ``(S, P, N)`` bool, where some object stands.
        pictures: ``(S, P, D)``, on few cells.
    """

    places: Doubles
    masks: NDArray[np.bool_]
    pictures: Doubles


def main() -> None:
    """Read the command line, draw, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--prompts", type=int, default=8)
    parser.add_argument("--steps", type=int, default=8, help="seedling-fast takes 4, unguided")
    parser.add_argument("--shuffles", type=int, default=1999)
    parser.add_argument("--sheet", type=Path, help="write six seeds of two prompts here")
    parser.add_argument("--tables", nargs=2, metavar="T", help="compare what two tables know")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    if settings.tables:
        sys.stdout.write(json.dumps(of_tables(*settings.tables, settings.shuffles)) + "\n")
        return
    started = time.process_time()
    seeds = range(FIRST_SEED, FIRST_SEED + settings.seeds)
    captions = [scene.caption for scene in plain_scenes(settings.prompts, UNSEEN)]
    critic, drawn, shown = load_critic(weights_folder()), {}, []
    for name in MODELS:
        images = pictures(open_model(name), captions, seeds, settings.steps)
        drawn[name] = looked_at(critic, images)
        shown += [images[:6, column] for column in range(min(2, len(captions)))]
    report = {
        f"{one} and {other}": compared(drawn[one], drawn[other], settings.shuffles)
        for one, other in combinations(MODELS, 2)
    }
    found = {
        name: round(float(np.isfinite(d.places).all(2).mean()), 3) for name, d in drawn.items()
    }
    cpu = round(time.process_time() - started, 1)
    document = {"prompts": captions, "object found": found, "pairs": report, "cpu seconds": cpu}
    sys.stdout.write(json.dumps(document, indent=1) + "\n")
    if settings.sheet:
        save_sheet(shown, settings.sheet)


def of_tables(one: str, other: str, shuffles: int) -> dict[str, object]:
    """Where two tables' seeds put things, what a kind of thing does to all alike taken out."""
    tables = [read_table(find_table(name, [bundled_folder()])) for name in (one, other)]
    prompts = [table.spec.prompts.extra["mining_prompts"] for table in tables if table.spec.prompts]
    if len(prompts) < 2 or prompts[0] != prompts[1]:
        raise SystemExit("the tables are of other prompts")
    seeds = sorted(set(tables[0].seeds.tolist()) & set(tables[1].seeds.tolist()))
    report: dict[str, object] = {"seeds": len(seeds)}
    for column, name in enumerate((*ASPECTS, "depth")):
        sides = []
        for table in tables:
            rows = [table.seeds.tolist().index(seed) for seed in seeds]
            places = table.feature("composition")[rows].reshape(len(seeds), -1, 4)[..., column]
            places = places[:, np.isfinite(places).any(0)]  # of kinds that the prompts name
            centred = places - np.nanmean(places, 0)
            sides.append(np.nanmean(centred, 1)[:, None, None].astype(np.float64))
        report[name] = judged(products(*sides), shuffles)
    return report


def pictures(model: Model, captions: Sequence[str], seeds: Sequence[int], steps: int) -> Tensor:
    """Draw every seed with every prompt, ``(S, P, 3, H, W)``."""
    fast = model.name == "seedling-fast"
    shape = model.info.latent_shape(*model.native_size)
    noise = torch.stack([initial_noise(seed, shape) for seed in seeds])
    columns = []
    for number, caption in enumerate(captions):
        made = sample_batch(
            model,
            [caption],
            noise,
            steps=4 if fast else steps,
            guidance=1.0 if fast else 4.0,
            sampler=Sampler.EULER if fast else Sampler.DPMPP_2M,
        )
        columns.append(made)
        sys.stderr.write(f"\r{model.name}: {number + 1}/{len(captions)} ")
    return torch.stack(columns, 1)


@torch.no_grad()
def looked_at(critic: Critic, images: Tensor) -> Drawn:
    """Let the critic find the object in each picture."""
    seeds, prompts = images.shape[:2]
    places, masks = [], []
    for chunk in images.flatten(0, 1).split(32):
        reading = critic(chunk)
        found = composition(reading).reshape(len(chunk), -1, 4)[..., : len(ASPECTS)]
        known = found.isfinite().all(2, keepdim=True)  # at most one kind is known
        total = torch.where(known, found, 0).sum(1)
        places.append(torch.where(known.any(1), total, torch.nan))
        masks.append(object_mask(reading).flatten(1))
    small = torch.nn.functional.adaptive_avg_pool2d(images.flatten(0, 1), CELLS).flatten(1)
    grid = (seeds, prompts, -1)
    return Drawn(
        torch.cat(places).reshape(grid).double().numpy(),
        torch.cat(masks).reshape(grid).numpy(),
        small.reshape(grid).double().numpy(),
    )


def compared(one: Drawn, other: Drawn, shuffles: int) -> dict[str, dict[str, object]]:
    """Every measure of one pair of models, beside shuffled seeds."""
    report = {}
    for column, name in enumerate(ASPECTS):
        both = one.places[..., column : column + 1], other.places[..., column : column + 1]
        known = np.isfinite(both[0]) & np.isfinite(both[1])
        report[name] = judged(products(*both), shuffles, pictures=int(known.sum()))
    report["picture"] = judged(products(one.pictures, other.pictures), shuffles)
    report["iou"] = judged(overlaps(one.masks, other.masks), shuffles)
    return report


#: A measure as what each pair of seeds adds to it: shares of a numerator, and a scale.
Pairs = tuple[Doubles, Callable[[NDArray[np.int_]], float]]


def products(one: Doubles, other: Doubles) -> Pairs:
    """Correlation of ``(S, P, D)``, what a prompt does to all seeds alike taken out."""
    first, second = (np.nan_to_num(part - np.nanmean(part, 0)) for part in (one, other))
    each = np.einsum("spd,tpd->st", first, second)
    sizes = [np.square(part).sum((1, 2)) for part in (first, second)]
    return each, lambda rows: float(np.sqrt(sizes[0][rows].sum() * sizes[1][rows].sum()))


def overlaps(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> Pairs:
    """IoU of ``(S, P, N)`` outlines, less that of the mean pair of seeds."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    both = np.einsum("spn,tpn->stp", first, second)
    either = first.sum(2)[:, None] + second.sum(2)[None] - both
    share = np.where(either > 0, both / np.maximum(either, 1), 0).mean(2)
    usual = (share.sum() - np.trace(share)) / (share.size - len(share))
    return share - usual, lambda rows: float(len(rows))


def judged(pairs: Pairs, shuffles: int, **known: object) -> dict[str, object]:
    """The measure of equal seeds, its interval, and what shuffled seeds reach."""
    each, scale = pairs
    numbers, rows = np.random.default_rng(0), np.arange(len(each))
    own = np.diag(each)
    value = own.sum() / scale(rows)
    anew = [numbers.integers(0, len(rows), len(rows)) for _ in range(shuffles)]
    low, high = np.quantile([own[drawn].sum() / scale(drawn) for drawn in anew], [0.025, 0.975])
    orders = [numbers.permutation(rows) for _ in range(shuffles)]
    shuffled = np.array([each[rows, order].sum() / scale(rows) for order in orders])
    ends = np.quantile(shuffled, [0.025, 0.975])
    return {
        "same seed": round(float(value), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
        "shuffled, 95 % of them": [round(float(end), 3) for end in ends],
        "p": round(float((1 + (shuffled >= value - 1e-12).sum()) / (1 + shuffles)), 4),
        **known,
    }


def save_sheet(rows: Sequence[Tensor], path: Path) -> None:
    """Six seeds side by side; two prompts of each model below each other."""
    from seedloupe.images import to_pil

    to_pil(torch.cat([torch.cat(list(row), 2) for row in rows], 1)).save(path)


if __name__ == "__main__":
    main()
