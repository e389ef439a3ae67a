"""One self-contained page about a seed table: nothing is fetched, nothing is sent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...pages import data_address, render_page, script_json
from ..codec import encode
from ..evidence import HeldOutGain
from ..spec import SamplingSpec
from ..table import SeedTable
from .plots import (
    Histogram,
    IntervalPlot,
    ShareBar,
    histogram,
    interval_plot,
    share_bar,
)
from .words import agreement_words, gained, meaning, purpose, reliability, verdict_of, warning

_SMALL_TILE, _LARGE_TILE = 72, 160
_FEWEST = 12


@dataclass(frozen=True)
class ShownGain:
    """What the best seeds gain by one metric: in words, and drawn."""

    metric: str
    mean: str
    interval: str
    way: str
    plot: IntervalPlot


@dataclass(frozen=True)
class ShownHalf:
    """How far half of the prompts rank seeds as the other half does, by one metric."""

    metric: str
    share: str
    words: str
    plot: ShareBar


@dataclass(frozen=True)
class ShownScore:
    """How one metric is spread over the seeds: what it means, which way is better, and drawn."""

    metric: str
    meaning: str
    way: str
    plot: Histogram


def table_page(table: SeedTable, name: str) -> str:
    """Return the table as an HTML document for a browser, from a file or a server.

    It carries its style, its script and its pictures, and forbids itself everything else. Every
    word out of the table is escaped.

    Args:
        table: what to show.
        name: what the table is called.

    Raises:
        TableError: the table's sheet of thumbnails cannot be decoded.
    """
    words, evidence = verdict_of(table), table.spec.evidence
    values = {
        "name": name,
        "model": table.spec.model.name,
        "purpose": purpose(table),
        "verdict": words,
        "advice": " ".join(filter(None, (words.advice, warning(table)))),
        "gains": tuple(_gains(table)),
        "halves": tuple(_halves(table)),
        "agreement": "" if evidence is None else agreement_words(evidence),
        "scores": tuple(_scores(table)),
        "made": tuple(_made(table)),
    }
    return render_page(
        "tables/report/page.html",
        values,
        styles=("tables/report/page.css",),
        scripts=("tables/report/page.js",),
        drawn=_sheet_style(table),
        told=(script_json(_told(table)),),
    )


def _sheet_style(table: SeedTable) -> str:
    """Return the sheet of thumbnails as the background every tile shows its part of."""
    spec = table.spec.thumbnails
    if spec is None:
        return ""
    table.thumbnail(int(table.seeds[0]))  # whatever a browser is given can be decoded
    address = data_address(table.tensors["thumbnails"].tobytes(), "image/webp")
    scale, down = _scale(spec.tile[0]), math.ceil(len(table) / spec.columns)
    width, height = spec.tile[0] * scale, spec.tile[1] * scale
    return (
        f":root {{ --w: {width:g}px; --h: {height:g}px; "
        f"--across: {spec.columns}; --down: {down}; }}\n"
        f'.tile {{ background-image: url("{address}"); }}\n'
    )


def _scale(width: int) -> float:
    """Show small tiles twice as large and large ones smaller, so that a page holds many."""
    return 2 if width < _SMALL_TILE else min(1, _LARGE_TILE / width)


def _gains(table: SeedTable) -> Iterator[ShownGain]:
    evidence = table.spec.evidence
    for gain in () if evidence is None else evidence.held_out_gain:
        yield _gain(table, gain)


def _gain(table: SeedTable, gain: HeldOutGain) -> ShownGain:
    plot = interval_plot(gain, higher_is_better=_up(table, gain.metric))
    return ShownGain(gain.metric, *gained(gain), _way(table, gain.metric), plot)


def _halves(table: SeedTable) -> Iterator[ShownHalf]:
    evidence = table.spec.evidence
    for metric, share in sorted({} if evidence is None else evidence.split_half.items()):
        yield ShownHalf(metric, f"{share:.2f}", reliability(share), share_bar(share, metric))


def _scores(table: SeedTable) -> Iterator[ShownScore]:
    if len(table) < _FEWEST:
        return  # so few are seen at a glance, and have no shape
    evidence = table.spec.evidence
    halves = {} if evidence is None else evidence.split_half
    for metric in table.metrics():
        share = halves.get(metric)
        luck = None if share is None else 1 - min(max(share, 0), 1)
        plot = histogram(table.score(metric), metric, luck)
        if plot is not None:
            yield ShownScore(metric, _meaning(table, metric), _way(table, metric), plot)


def _made(table: SeedTable) -> Iterator[tuple[str, str]]:
    spec = table.spec
    noise = spec.noise
    yield "noise", "not stated" if "rng" in noise.unstated else noise.source.label
    yield "latent", "not stated" if "shape" in noise.unstated else str(noise.shape)
    yield "model", f"{spec.model.name} ({spec.model.family})"
    yield "model's SHA-256", spec.model.sha256 or "not recorded"
    yield from _sampling(spec.sampling)
    if spec.prompts is not None:
        prompts = spec.prompts
        yield "prompts", f"{prompts.mining} to mine, {prompts.held_out} held out"
    for metric in spec.metrics:
        text = f"version {metric.version}" + (f", {metric.reference}" if metric.reference else "")
        yield metric.name, text
    for name, value in encode(spec.provenance).items():
        if isinstance(value, str) and value:
            yield name, value


def _sampling(sampling: SamplingSpec | None) -> Iterator[tuple[str, str]]:
    for name, value in () if sampling is None else encode(sampling).items():
        if value is not None:
            yield (
                name.replace("_", " "),
                "×".join(map(str, value)) if name == "size" else str(value),
            )


def _told(table: SeedTable) -> dict[str, object]:
    """Return what the page's script sorts and filters."""
    spec = table.spec.thumbnails
    columns = [
        *(_score(table, name) for name in table.metrics()),
        *(_column(tag, table.rate(tag)) for tag in table.tags()),
    ]
    seeds = [str(seed) for seed in table.seeds.tolist()]
    return {"seeds": seeds, "columns": columns, "across": 0 if spec is None else spec.columns}


def _score(table: SeedTable, name: str) -> dict[str, object]:
    column = _column(name, table.score(name), up=_up(table, name))
    return {**column, "means": _meaning(table, name)}


def _column(name: str, values: NDArray[np.float32], *, up: bool | None = None) -> dict[str, object]:
    """Describe a score, or a tag where there is no better or worse."""
    kind = "rate" if up is None else "score"
    return {"name": name, "kind": kind, "up": bool(up), "values": _plain(values)}


def _plain(values: NDArray[np.float32]) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.6g}") for value in values.tolist()]


def _way(table: SeedTable, metric: str) -> str:
    return "higher" if _up(table, metric) else "lower"


def _meaning(table: SeedTable, metric: str) -> str:
    return next((meaning(m) for m in table.spec.metrics if m.name == metric), "")


def _up(table: SeedTable, metric: str) -> bool:
    return next((m.higher_is_better for m in table.spec.metrics if m.name == metric), True)
