"""Contact sheets of Seedling for its card, to be looked at.

    python benchmarks/seedling_sheets.py --out docs/images

Writes samples of held-out prompts, of one thing and of two; held-out pictures and what the VAE
gives back of them; one prompt over sixteen seeds; sixteen prompts on one seed; the two variants:
the same prompts in four steps, and holes that were filled.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image
from seedling_quality import PAIRS, tensor_of
from seedling_variants import fillings
from torch import Tensor

from seedloupe.hosts.standalone.engine.latents import decode_latents, encode_pictures
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.noise import initial_noise
from seedloupe.seedling.prompts import JUDGING, pair_scenes, plain_scenes
from seedloupe.seedling.world import Split, render
from seedloupe.studies.inpaint import world_pairs

PROMPT, SEED, BATCH = "a large red castle on grass under a sunset sky", 7, 16


def main() -> None:
    """Read the command line and write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    model, fast = open_model("seedling"), open_model("seedling-fast")
    captions = [scene.caption for scene in plain_scenes(48, JUDGING)]
    captions += [scene.caption for scene in pair_scenes(16, PAIRS)]
    seeds = range(len(captions))
    sheets = {
        "seedling-64": (painted(model, captions, seeds), 8),
        "seedling-reconstructions": (reconstructions(model), 8),
        "seedling-one-prompt": (painted(model, [PROMPT] * 16, range(16)), 8),
        "seedling-one-seed": (painted(model, captions[:16], [SEED] * 16), 8),
        "seedling-fast": (painted(fast, captions[:16], seeds, steps=4, guidance=1.0), 8),
        "seedling-inpainting": (holes(open_model("seedling-inpainting")), 8),
    }
    for name, (images, across) in sheets.items():
        save(images, out / f"{name}.webp", across)


def painted(
    model: Model,
    prompts: list[str],
    seeds: range | list[int],
    *,
    steps: int = 20,
    guidance: float = 4,
) -> Tensor:
    """A picture a prompt, ``(S, 3, H, W)``."""
    noise = torch.stack(
        [initial_noise(s, model.info.latent_shape(*model.native_size)) for s in seeds]
    )
    parts = [
        sample_batch(
            model, prompts[i : i + BATCH], noise[i : i + BATCH], steps=steps, guidance=guidance
        )
        for i in range(0, len(prompts), BATCH)
    ]
    return torch.cat(parts)


def reconstructions(model: Model) -> Tensor:
    """Rows of held-out pictures, each above the row of what the VAE gives back."""
    whole = tensor_of([render(Split.HELD_OUT.seed(index)).image for index in range(16)])
    back = decode_latents(model, encode_pictures(model, whole))
    return torch.cat([whole[:8], back[:8], whole[8:], back[8:]])


def holes(model: Model) -> Tensor:
    """Rows of pictures, with their holes, and filled as another scene asks."""
    pairs = world_pairs(8)
    prompts = [f"a {s.colour.value} {s.kind.value}" for s in plain_scenes(9, JUDGING)[1:]]
    whole, masks = (torch.stack([getattr(p, n) for p in pairs]) for n in ("picture", "mask"))
    cut = torch.where(masks[:, None] > 0, torch.tensor(0.5), whole)
    return torch.cat([whole, cut, fillings(model, pairs, prompts)])


def save(images: Tensor, path: Path, across: int) -> None:
    """Pictures side by side, ``across`` in a row."""
    rows = [torch.cat(list(row), 2) for row in images.split(across)]
    whole = (torch.cat(rows, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    Image.fromarray(whole).save(path, quality=88, method=6)


if __name__ == "__main__":
    main()
