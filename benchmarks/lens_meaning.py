"""What the layers of Seedling's denoiser mean, where the truth is known to the pixel.

    python benchmarks/lens_meaning.py --pictures 40 --time 100 --json lens_meaning.json
    python benchmarks/lens_meaning.py --model seedling-dit

Rendered held-out pictures are encoded, noised to one time step and passed through the denoiser
once, with the empty prompt unless asked otherwise. Everything stands beside the same network with
random weights, the same pictures and the same noise, and beside three things that are no network:
the noised latent, the clean latent and the mean colour of each cell. A layer with massive channels
is judged without them as well. All maps are judged on the cells
of the latent, coarser ones repeated, so that a coarse grid is neither a help nor an excuse. Figures
are means over pictures; intervals come from drawing pictures anew.

- iou: sky, ground and object against three k-means clusters, paired one to one.
- click: AUC of the object's cells, by likeness to the one nearest its middle.
- apart: AUC of pairs within the object against pairs across its edge.
- pck: middle, top, bottom, left and right of the object found in another picture of the same kind,
  at most a tenth of the picture off. "same place" is what not moving would give, "right cell" what
  the middle of the right cell of each grid would.
- again: share of the object's cells found again under other noise and six known transforms, beyond
  what a lot would find: 0 is chance. On the finest grid one cell off is allowed.
- noise, patch, local: the properties of :mod:`seedloupe.lens.views.properties`; views: share of the
  variance that two noises do not share; place: position read off pictures it was not learnt from.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import torch
from lens_truth import CELLS, OBJECT, Truth, truth_of
from numpy.typing import NDArray
from seedling_quality import scrambled
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.hosts.standalone.engine.denoise import added_conditions
from seedloupe.hosts.standalone.engine.latents import encode_pictures
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.text import encode_text
from seedloupe.lens import (
    FeatureMap,
    FeatureProbe,
    Measure,
    Spot,
    ask,
    click_auc,
    default_panel,
    find_again,
    find_massive,
    find_matches,
    judge_segmentation,
    known_transforms,
    layer_properties,
    list_layers,
    measure_separability,
    noise_between,
    pck,
    probe_position,
    segment,
    without_channels,
)
from seedloupe.noise import initial_noise
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.seedling.world import ObjectKind, render_scene

#: Beyond the prompts the judge and the picking by layout are measured with.
UNSEEN = JUDGING + 80_000
LAYERS = (
    "unet-after-conv-in",
    "down-level0-repeat0-res-out",
    "down-level0-repeat0-vit-block0-self-k",
    "down-level0-repeat0-vit-out",
    "down-level1-repeat0-vit-block0-cross-q",
    "down-level1-repeat0-vit-out",
    "down-level2-repeat0-vit-block0-cross-q",
    "mid-vit-out",
    "up-level0-repeat1-vit-out",
    "up-level1-repeat0-res-increment",
    "up-level1-repeat0-res-out",
    "up-level1-repeat1-vit-out",
    "up-level2-repeat0-vit-block0-self-v",
    "up-level2-repeat1-vit-out",
    "unet-out",
)
#: Of a transformer: what each block reads by, what its attention adds, and what it gives on.
BLOCK = re.compile(r"vit-block\d+-(q|k|attn-out|out)")
COLOURS = "no network: colours"
#: Beside a layer whose massive channels are left out.
LESS = ", less massive"
#: Pictures in all of which a channel must be massive.
MASSIVE_FROM = 4
SHOWN = ("iou", "click", "apart", "pck", "again", "noise", "views", "patch", "local", "place")
#: Metrics of which more means a layer that knows more.
JUDGED = ("iou", "click", "apart", "pck", "again")
MEASURE = Measure.CENTRED_COSINE
Maps = Mapping[str, Tensor]
Scores = dict[str, dict[str, list[float]]]


def main() -> None:
    """Read the command line, look, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="seedling", help="seedling or seedling-dit")
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--moved", type=int, default=8, help="pictures that are also transformed")
    parser.add_argument("--placed", type=int, default=6, help="pictures position is read off")
    parser.add_argument("--time", type=int, default=100, help="discrete step, 0 cleanest to 999")
    parser.add_argument("--captions", action="store_true", help="give each picture its caption")
    parser.add_argument("--layers", nargs="*", help="names or patterns; by default a round trip")
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--json", type=Path, help="write all figures here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    started = time.process_time()
    trained, random = both_studied(settings.model, settings)
    report = {
        "settings": {k: str(v) for k, v in vars(settings).items()},
        "layers": summary(trained, random, settings.resamples),
        "cpu seconds": round(time.process_time() - started, 1),
    }
    if settings.json:
        settings.json.write_text(json.dumps(report, indent=2) + "\n")
    sys.stdout.write(table(report["layers"]) + f"\n{report['cpu seconds']} CPU seconds\n")


