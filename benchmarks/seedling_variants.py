"""What Seedling's two variants are worth, each beside what the plain model does in its place.

    python benchmarks/seedling_variants.py --count 200 --holes 100

*Few steps*: held-out prompts, four steps without guidance; the plain model beside it, with as
many steps without and with guidance. *Inpainting*: in held-out pictures the thing is cut out,
box and margin, and another thing is asked for; the judge names it. How well the seam closes is
told by the step in brightness across the mask's edge, beside the same places of the untouched
picture. Controls are the plain model with its latents blended, and other pictures' fillings.
Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from seedling_quality import measured, shares, sheet
from torch import Tensor

from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import Sampler, generate
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Judge, load_judge
from seedloupe.seedling.prompts import JUDGING, plain_scenes
from seedloupe.studies.inpaint import Pair, world_pairs


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="prompts for few steps")
    parser.add_argument("--holes", type=int, default=100, help="pictures to fill")
    parser.add_argument("--sheet", type=Path, help="write the first fillings here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    judge = load_judge(weights_folder())
    plain = open_model("seedling", dtype=torch.bfloat16)
    report = {
        "few steps": few_steps(plain, judge, settings.count),
        "inpainting": inpainting(plain, judge, settings.holes, settings.sheet),
        "settings": {name: str(value) for name, value in vars(settings).items()},
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def few_steps(plain: Model, judge: Judge, count: int) -> dict[str, dict[str, float]]:
    """Kind and colour right, of the fast variant and of the plain model."""
    fast, scenes = open_model("seedling-fast", dtype=torch.bfloat16), plain_scenes(count, JUDGING)
    runs = {f"fast, {steps} steps, no guidance": (fast, steps, 1.0) for steps in (4, 2, 1)} | {
        "plain, 4 steps, no guidance": (plain, 4, 1.0),
        "plain, 4 steps, guidance 4": (plain, 4, 4.0),
        "plain, 20 steps, guidance 4": (plain, 20, 4.0),
    }
    return {
        name: measured(model, judge, scenes, _run(steps, guidance))
        for name, (model, steps, guidance) in runs.items()
    }


def _run(steps: int, guidance: float) -> argparse.Namespace:
    return argparse.Namespace(steps=steps, guidance=guidance, sampler=Sampler.EULER, sheet=None)


def inpainting(
    plain: Model, judge: Judge, count: int, place: Path | None
) -> dict[str, dict[str, float]]:
    """Kind and colour of what was asked into the hole, and the seam around it."""
    head = open_model("seedling-inpainting", dtype=torch.bfloat16)
    pairs = world_pairs(count)
    wishes = plain_scenes(count + 1, JUDGING)[1:]
    prompts = [f"a {scene.colour.value} {scene.kind.value}" for scene in wishes]
    sources = torch.stack([pair.picture for pair in pairs])
    masks = torch.stack([pair.mask for pair in pairs])
    filled = {
        "inpainting variant": fillings(head, pairs, prompts),
        "plain model, latents blended": fillings(plain, pairs, prompts),
    }
    # A filling from elsewhere: what a seam nobody closed looks like.
    shifted = filled["inpainting variant"].roll(1, 0)
    pasted = torch.where(masks[:, None] > 0, shifted, sources)
    if place is not None:
        rows = [
            torch.cat([sources[i : i + 8], *(f[i : i + 8] for f in filled.values())])
            for i in range(0, min(count, 24), 8)
        ]
        sheet(torch.cat(rows), place)
    return {
        name: {**shares(judge, tuple(wishes), images), "seam": seam(images, masks)}
        for name, images in filled.items()
    } | {
        "pasted from another picture": {"seam": seam(pasted, masks)},
        "untouched picture": {"seam": seam(sources, masks)},
    }


def fillings(model: Model, pairs: tuple[Pair, ...], prompts: list[str]) -> Tensor:
    """Each pair's hole filled as its prompt says, ``(S, 3, H, W)``."""
    made = []
    for place, (pair, prompt) in enumerate(zip(pairs, prompts, strict=True)):
        request = Request.of(model.info, prompt, (place,), image=pair.picture, mask=pair.mask)
        made += [picture.image for picture in generate(model, request)]
        sys.stderr.write(f"\r{place + 1}/{len(pairs)} ")
    return torch.stack(made)


def seam(images: Tensor, masks: Tensor) -> float:
    """Mean step of brightness from the last pixel outside a mask to the first one inside."""
    grey = images.mean(1)
    steps = []
    for axis in (1, 2):
        across = masks.diff(dim=axis) != 0
        steps.append(grey.diff(dim=axis).abs()[across])
    return round(float(torch.cat(steps).mean()), 4)


if __name__ == "__main__":
    main()
