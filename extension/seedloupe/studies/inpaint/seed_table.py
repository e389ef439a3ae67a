"""The seeds of one task as a seed table, so that hosts can draw a seed that paints little text."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ...artifacts.repaints import InpaintTask, Pair
from ...tables import (
    Evidence,
    HeldOutGain,
    MetricSpec,
    NoiseSpec,
    PromptsSpec,
    Provenance,
    SeedTable,
    Status,
    TableSpec,
    ThumbnailsSpec,
    draw_sheet,
)
from ..statistics import Floats, repeat
from .findings import Findings, TaskFindings

METRIC = "text_in_mask"
"""The paper's score: the mean share of the mask that text covers; less is better."""

_HELD_OUT_EVERY = 3
_TILE, _COLUMNS = (48, 48), 32


def table_of(
    findings: Findings, task: InpaintTask, *, tiles: Sequence[Image.Image] = ()
) -> SeedTable:
    """Write down what the main looker saw of one task.

    Every third pair is held out: the score is of the others, its ``.confirm`` of the held-out ones.
    ``rate.text`` is the share of flagged pictures over all pairs.

    Args:
        findings: of a whole run.
        task: which of its tasks.
        tiles: one picture a seed, or none.
    """
    measured, found = findings.measured, findings.main.tasks[task]
    plan, looker = measured.plan, findings.main.looker
    shares = measured.shares(task, looker)
    held = np.arange(len(plan.pairs)) % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1
    tensors: dict[str, np.ndarray] = {
        **_score(shares[~held], ""),
        **(_score(shares[held], "confirm") if held.any() else {}),
        "rate.text": found.rates.rate.astype(np.float32),
        "rate.text.n": np.full(len(plan.seeds), len(plan.pairs), np.uint32),
    }
    sheet = ThumbnailsSpec(_TILE, _COLUMNS) if tiles else None
    if sheet is not None:
        tensors["thumbnails"] = draw_sheet(tiles, sheet)
    spec = TableSpec(
        noise=NoiseSpec.drawn(plan.noise, plan.shape, plan.seeds[0]),
        model=plan.model,
        provenance=_provenance(),
        sampling=plan.sampling,
        prompts=_prompts(plan.pairs, held, task),
        metrics=(MetricSpec(METRIC, "1", False, f"mean share of the mask, seen by {looker}"),),
        evidence=_evidence(found, shares[~held], looker, len(plan.seeds)),
        thumbnails=sheet,
        extra={"study": {"name": "inpaint", "task": task.value, "pairs": plan.origin}},
    )
    return SeedTable(np.array(plan.seeds, np.uint64), tensors, spec)


def _score(shares: Floats, part: str) -> dict[str, np.ndarray]:
    name = f"score.{METRIC}"
    main, error, count = (
        (f"{name}.{part}", f"{name}.{part}_se", f"{name}.{part}_n")
        if part
        else (name, f"{name}.se", f"{name}.n")
    )
    rows = len(shares)
    spread = shares.std(0, ddof=1) / rows**0.5 if rows > 1 else np.full(shares.shape[1], np.nan)
    return {
        main: shares.mean(0).astype(np.float32),
        error: spread.astype(np.float32),
        count: np.full(shares.shape[1], rows, np.uint32),
    }


def _evidence(found: TaskFindings, mined: Floats, looker: str, pool: int) -> Evidence:
    gains: tuple[HeldOutGain, ...] = ()
    if found.best is not None:
        best = found.best
        gains = (HeldOutGain(METRIC, best.gap, best.low, best.high),)
    halves = {}
    if len(mined) > 1:
        halves = {METRIC: round(repeat(mined, np.random.default_rng(0)).reliability, 4)}
    return Evidence(
        rule="the lowest mean share of the mask covered by text",
        verdict=found.verdict,
        pool=pool,
        split_half=halves,
        held_out_gain=gains,
        extra={
            "looker": looker,
            "why": found.why,
            "spread_ratio": round(found.spread.ratio, 4),
            "spread_p": round(found.spread.p, 5),
            "rate_over": "all pairs, the held-out ones included",
        },
    )


def _prompts(pairs: Sequence[Pair], held: np.ndarray, task: InpaintTask) -> PromptsSpec:
    """Name each pair with its prompt as prompts are named, so that no picture is merged twice."""
    names = [hashlib.sha256(task.case(pair).encode()).hexdigest() for pair in pairs]
    hashes: dict[str, object] = {}
    for role, chosen in (("mining", ~held), ("held_out", held)):
        own = [name for name, inside in zip(names, chosen, strict=True) if inside]
        if own:
            hashes[f"{role}_sha256"] = _digest(own)
            hashes[f"{role}_prompts"] = [name[:12] for name in own]
    digest = _digest(names)
    mined = int((~held).sum())
    return PromptsSpec(f"pairs-{digest[:12]}", digest, mined, len(pairs) - mined, hashes)


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def _provenance() -> Provenance:
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return Provenance("Seedloupe", "seedloupe study inpaint", today, "CC0-1.0", Status.MINED)