def both_studied(name: str, settings: argparse.Namespace) -> tuple[Scores, Scores]:
    """Score every layer of a model and of its twin with random weights."""
    model = open_model(name)
    layers = settings.layers or usual_layers(model)
    scenes = plain_scenes(settings.pictures, UNSEEN)
    truths = [truth_of(render_scene(scene)) for scene in scenes]
    prompts = [scene.caption if settings.captions else "" for scene in scenes]
    here = argparse.Namespace(**{**vars(settings), "layers": layers, "massive": {}})
    views = [
        look_once(model, truth.image, prompt=prompt, seed=n, settings=here)
        for n, (truth, prompt) in enumerate(zip(truths[:MASSIVE_FROM], prompts, strict=False))
    ]
    found = {layer: find_massive([view[layer] for view in views]).channels for layer in layers}
    here.massive = {layer: channels for layer, channels in found.items() if channels}
    look = partial(study, truths=truths, prompts=prompts, settings=here)
    trained = look(model)
    return trained, look(scrambled(model), control=True)


def usual_layers(model: Model) -> list[str]:
    """A round trip through a U-Net; of a transformer what each block reads, attends and gives."""
    known = [layer.name for layer in list_layers(model.unet)]
    if LAYERS[0] in known:
        return list(dict.fromkeys((*LAYERS, *default_panel(model.unet))))
    return [name for name in known if BLOCK.fullmatch(name)]


@torch.no_grad()
def look_once(
    model: Model, image: Tensor, *, prompt: str, seed: int, settings: argparse.Namespace
) -> dict[str, Tensor]:
    """Noise one picture and pass it through the network: each layer's ``(1, C, h, w)``."""
    clean = encode_pictures(model, image[None])
    kept = model.pipe.scheduler.alphas_cumprod[settings.time]
    noise = initial_noise(seed, tuple(clean.shape[1:]))[None]
    noisy = kept.sqrt() * clean + (1 - kept).sqrt() * noise
    text = encode_text(model, [prompt], negative="", guided=False)
    maps: list[FeatureMap] = []
    with FeatureProbe(model.unet, settings.layers, maps.append) as probe:
        model.unet(
            noisy,
            settings.time,
            encoder_hidden_states=text.tokens,
            added_cond_kwargs=added_conditions(model, noisy, text),
        )
    if probe.failures or probe.silent:
        raise SystemExit(f"not observed: {dict(probe.failures) or probe.silent}")
    colours = torch.nn.functional.avg_pool2d(image[None], model.cell)
    plain = {COLOURS: colours, "no network: latent": clean, "no network: noised": noisy}
    less = {
        f"{feature.layer}{LESS}": without_channels(feature, settings.massive[feature.layer]).values
        for feature in maps
        if feature.layer in settings.massive
    }
    return plain | {feature.layer: feature.values for feature in maps} | less


def study(
    model: Model,
    *,
    truths: Sequence[Truth],
    prompts: Sequence[str],
    settings: argparse.Namespace,
    control: bool = False,
) -> Scores:
    """Look at all pictures and score every layer: a figure a picture, layer by layer."""
    scores: Scores = {}
    once = partial(look_once, model, settings=settings)
    views = []
    for number, (truth, prompt) in enumerate(zip(truths, prompts, strict=True)):
        seed = 10_000 + 2 * number
        first, second = (once(truth.image, prompt=prompt, seed=seed + n) for n in (0, 1))
        views.append(first)
        for layer, values in first.items():
            for name, score in scored(values, second[layer], truth):
                scores.setdefault(layer, {}).setdefault(name, []).append(score)
        name = "random weights" if control else "trained"
        sys.stderr.write(f"\r{name}: {number + 1}/{len(truths)} ")
    again = moved(once, truths[: settings.moved], prompts)
    for layer, found in scores.items():
        found["cells"] = [views[0][layer].shape[-1]]
        found["pck"], found["same place"], found["right cell"] = pairs_scored(layer, views, truths)
        found["again"] = again[layer]
        several = [view[layer] for view in views[: settings.placed]]
        found["place"] = [probe_position(several).score]
    return scores


def scored(values: Tensor, other: Tensor, truth: Truth) -> Iterator[tuple[str, float]]:
    """Score one map of one picture."""
    fine = repeated(values, truth.labels)
    inside = truth.labels == OBJECT
    yield "iou", judge_segmentation(segment(fine, clusters=3), truth.labels).mean_iou
    rows, columns = inside.nonzero().unbind(1)
    middle = ((rows - rows.float().mean()) ** 2 + (columns - columns.float().mean()) ** 2).argmin()
    spot = Spot.of_cell(int(rows[middle]), int(columns[middle]), height=CELLS, width=CELLS)
    yield "click", click_auc(ask(fine, spot, measure=MEASURE).values, inside)
    measures = [MEASURE, Measure.COSINE, Measure.L2, Measure.RELATIVE_NORM]
    for found in measure_separability(fine, inside, measures=measures, resamples=0):
        name = "apart" if found.measure is MEASURE else f"apart by {found.measure.value}"
        yield name, found.auc
    described = layer_properties(values)
    yield "noise", described.noise
    yield "patch", described.patch_share
    yield "local", described.locality
    yield "views", noise_between([values, other])


