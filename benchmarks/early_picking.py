"""Whether finishing the best of many drafts beats the best of fewer whole pictures in equal time.

    python benchmarks/early_picking.py --prompts 12 --seeds 16 --cache early/cache

Seedling draws each held-out prompt with each seed in full and as drafts. Both ways choose by the
critic's alignment: drafts choose one seed of all before it is finished, best-of-M one of M whole
pictures, M being what the same processor time buys, measured here picture by picture as
`seedloupe generate` draws them. What was chosen is judged by a network neither way has seen: how
sure Seedling's judge is that the kind and the colour asked for are there. Intervals are of 95 %,
prompts drawn anew. `--cache` shares the pictures of `seedloupe study early`. Prints one JSON
document.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.engine.drafting import score_for
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import generate
from seedloupe.hosts.standalone.engine.studied import StudiedModel
from seedloupe.mining.scorers import ScorerSources, builtin_scorers
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Judge, load_judge
from seedloupe.seedling.prompts import plain_scenes
from seedloupe.seedling.world import Colour, ObjectKind, Scene
from seedloupe.services.early_seeds import DraftScore
from seedloupe.studies.frame import Painting, PictureStore, gap_estimate, mean_estimate
from seedloupe.studies.frame.painted import Painted

#: Where the prompts of ``seedloupe study early`` begin.
FIRST_PROMPT = 720_000
DRAWS = 400


def main() -> None:
    """Read the command line, draw, choose, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--draft-steps", type=int, nargs="+", default=(2, 4, 8))
    parser.add_argument("--timed", type=int, default=4, help="pictures timed of each kind")
    parser.add_argument("--cache", type=Path, help="where pictures are kept")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    model, judge = open_model("seedling"), load_judge(weights_folder())
    score = score_for(model, builtin_scorers(), ScorerSources())
    scenes = plain_scenes(settings.prompts, FIRST_PROMPT)
    store = PictureStore(None if settings.cache is None else settings.cache / "pictures")
    prompts = tuple(scene.caption for scene in scenes)
    whole = Painted(
        StudiedModel(model), prompts, tuple(range(settings.seeds)), Painting(settings.steps), store
    )
    every = (settings.steps, *settings.draft_steps)
    seconds = {steps: timed(model, score, prompts[0], steps, settings.timed) for steps in every}
    seen, unseen = [], []
    drafts: dict[int, list[np.ndarray]] = {steps: [] for steps in settings.draft_steps}
    for number, scene in enumerate(scenes, 1):
        pictures = whole.of(scene.caption)
        seen.append(score.judge(pictures, scene.caption).numpy())
        unseen.append(sureness(judge, scene, pictures).numpy())
        for steps, kept in drafts.items():
            painted = Painted(whole.subject, prompts, whole.seeds, Painting(steps), store)
            kept.append(score.judge(painted.of(scene.caption), scene.caption).numpy())
        sys.stderr.write(f"{number} of {len(scenes)} prompts\n")
    found = {
        "prompts": settings.prompts,
        "seeds": settings.seeds,
        "steps": settings.steps,
        "score": f"{score.name}: {score.words}",
        "seconds a picture": {steps: round(one, 3) for steps, one in seconds.items()},
        "random seed, judge": str(mean_estimate([one.mean() for one in unseen])),
        "ways": [
            compared(steps, number, drafts[steps], seen, unseen, seconds, settings.steps)
            for steps in settings.draft_steps
            for number in sorted({settings.seeds // 2, settings.seeds})
        ],
    }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


def timed(model: Model, score: DraftScore, prompt: str, steps: int, count: int) -> float:
    """Return the processor seconds a picture takes, drawn by itself, decoded and scored."""
    plan = model.info.usual.but(None, steps, None)
    request = Request.of(model.info, prompt, tuple(range(count + 1)), plan=plan)
    spent = []
    before = time.process_time()
    for made in generate(model, request):
        score.judge(made.image[None], prompt)
        spent.append(time.process_time() - before)
        before = time.process_time()
    return float(np.median(spent[1:]))


def sureness(judge: Judge, scene: Scene, pictures: Tensor) -> Tensor:
    """Return how sure the judge is of kind and colour together, ``(B,)`` in [0, 1]."""
    kind, colour = list(ObjectKind).index(scene.kind), list(Colour).index(scene.colour)
    with torch.no_grad():
        verdict = judge(pictures)
    there = verdict.kinds[:, kind].sigmoid()
    return there * verdict.colours[:, kind].softmax(-1)[:, colour]


def compared(
    steps: int,
    number: int,
    drafts: list[np.ndarray],
    seen: list[np.ndarray],
    unseen: list[np.ndarray],
    seconds: dict[int, float],
    whole: int,
) -> dict[str, object]:
    """Return what the best of ``number`` drafts came to, beside best-of-M in equal time."""
    rng = np.random.default_rng(0)
    buys = (number * seconds[steps] + seconds[whole]) / seconds[whole]
    early = [
        by_drafts(*one, number=number, rng=rng) for one in zip(drafts, seen, unseen, strict=True)
    ]
    plain = [best_of(one, other, buys, rng) for one, other in zip(seen, unseen, strict=True)]
    rows: dict[str, object] = {
        "draft steps": steps,
        "drafts": number,
        "whole pictures in equal time": round(buys, 2),
    }
    for place, name in enumerate(("alignment", "judge")):
        mine, theirs = [one[place] for one in early], [one[place] for one in plain]
        base = [float((seen, unseen)[place][prompt].mean()) for prompt in range(len(seen))]
        rows[f"best draft, {name}"] = str(mean_estimate(mine))
        rows[f"best of M, {name}"] = str(mean_estimate(theirs))
        rows[f"best draft less best of M, {name}"] = str(gap_estimate(mine, theirs))
        rows[f"best draft less random, {name}"] = str(gap_estimate(mine, base))
        rows[f"best of M less random, {name}"] = str(gap_estimate(theirs, base))
    return rows


def by_drafts(
    drafts: np.ndarray,
    seen: np.ndarray,
    unseen: np.ndarray,
    *,
    number: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return both scores of the finished best of ``number`` drafts, the mean over random sets."""
    sets = np.stack([rng.permutation(len(drafts))[:number] for _ in range(DRAWS)])
    chosen = sets[np.arange(DRAWS), drafts[sets].argmax(1)]
    return float(seen[chosen].mean()), float(unseen[chosen].mean())


def best_of(
    seen: np.ndarray, unseen: np.ndarray, buys: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return both scores of the best of M whole pictures; between two whole numbers, between."""
    low = int(min(buys, len(seen)))
    share = min(buys, len(seen)) - low
    found = []
    for count in (low, min(low + 1, len(seen))):
        sets = np.stack([rng.permutation(len(seen))[:count] for _ in range(DRAWS)])
        chosen = sets[np.arange(DRAWS), seen[sets].argmax(1)]
        found.append(np.array([seen[chosen].mean(), unseen[chosen].mean()]))
    mixed = (1 - share) * found[0] + share * found[1]
    return float(mixed[0]), float(mixed[1])


if __name__ == "__main__":
    main()
