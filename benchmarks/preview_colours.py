"""How well a latent's colours can be guessed from its numbers alone, and with which factors.

    python benchmarks/preview_colours.py --fit 40 --check 12

Live previews are painted with one linear map from a latent cell to its colour
(``seedloupe/generation/preview_colours.py``). This fits the map by least squares to what Seedling
draws: latents as predicted early, halfway and at last, decoded and averaged over each cell. Printed
are the factors, and the share of the colours' variance that the fitted ones and those in use
explain in pictures of other prompts and seeds. One JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from seedloupe.generation.preview_colours import PreviewColours, preview_colours
from seedloupe.generation.sampler import Plan, Sampler
from seedloupe.hosts.standalone.engine.denoise import denoise
from seedloupe.hosts.standalone.engine.latents import decode_latents
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.text import encode_text
from seedloupe.noise import initial_noise
from seedloupe.seedling.prompts import CONFIRM, MINING, prompts

PLAN = Plan(Sampler.DPMPP_2M, 8, 4.0)
SHOWN = (2, 4, 7)


def main() -> None:
    """Read the command line, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="seedling")
    parser.add_argument("--fit", type=int, default=40, help="pictures to fit to")
    parser.add_argument("--check", type=int, default=12, help="other pictures to check with")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    model = open_model(settings.model)
    known = cells_of(model, prompts(settings.fit, MINING), first=0)
    others = cells_of(model, prompts(settings.check, CONFIRM), first=settings.fit)
    fitted = fit(*known)
    in_use = preview_colours(model.info)
    report = {
        "factors": [[round(value, 4) for value in row] for row in fitted.factors],
        "bias": [round(value, 4) for value in fitted.bias],
        "explained, fitted": explained(fitted, *others),
        "explained, in use": explained(in_use, *others) if in_use else None,
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


def cells_of(model: Model, told: Sequence[str], *, first: int) -> tuple[Tensor, Tensor]:
    """Return latent cells ``(N, C)`` of pictures being drawn, and their colours in [-1, 1]."""
    latents, colours = [], []
    for seed, prompt in enumerate(told, first):
        text = encode_text(model, [prompt], negative="", guided=True)
        noise = initial_noise(seed, model.info.latent_shape(*model.native_size))[None]
        for step in denoise(model, noise, text, PLAN):
            if step.index in SHOWN:
                decoded = decode_latents(model, step.clean)
                shown = avg_pool2d(decoded, model.cell) * 2 - 1
                latents.append(step.clean.movedim(1, -1).flatten(0, 2).cpu().float())
                colours.append(shown.movedim(1, -1).flatten(0, 2))
    return torch.cat(latents), torch.cat(colours)


def fit(latents: Tensor, colours: Tensor) -> PreviewColours:
    """Return the factors and bias of the least squares."""
    ones = torch.ones(len(latents), 1, dtype=torch.float64)
    solved = torch.linalg.lstsq(torch.cat([latents.double(), ones], 1), colours.double()).solution
    return PreviewColours(
        tuple(tuple(row) for row in solved[:-1].tolist()), tuple(solved[-1].tolist())
    )


def explained(colours: PreviewColours, latents: Tensor, true: Tensor) -> list[float]:
    """Return the share of each colour's variance that factors explain."""
    guessed = latents @ torch.tensor(colours.factors) + torch.tensor(colours.bias)
    left = (true - guessed).square().mean(0) / true.var(0, correction=0)
    return [round(1 - value, 4) for value in left.tolist()]


if __name__ == "__main__":
    main()
