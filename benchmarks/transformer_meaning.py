"""Which of Seedling's two networks keeps semantics where: its U-Net beside its transformer.

    python benchmarks/transformer_meaning.py --pictures 40 --times 100 --json both.json

Both share text encoder, autoencoder, the pictures and the noise, and both stand beside themselves
with random weights. The layers are those of ``lens_meaning.py``, which says what the metrics are.
The best of many layers looks better than it is on the pictures that chose it, so each network's
best layer is chosen by every second picture and judged on the others, and random weights may choose
their own. Figures are means over the judging pictures with 95 % intervals, pictures drawn anew;
"more" is the transformer's figure less the U-Net's on the same pictures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from lens_meaning import COLOURS, JUDGED, LESS, Scores, both_studied
from numpy.typing import NDArray

UNET, TRANSFORMER = "seedling", "seedling-dit"
NO_NETWORK = "no network"
Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BestLayer:
    """The layer that every second picture chose, and what it reaches on the others.

    Attributes:
        layer: its name.
        values: ``(P,)``, a figure a judging picture.
    """

    layer: str
    values: Doubles


def main() -> None:
    """Read the command line, look, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--moved", type=int, default=8, help="pictures that are also transformed")
    parser.add_argument("--placed", type=int, default=6, help="pictures position is read off")
    parser.add_argument("--times", type=int, nargs="+", default=[100], help="0 to 999")
    parser.add_argument("--captions", action="store_true", help="give each picture its caption")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--json", type=Path, help="write all figures here")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    started, report = time.process_time(), {}
    for step in settings.times:
        here = argparse.Namespace(**{**vars(settings), "time": step, "layers": None})
        found = {name: both_studied(name, here) for name in (UNET, TRANSFORMER)}
        report[f"time {step}"] = side_by_side(found, settings.resamples)
        sys.stdout.write(f"\ntime {step}\n{table(report[f'time {step}']['best'])}")
        sys.stdout.flush()
        report["cpu seconds"] = round(time.process_time() - started, 1)
        if settings.json:
            settings.json.write_text(json.dumps(report, indent=2) + "\n")
    sys.stdout.write(f"\n{report['cpu seconds']} CPU seconds\n")


def side_by_side(
    found: Mapping[str, tuple[Scores, Scores]], resamples: int
) -> dict[str, dict[str, object]]:
    """The best layer of each network by each metric, and what every layer reaches."""
    best: dict[str, object] = {}
    for metric in JUDGED:
        chosen = {name: best_layer(trained, metric) for name, (trained, _) in found.items()}
        random = {name: best_layer(twin, metric) for name, (_, twin) in found.items()}
        colours = judging(next(iter(found.values()))[0][COLOURS][metric])
        both = chosen[TRANSFORMER].values, chosen[UNET].values
        paired = len(both[0]) == len(both[1])  # a coarse grid cannot show every small object again
        more = estimate(both[0] - both[1], resamples) if paired else None
        best[metric] = {
            **{name: row(one, random[name], resamples) for name, one in chosen.items()},
            "colours": estimate(colours, resamples),
            "more": more,
        }
    layers = {name: profile(trained, twin) for name, (trained, twin) in found.items()}
    return {"best": best, "layers": layers}


def best_layer(scores: Scores, metric: str) -> BestLayer:
    """Let every second picture choose; what is no layer, or has channels left out, cannot win."""
    layers = {
        name: np.array(found[metric], float)
        for name, found in scores.items()
        if not name.startswith(NO_NETWORK) and not name.endswith(LESS)
    }
    layer = max(layers, key=lambda name: float(np.nanmean(layers[name][::2])))
    return BestLayer(layer, judging(layers[layer]))


def judging(values: Doubles | list[float]) -> Doubles:
    """The figures of pictures that chose nothing."""
    return np.array(values, float)[1::2]


def row(best: BestLayer, random: BestLayer, resamples: int) -> dict[str, object]:
    """One network's best layer beside that of its random twin."""
    return {
        "layer": best.layer,
        "trained": estimate(best.values, resamples),
        "random layer": random.layer,
        "random": estimate(random.values, resamples),
    }


def estimate(values: Doubles, resamples: int) -> list[float]:
    """Mean over pictures, and its 95 % interval from and to."""
    values = values[np.isfinite(values)]
    draws = np.random.default_rng(0).integers(0, len(values), (resamples, len(values)))
    low, high = np.quantile(values[draws].mean(1), [0.025, 0.975])
    return [round(float(values.mean()), 3), round(float(low), 3), round(float(high), 3)]


def profile(trained: Scores, random: Scores) -> dict[str, dict[str, list[float]]]:
    """Every layer's means over all pictures, trained and random."""
    return {
        layer: {
            name: [round(float(np.nanmean(v)), 3) for v in (values, random[layer][name])]
            for name, values in found.items()
        }
        for layer, found in trained.items()
    }


def table(best: Mapping[str, Mapping[str, object]]) -> str:
    """One line a metric and network."""
    lines = [f"{'':6} {'':13} {'best layer':40} {'trained':22} {'random':22} colours"]
    for metric, found in best.items():
        for name in (UNET, TRANSFORMER):
            one = found[name]
            cells = [said(one["trained"]), said(one["random"]), said(found["colours"])]
            lines.append(f"{metric:6} {name:13} {one['layer']:40} {' '.join(cells)}")
        if found["more"]:
            lines.append(f"{metric:6} {'more':13} {'':40} {said(found['more'])}")
    return "\n".join(lines) + "\n"


def said(numbers: list[float]) -> str:
    """An estimate in one column."""
    middle, low, high = numbers
    return f"{middle:5.2f} [{low:.2f}, {high:.2f}]".ljust(22)


if __name__ == "__main__":
    main()
