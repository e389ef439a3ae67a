"""How often Seedling draws what it was asked for, named by a judge that never taught it.

    python benchmarks/seedling_quality.py --count 1000 --control 250 --precision bfloat16

Prompts are held-out scenes without style or words. The control is the same pipeline
with a U-Net of random weights. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from seedloupe.hosts.standalone.denoise import Sampler
from seedloupe.hosts.standalone.models import Model, open_model
from seedloupe.hosts.standalone.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Judge, load_judge
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.seedling.world import Colour, Kind, Scene, render_scene

BATCH = 25


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="seedling")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--sampler", type=Sampler, default=Sampler.EULER)
    parser.add_argument(
        "--control", type=int, default=0, metavar="N", help="N pictures by random weights, too"
    )
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--sheet", type=Path, help="write the first 64 pictures here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    scenes, judge = plain_scenes(settings.count, JUDGING), load_judge(weights_folder())
    report = {"rendered": shares(judge, scenes, rendered(scenes)), "time": timing(settings)}
    model = open_model(settings.model, dtype=getattr(torch, settings.precision))
    report["model"] = measured(model, judge, scenes, settings)
    if settings.control:
        few = scenes[: settings.control]
        report["random weights"] = measured(scrambled(model), judge, few, settings)
    report["settings"] = {k: str(v) for k, v in vars(settings).items()}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def measured(
    model: Model, judge: Judge, scenes: tuple[Scene, ...], settings: argparse.Namespace
) -> dict[str, float]:
    """Generate a picture a scene and let the judge name it."""
    parts, shape = [], model.latent_shape(*model.native_size)
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
    if settings.sheet and model.name == "seedling":
        sheet(images[:64], settings.sheet)
    return shares(judge, scenes, images)


@torch.no_grad()
def shares(judge: Judge, scenes: tuple[Scene, ...], images: Tensor) -> dict[str, float]:
    """Share of pictures whose kind, colour, and both the judge finds."""
    kinds, colours = (
        torch.cat(part) for part in zip(*(judge(chunk) for chunk in images.split(50)), strict=True)
    )
    kind = kinds.argmax(1) == torch.tensor([list(Kind).index(s.kind) for s in scenes])
    colour = colours.argmax(1) == torch.tensor([list(Colour).index(s.colour) for s in scenes])
    both = kind & colour
    named = {"kind": kind, "colour": colour, "both": both}
    return {name: round(float(hit.float().mean()), 4) for name, hit in named.items()}


def rendered(scenes: tuple[Scene, ...]) -> Tensor:
    """The scenes as the world draws them, ``(S, 3, H, W)``."""
    pictures = [torch.from_numpy(render_scene(scene).image.copy()) for scene in scenes]
    return torch.stack(pictures).permute(0, 3, 1, 2).float() / 255


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
    noise = initial_noise(1, model.latent_shape(*model.native_size))[None]
    taken = []
    for _ in range(3):
        start = time.process_time()
        sample_batch(model, ["a red ball"], noise, steps=settings.steps, guidance=4.0)
        taken.append(time.process_time() - start)
    return {"cpu seconds": round(min(taken), 3)}


def sheet(images: Tensor, path: Path) -> None:
    """Eight pictures a row."""
    from PIL import Image

    rows = [torch.cat(list(row), 2) for row in images.split(8)]
    whole = (torch.cat(rows, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    Image.fromarray(whole).save(path)


if __name__ == "__main__":
    main()
