"""How much of a seed's layout is left when its noise is carried to another size.

    python benchmarks/carried_layout.py
    python benchmarks/carried_layout.py --seeds 120 --prompts 3 --steps 20 --json

Seedling draws each seed at its own 128x128 and at wider and higher sizes, with the noise carried
each way, with the noise the seed stands for there (``own``), and with another seed's carried noise
(``shuffled``, which says what chance gives). Its critic says where the object stands, in shares of
the picture. A row has the correlation over seeds of that place at 128x128 and at the other size,
within a prompt and then averaged over prompts, with the 95 % interval of a bootstrap over seeds,
and how far the place moves on average. ``stretch - middle`` is the difference of the two
correlations on the same seeds. About twenty minutes on one core with the defaults.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import sample_batch
from seedloupe.noise import NoiseResize, ResizeWay, initial_noise, resized_noise
from seedloupe.seedling import weights_folder
from seedloupe.seedling.critic import Critic, load_critic
from seedloupe.seedling.instrument import composition
from seedloupe.seedling.prompts import CONFIRM, prompts

Size = tuple[int, int, int]
Places = NDArray[np.float64]

SIZES = {"160x128": (4, 16, 20), "192x128": (4, 16, 24), "128x192": (4, 24, 16)}
NATIVE = (4, 16, 16)
BATCH = 20
RESAMPLES = 2000


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--prompts", type=int, default=2)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--json", action="store_true")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    rows = measured(settings)
    said = json.dumps({"settings": vars(settings), "rows": rows}, indent=2)
    sys.stdout.write((said if settings.json else table(rows)) + "\n")


def measured(settings: argparse.Namespace) -> list[dict[str, object]]:
    """Return a row for each size and way."""
    model, critic = open_model("seedling"), load_critic(weights_folder())
    captions = prompts(settings.prompts, CONFIRM)

    def places(draw: Callable[[int], Tensor]) -> Places:
        return np.stack([placed(model, critic, text, draw, settings) for text in captions])

    base = places(lambda seed: initial_noise(seed, NATIVE))
    rows = []
    for name, size in SIZES.items():
        there = {
            way: places(lambda seed, s=size, w=way: resized_noise(seed, s, NoiseResize(w, NATIVE)))
            for way in ResizeWay
        }
        rows += [row(name, way.value, base, found) for way, found in there.items()]
        rows.append(gain(name, base, there[ResizeWay.STRETCH], there[ResizeWay.MIDDLE]))
        rows.append(row(name, "shuffled", base, np.roll(there[ResizeWay.STRETCH], 1, axis=1)))
        own = places(lambda seed, s=size: initial_noise(seed, s))
        rows.append(row(name, "own", base, own))
    return rows


@torch.no_grad()
def placed(
    model: Model,
    critic: Critic,
    caption: str,
    draw: Callable[[int], Tensor],
    settings: argparse.Namespace,
) -> Places:
    """Return column and row of the object for each seed, ``(S, 2)``; NaN where there is none."""
    parts = []
    for first in range(0, settings.seeds, BATCH):
        seeds = range(first, min(first + BATCH, settings.seeds))
        noise = torch.stack([draw(seed) for seed in seeds])
        images = sample_batch(
            model, [caption], noise, steps=settings.steps, guidance=settings.guidance
        )
        found = composition(critic(images)).reshape(len(images), -1, 4)[:, :, :2].double()
        # One kind at most has a place, whichever it was taken for.
        parts.append(torch.nanmean(found, dim=1).numpy())
        sys.stderr.write(".")
        sys.stderr.flush()
    return np.concatenate(parts)


def row(size: str, way: str, here: Places, there: Places) -> dict[str, object]:
    """Compare places ``(P, S, 2)`` at the native size and at another."""
    both = np.isfinite(here).all(2) & np.isfinite(there).all(2)
    found: dict[str, object] = {"size": size, "way": way, "pictures": int(both.sum())}
    for axis, name in enumerate("xy"):
        a, b = here[..., axis], there[..., axis]
        found[name] = round(alike(a, b), 3)
        found[f"{name} interval"] = interval(lambda p, a=a, b=b: alike(a[:, p], b[:, p]), here)
        found[f"{name} moved"] = round(float(np.abs(a - b)[both].mean()), 3)
    return found


def gain(size: str, here: Places, one: Places, other: Places) -> dict[str, object]:
    """Compare how alike two ways leave the same seeds' places."""
    found: dict[str, object] = {"size": size, "way": "stretch - middle"}
    for axis, name in enumerate("xy"):
        a, b, c = here[..., axis], one[..., axis], other[..., axis]
        found[name] = round(alike(a, b) - alike(a, c), 3)
        found[f"{name} interval"] = interval(
            lambda p, a=a, b=b, c=c: alike(a[:, p], b[:, p]) - alike(a[:, p], c[:, p]), here
        )
        found[f"{name} moved"] = round(float(np.nanmean(np.abs(a - b) - np.abs(a - c))), 3)
    return found


def interval(figure: Callable[[NDArray[np.int64]], float], here: Places) -> list[float]:
    """Return the middle 95 % of a figure over seeds drawn with repetition."""
    dice, seeds = np.random.default_rng(0), here.shape[1]
    drawn = [figure(dice.integers(0, seeds, seeds)) for _ in range(RESAMPLES)]
    return [round(float(bound), 3) for bound in np.percentile(drawn, (2.5, 97.5))]


def alike(here: Places, there: Places) -> float:
    """Return the correlation over seeds, ``(P, S)`` each, averaged over prompts."""
    kept = [np.isfinite(a) & np.isfinite(b) for a, b in zip(here, there, strict=True)]
    each = [np.corrcoef(a[k], b[k])[0, 1] for a, b, k in zip(here, there, kept, strict=True)]
    return float(np.mean(each))


def table(rows: list[dict[str, object]]) -> str:
    """Lay the rows out for people."""
    head = f"{'x (95 %)':23}  {'moved':6}"
    lines = [f"{'size':8}  {'way':16}  {head}  {head.replace('x', 'y')}"]
    for one in rows:
        parts = [f"{one['size']:8}", f"{one['way']:16}"]
        for name in "xy":
            low, high = one[f"{name} interval"]  # type: ignore[misc]
            moved = one[f"{name} moved"]
            parts.append(f"{one[name]:+.2f} ({low:+.2f} to {high:+.2f})  {moved:+.3f}")
        lines.append("  ".join(parts))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
