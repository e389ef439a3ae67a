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
from .instruments import Floats
from .journal import Measures
from .maps import centroid_map, flat_map
from .plan import MiningPlan, prompts_sha256
from .race_outcome import RaceOutcome
from .scorers import OutputKind, ScorerOutput
from .scores import (
    BySeed,
    confirmed_counts,
    count_images,
    count_scored,
    score_columns,
    table_metrics,
)

#: Dimensions a feature space is projected to, and tiles in a row of the thumbnails.
DIMENSIONS, COLUMNS = 16, 32
#: Prompts named one by one; of more, only the whole set is.
MOST_HASHES = 4096


def assemble(
    plan: MiningPlan,
    outputs: Sequence[ScorerOutput],
    mined: BySeed,
    confirmed: BySeed,
    *,
    raced: RaceOutcome | None = None,
) -> SeedTable:
    """Build the table of a finished run.

    Args:
        plan: what was run.
        outputs: what the scorers that lasted say of each picture.
        mined: for each seed its measures ``(prompts, …)`` on the mining prompts, from the first on.
        confirmed: the same on the held-out prompts, for the seeds that were checked.
        raced: how seeds were chosen; None where all pictures were made.
    """
    metrics = table_metrics(outputs)
    controls = raced.controls if raced else ()
    tensors: dict[str, np.ndarray] = {}
    for metric in metrics:
        tensors |= score_columns(metric, plan.seeds, mined, confirmed, controls=controls)
        if plan.repainted and confirmed:
            tensors |= confirmed_counts(metric, plan.seeds, confirmed)
    tensors |= _rates(plan.seeds, mined)
    spaces, columns = _spaces(plan.seeds, outputs, mined)
    tensors |= columns
    thumbnails = ThumbnailsSpec(tile=(48, 48), columns=COLUMNS)
    tensors["thumbnails"] = draw_sheet([_tile(mined[seed]) for seed in plan.seeds], thumbnails)
    spec = TableSpec(
        noise=NoiseSpec.drawn(plan.noise, plan.shape, plan.seeds[0]),
        model=plan.model,
        provenance=_provenance(plan),
        sampling=plan.sampling,
        prompts=_prompts(plan, confirmed),
        metrics=tuple(metric.spec for metric in metrics),
        evidence=evidence_of(plan, metrics, mined, confirmed, raced=raced),
        spaces=spaces,
        thumbnails=thumbnails,
        extra=_study(plan),
    )
    return SeedTable(np.array(plan.seeds, np.uint64), tensors, spec)


def _rates(seeds: Sequence[int], mined: BySeed) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for key in mined[seeds[0]]:
        if key.startswith("tag."):
            name = f"rate.{key.removeprefix('tag.')}"
            columns[name] = np.array([_rate(mined[seed][key]) for seed in seeds], np.float32)
            counts = [count_scored(mined[seed], key) for seed in seeds]
            columns[f"{name}.n"] = np.array(counts, np.uint32)
    return columns


def _rate(tags: Floats) -> float:
    known = tags[np.isfinite(tags)]
    return float(known.mean()) if len(known) else 0.0


def _spaces(
    seeds: Sequence[int], outputs: Sequence[ScorerOutput], mined: BySeed
) -> tuple[tuple[SpaceSpec, ...], dict[str, np.ndarray]]:
    """Spaces from the prompts that all seeds share, so that seeds differ by nothing else."""
    shared = min(count_images(mined[seed]) for seed in seeds)
    specs: list[SpaceSpec] = []
    columns: dict[str, np.ndarray] = {}
    for output in outputs:
        key, space = output.key, output.name
        if output.kind is OutputKind.FEATURE:
            stacked = np.stack([mined[seed][key][:shared] for seed in seeds]).astype(np.float64)
            projected, share = project(stacked)
            drawn, how = flat_map(projected)
            columns |= {f"feature.{space}": projected, f"map.{space}": drawn}
            specs.append(SpaceSpec(space, explained_variance=share, map=how))
        elif output.kind is OutputKind.PLACE:
            places = np.stack([_mean_of_found(mined[seed][key]) for seed in seeds])
            drawn, how = centroid_map(places)
            columns |= {f"feature.{space}": places, f"map.{space}": drawn}
            specs.append(SpaceSpec(space, classes=output.classes, map=how))
    return tuple(specs), columns


def project(features: np.ndarray, dimensions: int = DIMENSIONS) -> tuple[Floats, float]:
    """Mean over pictures, then PCA: ``(S, P, D)`` to ``(S, d)`` and the variance kept.

    What a prompt does to every seed alike is taken out first. The sign of each
    component is chosen so that its largest weight is positive.
    """
    known = np.isfinite(features).all(2, keepdims=True)
    shown = np.where(known, features, 0)
    if known.all():
        centred = (features - features.mean(0, keepdims=True)).mean(1)
    else:  # pictures that failed
        apart = shown - shown.sum(0) / np.maximum(known.sum(0), 1)
        centred = np.where(known, apart, 0).sum(1) / np.maximum(known.sum(1), 1)
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
    name = f"{'pairs' if plan.repainted else 'prompts'}-{digest[:12]}"
    return PromptsSpec(name, digest, len(plan.prompts), len(held_out), hashes)


def _study(plan: MiningPlan) -> dict[str, object]:
    """Say what repaints were for, where all who read tables of repaints look for it."""
    made = plan.repainted
    if made is None:
        return {}
    return {"study": {"name": "inpaint", "task": made.task, "pairs": made.origin}}


def _provenance(plan: MiningPlan) -> Provenance:
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    tool = "seedloupe mine --task inpaint" if plan.repainted else "seedloupe mine"
    return Provenance("Seedloupe", tool, today, "CC0-1.0", Status.MINED)