def repeated(values: Tensor, labels: Tensor) -> Tensor:
    """Repeat cells until there are as many as labels."""
    height, width = (a // b for a, b in zip(labels.shape, values.shape[-2:], strict=True))
    return values.repeat_interleave(height, 2).repeat_interleave(width, 3)


def pairs_scored(
    layer: str, views: Sequence[Maps], truths: Sequence[Truth]
) -> tuple[list[float], list[float], list[float]]:
    """Find each picture's keypoints in the next of its kind; beside it two things to compare."""
    found, same, best = [], [], []
    for number, truth in enumerate(truths):
        follower = (number + len(ObjectKind)) % len(truths)
        if follower % len(ObjectKind) != number % len(ObjectKind):
            continue
        here, there, true = views[number][layer], views[follower][layer], truths[follower].keypoints
        spots = truth.keypoints
        matches = find_matches(here, there, spots=spots, measure=MEASURE, refine=True)
        height, width = there.shape[-2:]
        cells = [Spot.of_cell(*t.cell(height, width), height=height, width=width) for t in true]
        score = partial(pck, true=true, size=(128, 128))
        found.append(score([match.target for match in matches]).share)
        same.append(score(spots).share)
        best.append(score(cells).share)
    return found, same, best


def moved(
    once: partial[dict[str, Tensor]], truths: Sequence[Truth], prompts: Sequence[str]
) -> dict[str, list[float]]:
    """Share of each object's cells found again after a change of the picture and of the noise."""
    transforms = known_transforms(128, 128, cell=32)
    shares: dict[str, list[float]] = {}
    for number, truth in enumerate(truths):
        seed, prompt = 50_000 + 100 * number, prompts[number]
        before = once(truth.image, prompt=prompt, seed=seed)
        after = [
            once(change.picture(truth.image), prompt=prompt, seed=seed + 1 + n)
            for n, change in enumerate(transforms)
        ]
        for layer, values in before.items():
            again = partial(find_again, values, mask=truth.mask, measure=MEASURE)
            again = partial(again, slack=values.shape[-1] // CELLS)
            beyond = []
            for change, view in zip(transforms, after, strict=True):
                with suppress(InputError):  # too small for this grid, or gone from the picture
                    found = again(view[layer], place=change.place)
                    beyond.append((found.landed - found.chance) / (1 - found.chance))
            if beyond:
                shares.setdefault(layer, []).append(sum(beyond) / len(beyond))
    return shares


def summary(trained: Scores, random: Scores, resamples: int) -> dict[str, dict[str, object]]:
    """Means over pictures, and what training adds, with intervals."""
    report: dict[str, dict[str, object]] = {}
    for layer, found in trained.items():
        report[layer] = {"cells": found.pop("cells")[0]}
        for name, values in found.items():
            mine, theirs = np.array(values), np.array(random[layer][name])
            report[layer][name] = {
                **spread("trained", mine, resamples),
                **spread("random", theirs, resamples),
                **spread("gain", mine - theirs, resamples),
            }
    return report


def spread(name: str, values: NDArray[np.float64], resamples: int) -> dict[str, object]:
    """Mean over pictures and its 95 % interval, pictures drawn anew; none for a single figure."""
    draws = np.random.default_rng(0).integers(0, len(values), (resamples, len(values)))
    ends = np.quantile(values[draws].mean(1), [0.025, 0.975]) if len(values) > 1 else []
    return {name: round(float(values.mean()), 4), f"{name} interval": [round(e, 4) for e in ends]}


def table(layers: Mapping[str, Mapping[str, object]]) -> str:
    """Trained beside random weights; ``=`` where no gain is sure, ``!`` where it is a loss."""
    width = max(map(len, layers))
    lines = [" ".join([" " * width, "cells", *(f"{name:>11}" for name in SHOWN)])]
    for layer, found in layers.items():
        parts = [f"{cell(found[name], judged=name in JUDGED):>11}" for name in SHOWN]
        lines.append(" ".join([f"{layer:{width}}", f"{found['cells']:>5}", *parts]))
    some = next(iter(layers.values()))["same place"]
    lines.append(f"pck of the same place: {some['trained']:.2f}")
    best = {f["cells"]: f["right cell"]["trained"] for f in layers.values()}
    lines += [f"pck of the right cell of {n}: {best[n]:.2f}" for n in sorted(best)]
    return "\n".join(lines) + "\n"


def cell(figures: Mapping[str, object], *, judged: bool) -> str:
    """One entry of the table."""
    low, high = figures["gain interval"] or (0, 0)
    same = figures["trained"] == figures["random"] and low == high
    sign = "" if not judged or same or low > 0 else "!" if high < 0 else "="
    beside = "" if same else f"/{figures['random']:.2f}"
    return f"{figures['trained']:.2f}{beside}{sign or ' '}"


if __name__ == "__main__":
    main()
