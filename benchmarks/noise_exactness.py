"""How far drawn noise lies from what each host's own generator draws, by source and size.

    python benchmarks/noise_exactness.py
    python benchmarks/noise_exactness.py --web-ui FOLDER     # a checkout of the web UI, run beside

Prints one JSON document of worst absolute differences and shares:

- Philox noise in double precision, as drawn, against the same words transformed in single
  precision as cuRAND writes it. A card's fast sines are not in it; NVIDIA's programming guide
  bounds their error by 2**-21.41, times the radius, for angles up to pi.
- Two cards' noise: the share that is equal below and above the smaller grid.
- With ``--web-ui``, ``nv`` noise against that program's own generator, two draws a seed.
- With a CUDA card, ``cuda:GRID`` noise against the card.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray

from seedloupe.noise import NV_NOISE, NoiseSource, NoiseStream, Rng, grid_threads, initial_noise
from seedloupe.noise.philox import philox4x32

SHAPES = [(4, 64, 64), (4, 96, 96), (4, 128, 128), (16, 128, 128), (4, 65, 65)]
SEEDS = [*range(46), 2**32 - 1, 2**32, 2**53 - 1, 2**64 - 1]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web-ui", type=Path, metavar="FOLDER")
    folder = parser.parse_args().web_ui
    torch.set_num_threads(1)
    report: dict[str, object] = {
        "seeds": len(SEEDS),
        "philox in single precision": single_precision(2**24),
        "cuda:43008 and cuda:196608": two_cards(),
    }
    if folder is not None:
        theirs = load(folder / "modules" / "rng_philox.py")
        report["nv beside the web UI"] = {str(shape): web_ui(theirs, shape) for shape in SHAPES}
    if torch.cuda.is_available():
        report["card"] = {str(2**power): card(2**power) for power in range(14, 21)}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def single_precision(count: int) -> dict[str, float]:
    """Transform the words of seed 0 in single precision, rounding where a card rounds."""
    differences = []
    for first in range(0, count, 2**16):
        counter = np.zeros((4, 2**16), np.uint32)
        counter[2] = np.arange(first, first + 2**16)
        words = philox4x32(counter, (0, 0))
        differences.append(np.abs(in_single(words[0], words[1]) - in_double(words[0], words[1])))
    found = np.concatenate(differences)
    return {
        "values": count,
        "worst": float(found.max()),
        "median": float(np.median(found)),
        **{f"share above {limit}": float((found > limit).mean()) for limit in (1e-6, 5e-6, 1e-5)},
    }


def in_single(radius: NDArray[np.uint64], angle: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Box-Muller as ``_curand_box_muller`` has it, with fused products and exact sines."""
    step, turn = 2.0**-32, float(np.float32(2 * np.pi)) * 2.0**-32
    share = rounded(rounded(radius) * step + step / 2)
    length = rounded(np.sqrt(-2 * rounded(np.log(share))))
    return rounded(length * rounded(np.sin(rounded(rounded(angle) * turn + turn / 2))))


def in_double(radius: NDArray[np.uint64], angle: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Box-Muller in double precision, rounded once."""
    step, turn = 2.0**-32, float(np.float32(2 * np.pi)) * 2.0**-32
    length = np.sqrt(-2 * np.log(radius * step + step / 2))
    return rounded(length * np.sin(angle * turn + turn / 2))


def rounded(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Round to single precision and go on in double."""
    return values.astype(np.float32).astype(np.float64)


def two_cards() -> dict[str, float]:
    """Return the shares that are equal in the two cards' noise of 4x128x128."""
    small, large = (
        initial_noise(0, (4, 128, 128), source=NoiseSource(Rng.PHILOX, grid)).numpy().ravel()
        for grid in (43008, 196608)
    )
    equal = small == large
    return {
        "equal among the first 43008": float(equal[:43008].mean()),
        "different among the rest": float((~equal[43008:]).mean()),
    }


def load(path: Path) -> ModuleType:
    """Load one file of another program as a module."""
    found = importlib.util.spec_from_file_location("beside", path)
    if found is None or found.loader is None:
        raise SystemExit(f"no Python file at {path}")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def web_ui(theirs: ModuleType, shape: tuple[int, ...]) -> float:
    """Return the worst difference of two draws of each seed."""
    worst = 0.0
    for seed in SEEDS:
        generator, ours = theirs.Generator(seed), NoiseStream(seed, NV_NOISE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # its keys run over, as they should
            worst = max(
                worst, *(off(ours.draw(shape).numpy(), generator.randn(shape)) for _ in range(2))
            )
    return worst


def card(count: int) -> dict[str, float]:
    """Return the worst difference from the first card here, over three draws of some seeds."""
    properties = torch.cuda.get_device_properties(0)
    grid = grid_threads(
        properties.multi_processor_count, properties.max_threads_per_multi_processor
    )
    worst, beyond = 0.0, 0.0
    for seed in SEEDS[-8:]:
        generator = torch.Generator("cuda").manual_seed(seed)
        ours = NoiseStream(seed, NoiseSource(Rng.PHILOX, grid))
        for _ in range(3):
            drawn = torch.randn(count, generator=generator, device="cuda").cpu().numpy()
            differences = np.abs(ours.draw((count,)).numpy() - drawn)
            worst = max(worst, float(differences.max()))
            beyond = max(beyond, float((differences > 1e-5).mean()))
    return {"grid": grid, "worst": worst, "share above 1e-05": beyond}


def off(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the largest absolute difference; no number at all is infinitely far off."""
    difference = float(np.abs(first - second).max())
    return math.inf if math.isnan(difference) else difference


if __name__ == "__main__":
    main()
