"""From measurements to a table: means, errors, rates, spaces, thumbnails, evidence."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ..tables import (
    NoiseSpec,
    PromptsSpec,
    Provenance,
    SeedTable,
    SpaceSpec,
    Status,
    TableSpec,
    ThumbnailsSpec,
    draw_sheet,
)
from .evidence import evidence_of
from .instruments import Floats, Instrument
from .journal import Measures
from .maps import centroid_map, flat_map
from .plan import MiningPlan, prompts_sha256
from .scores import BySeed, score_columns

#: Dimensions a feature space is projected to, and tiles in a row of the thumbnails.
DIMENSIONS, COLUMNS = 16, 32
#: Prompts named one by one; of more, only the whole set is.
MOST_HASHES = 4096


def assemble(
    plan: MiningPlan, instruments: Sequence[Instrument], mined: BySeed, confirmed: BySeed
) -> SeedTable:
    """Build the table of a finished run.

    Args:
        plan: what was run.
        instruments: what measured.
        mined: for each seed its measures ``(prompts, …)`` on the mining prompts.
        confirmed: the same on the held-out prompts, for the seeds that were checked.
    """
    metrics = [metric for instrument in instruments for metric in instrument.metrics]
    tensors: dict[str, np.ndarray] = {}
    for metric in metrics:
        tensors |= score_columns(metric, instruments, plan.seeds, mined, confirmed)
    tensors |= _rates(plan.seeds, mined)
    spaces, columns = _spaces(plan.seeds, instruments, mined)
    tensors |= columns
    thumbnails = ThumbnailsSpec(tile=(48, 48), columns=COLUMNS)
    tensors["thumbnails"] = draw_sheet([_tile(mined[seed]) for seed in plan.seeds], thumbnails)
    spec = TableSpec(
        noise=NoiseSpec.drawn(plan.noise, plan.shape, plan.seeds[0]),
        model=plan.model,
        provenance=_provenance(),
        sampling=plan.sampling,
        prompts=_prompts(plan, confirmed),
        metrics=tuple(metrics),
        evidence=evidence_of(plan, instruments, mined, confirmed),
        spaces=spaces,
        thumbnails=thumbnails,
    )
    return SeedTable(np.array(plan.seeds, np.uint64), tensors, spec)


def _rates(seeds: Sequence[int], mined: BySeed) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for key in mined[seeds[0]]:
        if key.startswith("tag."):
            name = f"rate.{key.removeprefix('tag.')}"
            columns[name] = np.array([mined[seed][key].mean() for seed in seeds], np.float32)
            counts = [mined[seed][key].shape[0] for seed in seeds]
            columns[f"{name}.n"] = np.array(counts, np.uint32)
    return columns


def _spaces(
    seeds: Sequence[int], instruments: Sequence[Instrument], mined: BySeed
) -> tuple[tuple[SpaceSpec, ...], dict[str, np.ndarray]]:
    specs: list[SpaceSpec] = []
    columns: dict[str, np.ndarray] = {}
    for key in mined[seeds[0]]:
        family, _, space = key.partition(".")
        if family == "feature":
            stacked = np.stack([mined[seed][key] for seed in seeds]).astype(np.float64)
            projected, share = project(stacked)
            drawn, how = flat_map(projected)
            columns |= {f"feature.{space}": projected, f"map.{space}": drawn}
            specs.append(SpaceSpec(space, explained_variance=share, map=how))
        elif family == "place":
            places = np.stack([_mean_of_found(mined[seed][key]) for seed in seeds])
            drawn, how = centroid_map(places)
            columns |= {f"feature.{space}": places, f"map.{space}": drawn}
            classes = next((i.classes[space] for i in instruments if space in i.classes), ())
            specs.append(SpaceSpec(space, classes=classes, map=how))
    return tuple(specs), columns


def project(features: np.ndarray, dimensions: int = DIMENSIONS) -> tuple[Floats, float]:
    """Mean over pictures, then PCA: ``(S, P, D)`` to ``(S, d)`` and the variance kept.

    What a prompt does to every seed alike is taken out first. The sign of each
    component is chosen so that its largest weight is positive.
    """
    centred = (features - features.mean(0, keepdims=True)).mean(1)
    _, scales, axes = np.linalg.svd(centred, full_matrices=False)
    kept = min(dimensions, len(scales))
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])
    signs[signs == 0] = 1
    projected = centred @ (axes[:kept] * signs[:kept, None]).T
    total = float((scales**2).sum())
    share = float((scales[:kept] ** 2).sum()) / total if total else 1.0
    return projected.astype(np.float32), min(1.0, share)


def _mean_of_found(places: Floats) -> Floats:
    """Mean over pictures ``(P, D)`` to ``(D,)``, NaN where nothing was ever found."""
    found = np.isfinite(places)
    count = found.sum(0)
    total = np.where(found, places, 0).sum(0)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return mean


def _tile(measure: Measures) -> Image.Image:
    pixels = np.round(measure["thumbnail"][0].transpose(1, 2, 0) * 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _prompts(plan: MiningPlan, confirmed: BySeed) -> PromptsSpec:
    """Name the prompts, each set and each one apart, so that tables merge no picture twice."""
    held_out = plan.confirm_prompts if confirmed else ()
    digest = prompts_sha256(plan.prompts + held_out)
    hashes: dict[str, object] = {}
    for role, prompts in (("mining", plan.prompts), ("held_out", held_out)):
        if prompts:
            hashes[f"{role}_sha256"] = prompts_sha256(prompts)
        if 0 < len(prompts) <= MOST_HASHES:
            hashes[f"{role}_prompts"] = [prompts_sha256((prompt,))[:12] for prompt in prompts]
    name = f"prompts-{digest[:12]}"
    return PromptsSpec(name, digest, len(plan.prompts), len(held_out), hashes)


def _provenance() -> Provenance:
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return Provenance("Seedloupe", "seedloupe mine", today, "CC0-1.0", Status.MINED)
