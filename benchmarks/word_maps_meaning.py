"""Whether the map of an object's word points at the object, on Seedling.

    python benchmarks/word_maps_meaning.py --pictures 60 --steps 12
    python benchmarks/word_maps_meaning.py --model seedling-dit

The pointing game (Zhang et al., ECCV 2016): a hit is a map whose largest value lies inside the
object, as the critic sees it in the finished picture. Chance is the share of the picture the object
takes. Besides chance stand four controls: the object's word in another picture, which knows where
objects mostly are and no more; the words for the object's colour and size; the words for ground and
sky of the same prompt, which tell whether a map is about its word or about any word; and the same
word under a network of random weights that was shown all that the real one was shown.

Besides hits stands ``iou``: how the object's outline meets as many pixels of the map, the largest.

Prints one JSON document: shares of hits with 95 % intervals (Wilson), for each layer, all layers,
and the last half of the steps; differences in pairs with bootstrap intervals over pictures.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seedloupe.chance import NORMAL_95
from seedloupe.generation.request import Request
from seedloupe.generation.sampler import Plan
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import Generated, stream
from seedloupe.hosts.standalone.engine.watching import tokens_of
from seedloupe.lens import (
    AttentionAccumulator,
    AttentionProbe,
    PromptTokens,
    Rows,
    Truth,
    WordColumns,
    WordsSeen,
)
from seedloupe.lens.words.accumulator import resize
from seedloupe.lens.words.clip_words import may_mean_something
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import load_critic
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.seedling.world import ObjectKind, Scene

#: Beyond the prompts the judge and other benchmarks are measured with.
UNSEEN = JUDGING + 80_000
FIRST_SEED = 70_000
#: Pictures in which the critic finds less of the object are left out, and counted.
LEAST_SHARE = 0.01
DRAWS = 2000

Maps = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture: where its object is, and the maps to be asked.

    Args:
        mask: ``(h, w)`` bool.
        own: maps ``(H, W)`` of the object's word, by the view they come from.
        others: share of hits of the other words' maps, by view and then by what they are about;
            NaN where the prompt has none of them.
        random: the object's word under random weights.
    """

    mask: Tensor
    own: Maps
    others: dict[str, dict[str, float]]
    random: Maps


