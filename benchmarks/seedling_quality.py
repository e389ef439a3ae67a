"""How often Seedling draws what it was asked for, named by a judge that never taught it.

    python benchmarks/seedling_quality.py --count 1000 --control 250 --precision bfloat16

Prompts are held-out scenes without style or words, of one thing and of two. The control is
the same pipeline with a U-Net of random weights. The Fréchet distance is that of Gaussians fitted
to what the judge's last layer sees of the pictures, and of as many held-out ones drawn by the
world; two such sets of the world's own are its floor. Prints one JSON document.

For weights of another world, ``--elsewhere FILE.npz`` takes pictures as uint8 ``(N, H, W, 3)``,
``made`` and ``real``, and tells their distance.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from seedloupe.generation.sampler import Sampler
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Judge, JudgeLogits, load_judge
from seedloupe.seedling.prompts import JUDGING, pair_scenes, plain_scenes, real_pictures
from seedloupe.seedling.world import Colour, ObjectKind, Relation, Scene, render_scene

BATCH = 25
#: Where scenes of two begin among the held-out ones kept for judging.
PAIRS = JUDGING + 100_000


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="seedling")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=500, help="prompts of two things")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--sampler", type=Sampler, default=Sampler.EULER)
    parser.add_argument(
        "--control", type=int, default=0, metavar="N", help="N pictures by random weights, too"
    )
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--sheet", type=Path, help="write the first 64 pictures here, pairs beside")
    parser.add_argument("--frechet", type=int, default=500, help="pictures in each set compared")
    parser.add_argument("--elsewhere", type=Path, metavar="FILE", help="other pictures' distance")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    scenes, judge = plain_scenes(settings.count, JUDGING), load_judge(weights_folder())
    pairs = pair_scenes(settings.pairs, PAIRS) if settings.pairs else ()
    drawn = rendered(scenes)
    report = {"rendered": shares(judge, scenes, drawn), "time": timing(settings)}
    few = settings.frechet
    real = tensor_of([picture.image for picture in real_pictures(scenes[:few], 1)])
    distances = {"rendered": frechet(judge, drawn[:few], real)}
    if pairs:
        report["rendered pairs"] = shares(judge, pairs, rendered(pairs))
    model = open_model(settings.model, dtype=getattr(torch, settings.precision))
    images = painted(model, scenes, settings)
    report["model"] = shares(judge, scenes, images)
    distances["model"] = frechet(judge, images[:few], real)
    if pairs:
        report["model, pairs"] = measured(model, judge, pairs, settings)
    if settings.control:
        random, some = scrambled(model), scenes[: settings.control]
        images = painted(random, some, settings)
        report["random weights"] = shares(judge, some, images)
        distances["random weights"] = frechet(judge, images, real)
        if pairs:
            both = pairs[: settings.control]
            report["random weights, pairs"] = measured(random, judge, both, settings)
    if settings.elsewhere:
        with np.load(settings.elsewhere) as kept:
            distances["elsewhere"] = frechet(judge, *(tensor_of(kept[n]) for n in ("made", "real")))
    report["frechet"] = {name: round(value, 3) for name, value in distances.items()}
    report["settings"] = {k: str(v) for k, v in vars(settings).items()}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def measured(
    model: Model, judge: Judge, scenes: tuple[Scene, ...], settings: argparse.Namespace
) -> dict[str, float]:
    """Generate a picture a scene and let the judge name it."""
    return shares(judge, scenes, painted(model, scenes, settings))


def painted(model: Model, scenes: tuple[Scene, ...], settings: argparse.Namespace) -> Tensor:
    """Generate a picture a scene, ``(S, 3, H, W)``; the noise of each is its place's."""
    parts, shape = [], model.info.latent_shape(*model.native_size)
    for start in range(0, len(scenes), BATCH):
        chunk = scenes[start : start + BATCH]
        noise = torch.stack([initial_noise(start + row, shape) for row in range(len(chunk))])
        prompts = [scene.caption for scene in chunk]
        parts.append(
            sample_batch(
                model,
                prompts,
                noise,
                steps=settings.steps,
                guidance=settings.guidance,
                sampler=settings.sampler,
            )
        )
        sys.stderr.write(f"\r{start + len(chunk)}/{len(scenes)} ")
    images = torch.cat(parts)
    if settings.sheet and model.name == settings.model:
        pairs = "-pairs" if scenes[0].second else ""
        sheet(images[:64], settings.sheet.with_stem(settings.sheet.stem + pairs))
    return images


@torch.no_grad()
def shares(judge: Judge, scenes: tuple[Scene, ...], images: Tensor) -> dict[str, float]:
    """Share of pictures in which the judge finds what was asked for."""
    verdict = together([judge(chunk) for chunk in images.split(50)])
    named = named_pairs if scenes[0].second else named_things
    hits = named(verdict, scenes)
    return {name: round(float(hit.float().mean()), 4) for name, hit in hits.items() if len(hit)}


