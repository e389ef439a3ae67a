"""What a lens file keeps of features, how exactly, in how many bytes, and what it costs to make.

    python benchmarks/lens_recording.py --steps 20

Generates one Seedling picture with the default panel, keeps the features, and records them. For
each layer: how far cosines between places are off, read from the file's numbers instead of the
features (root mean square and 95th percentile over all pairs of places of a step), the same with
codes alone, and how far colours are off, of 255. Then bytes predicted and written, and the median
time of a step without the lens, with hooks only, and with recording. Prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from seedloupe.generation.request import Request
from seedloupe.generation.sampler import Plan
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import generate
from seedloupe.hosts.standalone.engine.watching import recording_budget, token_names_of
from seedloupe.lens import FeatureMap, LensKey, LensRecord, LensSpec, default_panel, write_lens
from seedloupe.lens.run_record import Recording

PROMPT = "a red house in front of a green tree"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args()
    model = open_model("seedling")
    request = Request.of(model.info, PROMPT, (1,), plan=Plan(steps=args.steps))
    panel = default_panel(model.unet)
    features: list[FeatureMap] = []
    recording = Recording()
    list(generate(model, request, panel=panel, sinks=(features.append, recording.take)))
    record = recording.finish(request, 1, tokens=token_names_of(model, PROMPT))
    predicted = recording_budget(model, request, panel, budget=10**12).wish.file_bytes
    document = {
        "steps": args.steps,
        "layers": {name: errors(record, features, name) for name in panel},
        "bytes": {"predicted": predicted, "written": written(record), "features": size(features)},
        "seconds_a_step": timed(model, request, panel, args.repeats),
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def errors(record: LensRecord, features: Sequence[FeatureMap], layer: str) -> dict[str, float]:
    """Measure what one layer lost."""
    exact = LensRecord.of_features(LensSpec("m", "s"), [f for f in features if f.layer == layer])
    kept, coded, colours = [], [], []
    for feature in features:
        if feature.layer == layer:
            key = LensKey(0, feature.step, feature.call, layer)
            true = cosines(feature.values)
            kept.append((cosines(record.features(key).values) - true).flatten())
            coded.append((cosines(record.codes[key].float()) - true).flatten())
            colours.append((record.rgb[key].float() - exact.rgb[key].float()).abs().flatten())
    off, alone, paint = torch.cat(kept), torch.cat(coded), torch.cat(colours)
    return {
        "cosine_rms": round(float(off.square().mean().sqrt()), 4),
        "cosine_p95": round(sorted(off.abs().tolist())[int(0.95 * len(off))], 4),
        "cosine_rms_codes_alone": round(float(alone.square().mean().sqrt()), 4),
        "colour_mean": round(float(paint.mean()), 2),
        "colour_most": float(paint.max()),
    }


def cosines(values: Tensor) -> Tensor:
    """All cosines between places of ``(1, C, H, W)``."""
    vectors = torch.nn.functional.normalize(values[0].flatten(1).mT, dim=1)
    return vectors @ vectors.mT


def written(record: LensRecord) -> int:
    """Return the size of the file."""
    with tempfile.TemporaryDirectory() as folder:
        return write_lens(Path(folder) / "a.lens.safetensors", record).stat().st_size


def size(features: Sequence[FeatureMap]) -> int:
    """Return the bytes of the features themselves."""
    return sum(feature.values.nbytes for feature in features)


def timed(model: Model, request: Request, panel: Sequence[str], repeats: int) -> dict[str, float]:
    """Time steps three ways, taking turns, so that a busy machine is unfair to all of them."""
    spent: dict[str, list[float]] = {"without": [], "hooks": [], "recording": []}
    for _ in range(repeats):
        for way, layers in (("without", ()), ("hooks", panel), ("recording", panel)):
            sinks = (Recording().take,) if way == "recording" else ()
            begun = time.perf_counter()
            list(generate(model, request, panel=layers, sinks=sinks))
            spent[way].append((time.perf_counter() - begun) / request.steps)
    return {way: round(statistics.median(seconds), 5) for way, seconds in spent.items()}


if __name__ == "__main__":
    main()
