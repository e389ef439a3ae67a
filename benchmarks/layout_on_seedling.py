"""Where Seedling's objects land when seeds are picked by layout, beside random seeds.

    python benchmarks/layout_on_seedling.py --seeds 16 --prompts 10

Seeds are picked from the bundled table, and drawn with prompts the table never saw. The control
asks a table in which rows of ``feature.composition`` were permuted: what is left there
is what asking alone does. Prints one JSON document: for each question the mean place, size or depth
over the seeds with its 95 % interval, and the gain over random seeds, in the direction asked for.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from seedloupe.chance import NORMAL_95
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import Sampler, sample_batch
from seedloupe.noise import initial_noise
from seedloupe.picking import Layout, pick_by_layout, pick_random
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Critic, load_critic
from seedloupe.seedling.instrument import composition
from seedloupe.seedling.prompts import JUDGING, prompts
from seedloupe.tables import SeedTable, bundled_folder, find_table, read_table

ASPECTS = ("x", "y", "size", "depth")
#: Beyond the prompts the judge is measured with.
UNSEEN = JUDGING + 50_000
SHOWN = 8


@dataclass(frozen=True)
class Question:
    """One layout, and what it is about."""

    name: str
    layout: Layout
    aspect: str
    more: bool


QUESTIONS = (
    Question("left", Layout(x=0.2), "x", more=False),
    Question("right", Layout(x=0.8), "x", more=True),
    Question("high", Layout(y=0.3), "y", more=False),
    Question("low", Layout(y=0.8), "y", more=True),
    Question("near", Layout(depth=0.0), "depth", more=False),
    Question("far", Layout(depth=1.0), "depth", more=True),
    Question("small", Layout(size=0.02), "size", more=False),
    Question("large", Layout(size=0.4), "size", more=True),
)


def main() -> None:
    """Read the command line, pick, draw, look, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=16, help="picked for each question")
    parser.add_argument("--prompts", type=int, default=10)
    parser.add_argument("--random", type=int, default=64, help="random seeds")
    parser.add_argument("--only", nargs="*", default=[q.name for q in QUESTIONS])
    parser.add_argument("--sheet", type=Path, help="write a picture of left, random and right here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    table = read_table(find_table("seedling", [bundled_folder()]))
    captions = prompts(settings.prompts, UNSEEN)
    look = partial(places, open_model("seedling"), load_critic(weights_folder()), table, captions)
    usual = look(pick_random(table, settings.random, source_seed=7).seeds)
    report: dict[str, object] = {
        "random": {a: summary(usual[:, :, i]) for i, a in enumerate(ASPECTS)}
    }
    for question in QUESTIONS:
        if question.name in settings.only:
            report[question.name] = {
                "table": answer(question, table, settings.seeds, look, usual),
                "control": answer(question, permuted(table), settings.seeds, look, usual),
            }
    if settings.sheet:
        draw_sheet(table, captions[:SHOWN], settings.sheet)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def answer(
    question: Question,
    table: SeedTable,
    count: int,
    look: partial[NDArray[np.float64]],
    usual: NDArray[np.float64],
) -> dict[str, object]:
    """Pick, draw and look."""
    picking = pick_by_layout(table, count, layouts=[question.layout])
    column = ASPECTS.index(question.aspect)
    found = look(picking.seeds)[:, :, column]
    sign = 1 if question.more else -1
    gain, error = difference(found, usual[:, :, column])
    reach = NORMAL_95 * error
    return {
        **summary(found),
        "gain over random seeds": round(sign * gain, 4),
        "interval": [round(sign * gain - reach, 4), round(sign * gain + reach, 4)],
        "on the side asked for": side(found, usual[:, :, column], sign),
        "seeds": list(picking.seeds[:4]),
    }


def places(
    model: Model, critic: Critic, table: SeedTable, captions: Sequence[str], seeds: Sequence[int]
) -> NDArray[np.float64]:
    """Draw every seed with every prompt; return ``(S, P, 4)``, NaN where no object was found."""
    rows = []
    for number, seed in enumerate(seeds):
        with torch.no_grad():
            found = composition(critic(pictures(model, table, captions, seed)))
        by_kind = found.reshape(len(captions), -1, len(ASPECTS)).numpy().astype(np.float64)
        known = np.isfinite(by_kind)
        total = np.where(known, by_kind, 0).sum(1)  # at most one kind is known
        rows.append(np.where(known.any(1), total, np.nan))
        sys.stderr.write(f"\r{number + 1}/{len(seeds)} ")
    return np.stack(rows)


def pictures(model: Model, table: SeedTable, captions: Sequence[str], seed: int) -> torch.Tensor:
    """Draw one seed with every prompt the way the table was mined: ``(P, 3, H, W)``."""
    made, noise = table.spec.sampling, table.spec.noise
    assert made is not None
    assert made.steps is not None
    assert made.guidance is not None
    start = initial_noise(seed, noise.shape, source=noise.source)
    return sample_batch(
        model,
        list(captions),
        start.expand(len(captions), -1, -1, -1),
        steps=made.steps,
        guidance=made.guidance,
        sampler=Sampler(made.sampler),
    )


def permuted(table: SeedTable) -> SeedTable:
    """The same table, each seed with the composition of another."""
    order = np.random.default_rng(0).permutation(len(table))
    tensors = {**table.tensors, "feature.composition": table.feature("composition")[order]}
    return SeedTable(table.seeds, tensors, table.spec)


def summary(found: NDArray[np.float64]) -> dict[str, object]:
    """Mean over seeds of each seed's mean ``(S, P)``, with its 95 % interval over seeds."""
    means = np.nanmean(found, axis=1)
    reach = NORMAL_95 * float(np.std(means, ddof=1)) / math.sqrt(len(means))
    middle = float(means.mean())
    return {
        "mean": round(middle, 4),
        "from": round(middle - reach, 4),
        "to": round(middle + reach, 4),
    }


def difference(found: NDArray[np.float64], usual: NDArray[np.float64]) -> tuple[float, float]:
    """How far the mean of one set of seeds lies above the other's, and its standard error."""
    ours, theirs = (np.nanmean(part, axis=1) for part in (found, usual))
    error = math.hypot(*(float(np.std(m, ddof=1)) / math.sqrt(len(m)) for m in (ours, theirs)))
    return float(ours.mean() - theirs.mean()), error


def side(found: NDArray[np.float64], usual: NDArray[np.float64], sign: int) -> float:
    """The share of pictures beyond random seeds' median, on the side asked for; chance is 0.5."""
    known = found[np.isfinite(found)]
    return round(float((sign * (known - np.nanmedian(usual)) > 0).mean()), 3)


def draw_sheet(table: SeedTable, captions: Sequence[str], path: Path) -> None:
    """Rows of pictures: four seeds picked for the left, four random ones, four for the right."""
    from PIL import Image

    model = open_model("seedling")
    sides = [pick_by_layout(table, 4, layouts=[Layout(x=x)]).seeds for x in (0.2, 0.8)]
    usual = pick_random(table, 4, source_seed=7).seeds
    rows = [
        torch.cat(list(pictures(model, table, captions, seed)), 2)
        for seed in chain(sides[0], usual, sides[1])
    ]
    whole = (torch.cat(rows, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    Image.fromarray(whole).save(path)


if __name__ == "__main__":
    main()