def together(verdicts: list[JudgeLogits]) -> JudgeLogits:
    """Verdicts on several batches as one."""
    return JudgeLogits(
        torch.cat([verdict.kinds for verdict in verdicts]),
        torch.cat([verdict.colours for verdict in verdicts]),
        torch.cat([verdict.relations for verdict in verdicts]),
    )


def named_things(verdict: JudgeLogits, scenes: tuple[Scene, ...]) -> dict[str, Tensor]:
    """Whether kind, colour, and both are what was asked for, ``(S,)`` each."""
    kind = verdict.kind == indices(ObjectKind, [scene.kind for scene in scenes])
    colour = verdict.colour == indices(Colour, [scene.colour for scene in scenes])
    return {"kind": kind, "colour": colour, "both": kind & colour}


def named_pairs(verdict: JudgeLogits, scenes: tuple[Scene, ...]) -> dict[str, Tensor]:
    """Whether two things and their relation are what was asked for, ``(S,)`` each.

    Colours and relation are asked of the kinds that were asked for, found or not.
    """
    things = list(zip(*(scene.things for scene in scenes), strict=True))
    first, second = (indices(ObjectKind, [thing.kind for thing in side]) for side in things)
    wanted = torch.stack([first, second], 1).sort(1).values
    kinds = (verdict.pair.sort(1).values == wanted).all(1)
    colours = [
        verdict.colour_of(kind) == indices(Colour, [thing.colour for thing in side])
        for kind, side in zip((first, second), things, strict=True)
    ]
    relation = verdict.relation_of(first) == indices(Relation, [s.relation for s in scenes])
    both = kinds & colours[0] & colours[1]
    each = {f"relation: {r.value}": [s.relation is r for s in scenes] for r in Relation}
    return {
        "both kinds": kinds,
        "both things": both,
        "relation": relation,
        "relation where both kinds are": relation[kinds],
        "all": both & relation,
        **{name: relation[torch.tensor(rows)] for name, rows in each.items()},
    }


def indices(choices: type[Enum], members: Sequence[object]) -> Tensor:
    """Places of ``members`` in their enum."""
    order = list(choices)
    return torch.tensor([order.index(member) for member in members])  # type: ignore[arg-type]


def rendered(scenes: tuple[Scene, ...]) -> Tensor:
    """The scenes as the world draws them, ``(S, 3, H, W)``."""
    return tensor_of([render_scene(scene).image for scene in scenes])


def tensor_of(pictures: Sequence[np.ndarray]) -> Tensor:
    """Pictures ``(H, W, 3)`` uint8 as ``(S, 3, H, W)`` in [0, 1]."""
    return torch.from_numpy(np.stack(list(pictures))).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def frechet(judge: Judge, first: Tensor, second: Tensor) -> float:
    """Fréchet distance of two sets of pictures (Heusel et al., 2017), by the judge's last layer."""
    means, spreads = [], []
    for images in (first, second):
        seen = [judge.trunk(chunk)[-1].mean((2, 3)) for chunk in images.split(50)]
        features = torch.cat(seen).double()
        means.append(features.mean(0))
        spreads.append(features.T.cov())
    values, vectors = torch.linalg.eigh(spreads[0])
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ spreads[1] @ root).clamp(min=0).sqrt().sum()
    trace = spreads[0].trace() + spreads[1].trace() - 2 * cross
    return float((means[0] - means[1]).square().sum() + trace)


def scrambled(model: Model) -> Model:
    """The same model with a U-Net of random weights."""
    torch.manual_seed(0)
    for weight in model.unet.parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, 0, 0.7 / weight[0].numel() ** 0.5)
    return Model("scrambled", model.family, model.pipe)


def timing(settings: argparse.Namespace) -> dict[str, float]:
    """CPU seconds for one picture on one thread, best of three, loading not counted."""
    model = open_model(settings.model)
    noise = initial_noise(1, model.info.latent_shape(*model.native_size))[None]
    taken = []
    for _ in range(3):
        start = time.process_time()
        sample_batch(model, ["a red ball"], noise, steps=settings.steps, guidance=4.0)
        taken.append(time.process_time() - start)
    return {"cpu seconds": round(min(taken), 3)}


def sheet(images: Tensor, path: Path) -> None:
    """Eight pictures a row, whole rows only."""
    from PIL import Image

    rows = [torch.cat(list(row), 2) for row in images.split(8) if len(row) == 8]
    whole = (torch.cat(rows, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    Image.fromarray(whole).save(path)


if __name__ == "__main__":
    main()
