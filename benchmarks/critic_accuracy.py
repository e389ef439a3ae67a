"""How well the critic and the judge read held-out pictures of the world.

    python benchmarks/critic_accuracy.py --count 1000

No network was trained on these pictures. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import sys

import torch
from seedling_quality import named_pairs, together
from torch import Tensor
from torch.nn import functional

from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import TEXT, CriticReading, JudgeLogits, load_critic, load_judge
from seedloupe.seedling.world import Colour, ObjectKind, RenderedPicture, Split, Style, render

#: Captions among which the right one is to be found.
CHOICES = 100


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    count = parser.parse_args().count
    torch.set_num_threads(1)
    pictures = [render(Split.HELD_OUT.seed(index)) for index in range(count)]
    images = torch.stack([torch.from_numpy(p.image.copy()) for p in pictures])
    images = images.permute(0, 3, 1, 2).float() / 255
    report = {"judge": judged(pictures, images), "critic": read(pictures, images)}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


@torch.no_grad()
def judged(pictures: list[RenderedPicture], images: Tensor) -> dict[str, float]:
    """Share of right names; colour is not asked of grayscale pictures."""
    verdict = together([load_judge(weights_folder())(chunk) for chunk in images.split(50)])
    alone = torch.tensor([p.scene.second is None for p in pictures])
    coloured = torch.tensor([p.scene.style is not Style.GRAYSCALE for p in pictures])
    unhidden = torch.tensor([not p.scene.word for p in pictures])
    kind = verdict.kind == torch.tensor([list(ObjectKind).index(p.scene.kind) for p in pictures])
    first = torch.tensor([list(Colour).index(p.scene.colour) for p in pictures])
    colour = verdict.colour == first
    pairs = tuple(p.scene for p in pictures if p.scene.second)
    two = {
        f"of two: {name}": share(hit)
        for name, hit in named_pairs(chosen(verdict, ~alone), pairs).items()
        if len(hit)
    }
    return {
        "kind": share(kind[alone]),
        "kind where no word is painted": share(kind[alone & unhidden]),
        "colour": share(colour[alone & coloured]),
        **two,
    }


def chosen(verdict: JudgeLogits, rows: Tensor) -> JudgeLogits:
    """The verdict on some pictures."""
    return JudgeLogits(verdict.kinds[rows], verdict.colours[rows], verdict.relations[rows])


@torch.no_grad()
def read(pictures: list[RenderedPicture], images: Tensor) -> dict[str, float]:
    """Retrieval among captions, segmentation, depth, painted text."""
    critic = load_critic(weights_folder())
    readings = [critic(chunk) for chunk in images.split(50)]
    words = embedded(open_model("seedling"), [p.caption for p in pictures], critic.words)
    pictured = torch.cat([reading.embedding for reading in readings])
    found = torch.cat([reading.planes.argmax(1) for reading in readings])
    truth = torch.stack([planes(picture) for picture in pictures])
    depths = torch.stack([torch.from_numpy(p.depth[2::4, 2::4].copy()) for p in pictures])
    return {
        f"caption found among {CHOICES}": retrieval(pictures, pictured, words),
        "pixels": share(found == truth),
        "intersection over union": overlap(found, truth),
        "depth error": round(float((depth_of(readings) - depths).abs().mean()), 4),
        "text seen": share(((found == TEXT).flatten(1).any(1))[has_text(truth)]),
        "text imagined": share(((found == TEXT).flatten(1).any(1))[~has_text(truth)]),
    }


def retrieval(pictures: list[RenderedPicture], pictured: Tensor, words: Tensor) -> float:
    """Share of pictures whose nearest caption, among ``CHOICES``, is theirs or reads the same."""
    hits = []
    for start in range(0, len(pictures) - CHOICES + 1, CHOICES):
        rows = slice(start, start + CHOICES)
        nearest = (pictured[rows] @ words[rows].T).argmax(1)
        captions = [picture.caption for picture in pictures[rows]]
        hits += [captions[n] == captions[i] for i, n in enumerate(nearest.tolist())]
    return share(torch.tensor(hits))


def embedded(model: Model, captions: list[str], project: torch.nn.Module) -> Tensor:
    """Captions in the critic's space, ``(S, 64)``."""
    tokens = model.pipe.tokenizer(
        captions, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
    ).input_ids
    pooled = [model.pipe.text_encoder(chunk).pooler_output for chunk in tokens.split(50)]
    return functional.normalize(project(torch.cat(pooled)), dim=-1)


def planes(picture: RenderedPicture) -> Tensor:
    """What every fourth pixel shows, as the critic names it."""
    plane = torch.zeros(picture.text_mask.shape, dtype=torch.long)
    for thing, mask in zip(picture.scene.things, picture.masks, strict=True):
        plane[torch.from_numpy(mask)] = list(ObjectKind).index(thing.kind) + 1
    plane[torch.from_numpy(picture.text_mask.copy())] = TEXT
    return plane[2::4, 2::4]


def overlap(found: Tensor, truth: Tensor) -> float:
    """Intersection over union of everything that is not background, names counted."""
    both = ((found == truth) & (truth > 0)).sum()
    return round(float(both / ((found > 0) | (truth > 0)).sum()), 4)


def depth_of(readings: list[CriticReading]) -> Tensor:
    """All depths, ``(S, h, w)``."""
    return torch.cat([reading.depth for reading in readings])


def has_text(truth: Tensor) -> Tensor:
    """Pictures with painted text."""
    return (truth == TEXT).flatten(1).any(1)


def share(hits: Tensor) -> float:
    """Mean of booleans, four digits."""
    return round(float(hits.float().mean()), 4)


if __name__ == "__main__":
    main()