def main() -> None:
    """Read the command line, draw, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="seedling", help="seedling or seedling-dit")
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--sheet", type=Path, help="write pictures with their maps here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    model = open_model(settings.model)
    scenes = plain_scenes(settings.pictures, UNSEEN)
    shots, doubts, sheet = [], 0, []
    random = random_network(model)
    critic = load_critic(weights_folder())
    for number, scene in enumerate(scenes):
        made, seen, without = draw(model, random, scene, FIRST_SEED + number, settings.steps)
        doubts += sum(one.label is not Truth.SAME for one in seen.tally.truths.values())
        with torch.no_grad():
            found = critic(made.image[None]).planes[0].argmax(0)
        mask = found == 1 + list(ObjectKind).index(scene.kind)
        if float(mask.float().mean()) >= LEAST_SHARE:
            shots.append(shot(scene, mask, seen, without, settings.steps))
        sheet.append(row_of(made, seen, scene))
        sys.stderr.write(f"\r{number + 1}/{len(scenes)} ")
    if settings.sheet:
        save_sheet(sheet[:10], settings.sheet)
    report = {
        "pictures": len(shots),
        "without the object": len(scenes) - len(shots),
        "layers whose maps were not what the model used": doubts,
        "chance": round(float(np.mean([float(one.mask.float().mean()) for one in shots])), 4),
        "views": {view: judged(shots, view) for view in shots[0].own},
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def draw(
    model: Model, random: nn.Module, scene: Scene, seed: int, steps: int
) -> tuple[Generated, WordsSeen, AttentionAccumulator]:
    """Draw one picture; a network of random weights is shown all that the real one is shown."""
    wish = Request.of(model.info, scene.caption, (seed,), plan=Plan(steps=steps))
    tokens = tokens_of(model, scene.caption)
    without = AttentionAccumulator()
    probe = AttentionProbe(random, WordColumns(tokens.content), without, rows=[1])

    def mirror(_: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        random(*args, **kwargs)

    beside = model.unet.register_forward_pre_hook(mirror, with_kwargs=True)
    try:
        with probe:
            (made,) = (e for e in stream(model, wish, words=True) if isinstance(e, Generated))
    finally:
        beside.remove()
    assert made.words is not None
    return made, made.words, without


def random_network(model: Model) -> nn.Module:
    """The same network before it learned anything."""
    torch.manual_seed(0)
    return type(model.unet).from_config(model.unet.config).eval()


def shot(
    scene: Scene, mask: Tensor, seen: WordsSeen, without: AttentionAccumulator, steps: int
) -> Shot:
    """Take the maps out of one run."""
    tokens = seen.prompt
    word = scene.kind.value
    of = views(seen.tally, tokens, seen.rows, steps)
    of["less the negative prompt"] = lambda word: seen.contrast(word).values[0]
    own = {view: ask(word) for view, ask in of.items()}
    groups = other_words(tokens, word)
    hits = {
        view: {name: share(ask, group, mask) for name, group in groups.items()}
        for view, ask in of.items()
    }
    blind = {view: ask(word) for view, ask in views(without, tokens, [0], steps).items()}
    blind["less the negative prompt"] = blind["all layers"]
    return Shot(mask, own, hits, blind)


def views(
    tally: AttentionAccumulator, tokens: PromptTokens, rows: Rows, steps: int
) -> dict[str, Callable[[str], Tensor]]:
    """The ways a word's map can be asked for, each a function of the word."""

    def late(word: str) -> Tensor:
        last = range(steps // 2, steps)
        found = [tally.map_of(tokens, word, step=step, rows=rows).values[0] for step in last]
        return torch.stack(found).mean(0)

    def among(word: str) -> Tensor:
        return tally.map_of(tokens, word, rows=rows, among_words=True).values[0]

    def of_layer(layer: str, word: str) -> Tensor:
        return tally.map_of(tokens, word, rows=rows, layer=layer).values[0]

    layers = {layer: partial(of_layer, layer) for layer in tally.layers}
    return {
        "all layers": partial(of_layer, "all"),
        "all layers, among words": among,
        "all layers, last half of the steps": late,
        **layers,
    }


def other_words(tokens: PromptTokens, word: str) -> dict[str, tuple[str, ...]]:
    """Captions read: size and colour, the object, then ground and sky."""
    place = tokens.words.index(word)
    telling = [label if may_mean_something(label) else "" for label in tokens.labels]
    return {
        "words for its size and colour": tuple(filter(None, telling[:place])),
        "words for ground and sky": tuple(filter(None, telling[place + 1 :])),
    }


def share(ask: Callable[[str], Tensor], words: Sequence[str], mask: Tensor) -> float:
    """Share of hits of several words."""
    return float(np.mean([hit(ask(word), mask) for word in words])) if words else math.nan


def hit(found: Tensor, mask: Tensor) -> bool:
    """Whether the largest value lies inside."""
    height, width = mask.shape
    row, column = divmod(int(resize(found[None, None], (height, width)).argmax()), width)
    return bool(mask[row, column])


def overlap(found: Tensor, mask: Tensor) -> float:
    """IoU of the mask and as many cells of the map, the largest."""
    spread = resize(found[None, None], tuple(mask.shape)).flatten()
    inside = torch.zeros(mask.numel(), dtype=torch.bool)
    inside[spread.argsort(descending=True)[: int(mask.sum())]] = True
    both = int((inside & mask.flatten()).sum())
    return both / (2 * int(mask.sum()) - both)


def judged(shots: Sequence[Shot], view: str) -> dict[str, object]:
    """Hits of one view, beside its controls."""
    own = np.array([hit(one.own[view], one.mask) for one in shots], float)
    turned = [*shots[1:], shots[0]]
    controls = {
        "chance": np.array([float(one.mask.float().mean()) for one in shots]),
        "the word in another picture": np.array(
            [hit(other.own[view], one.mask) for one, other in zip(shots, turned, strict=True)],
            float,
        ),
        **{
            name: np.array([one.others[view][name] for one in shots])
            for name in shots[0].others[view]
        },
        "random weights": np.array([hit(one.random[view], one.mask) for one in shots], float),
    }
    overlaps = [[overlap(maps[view], one.mask) for maps in (one.own, one.random)] for one in shots]
    met, unmet = np.array(overlaps).T
    return {
        "hits": wilson(own),
        "iou": gain(met),
        "iou, random weights": gain(unmet),
        "controls": {
            name: round(float(np.nanmean(values)), 3) for name, values in controls.items()
        },
        "gain over": {name: gain(own - values) for name, values in controls.items()},
    }


def wilson(hits: np.ndarray) -> list[float]:
    """Share, and its interval from and to."""
    n, p, z = len(hits), float(hits.mean()), NORMAL_95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [round(p, 3), round(middle - reach, 3), round(middle + reach, 3)]


def gain(differences: np.ndarray) -> list[float]:
    """Mean over pictures, and its bootstrap interval from and to."""
    differences = differences[np.isfinite(differences)]
    numbers = np.random.default_rng(0)
    drawn = numbers.choice(differences, (DRAWS, len(differences))).mean(1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return [round(float(differences.mean()), 3), round(float(low), 3), round(float(high), 3)]


def row_of(made: Generated, seen: WordsSeen, scene: Scene) -> Tensor:
    """The picture, and the object's word, its neighbours and the contrast laid over it."""
    from seedloupe.lens import overlay

    picture = made.image
    found = [seen.map_of(scene.kind.value), seen.contrast(scene.kind.value)]
    found += [seen.map_of(label) for label in seen.prompt.labels[-4:]]
    return torch.cat([picture, *(overlay(picture, one.values[0]) for one in found)], 2)


def save_sheet(rows: Sequence[Tensor], path: Path) -> None:
    """Write the rows below each other."""
    from seedloupe.images import to_pil

    to_pil(torch.cat(list(rows), 1)).save(path)


if __name__ == "__main__":
    main()
