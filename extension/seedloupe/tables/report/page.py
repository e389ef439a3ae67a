"""One self-contained page about a seed table: nothing is fetched, nothing is sent."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from string import Template

import numpy as np
from numpy.typing import NDArray

from ...pages import content_policy
from ..codec import encode
from ..evidence import HeldOutGain
from ..spec import SamplingSpec
from ..table import SeedTable
from .plots import histogram, interval_plot, share_bar
from .words import agreement_words, gained, meaning, purpose, reliability, verdict_of, warning

_SMALL_TILE, _LARGE_TILE = 72, 160
_FEWEST = 12


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
    style = _part("page.css") + _sheet_style(table)
    script = _part("page.js")
    words = verdict_of(table)
    parts = {
        "title": escape(f"Seeds of {table.spec.model.name}"),
        "policy": escape(content_policy(style, script)),
        "style": style,
        "script": script,
        "name": escape(name),
        "purpose": escape(purpose(table)),
        "kind": words.kind,
        "headline": escape(words.headline),
        "advice": escape(" ".join(filter(None, (words.advice, warning(table))))),
        "evidence": "".join(_evidence(table)),
        "spread": "".join(_spread(table)),
        "made": "".join(_made(table)),
        "values": _values(table),
    }
    return Template(_part("page.html")).substitute(parts)


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _sheet_style(table: SeedTable) -> str:
    """Return the sheet of thumbnails as the background every tile shows its part of."""
    spec = table.spec.thumbnails
    if spec is None:
        return ""
    table.thumbnail(int(table.seeds[0]))  # whatever a browser is given can be decoded
    coded = base64.b64encode(table.tensors["thumbnails"].tobytes()).decode()
    scale, down = _scale(spec.tile[0]), math.ceil(len(table) / spec.columns)
    width, height = spec.tile[0] * scale, spec.tile[1] * scale
    return (
        f":root {{ --w: {width:g}px; --h: {height:g}px; "
        f"--across: {spec.columns}; --down: {down}; }}\n"
        f'.tile {{ background-image: url("data:image/webp;base64,{coded}"); }}\n'
    )


def _scale(width: int) -> float:
    """Show small tiles twice as large and large ones smaller, so that a page holds many."""
    return 2 if width < _SMALL_TILE else min(1, _LARGE_TILE / width)


def _evidence(table: SeedTable) -> Iterator[str]:
    evidence = table.spec.evidence
    if evidence is None:
        return
    if evidence.held_out_gain:
        rows = "".join(_gain(table, gain) for gain in evidence.held_out_gain)
        yield _card("What the best seeds gain on other prompts", rows)
    if evidence.split_half:
        rows = "".join(_half(*entry) for entry in sorted(evidence.split_half.items()))
        yield _card("Would half of the prompts rank the seeds as the other half does?", rows)
    words = agreement_words(evidence)
    if words:
        yield _card("Do the scores agree on what is good?", f"<p>{escape(words)}</p>")


def _gain(table: SeedTable, gain: HeldOutGain) -> str:
    mean, interval = gained(gain)
    plot = interval_plot(gain, higher_is_better=_up(table, gain.metric))
    words = f"<b>{escape(gain.metric)}</b> {mean} <span>95 % interval {interval}</span>"
    return f"<div><p>{words}{_way(table, gain.metric)}</p>{plot}</div>"


def _half(metric: str, share: float) -> str:
    words = f"<b>{escape(metric)}</b> {share:.2f} <span>of 1, {reliability(share)}</span>"
    return f"<div><p>{words}</p>{share_bar(share, metric)}</div>"


def _spread(table: SeedTable) -> Iterator[str]:
    evidence = table.spec.evidence
    halves = {} if evidence is None else evidence.split_half
    for metric in table.metrics():
        share = halves.get(metric)
        luck = None if share is None else 1 - min(max(share, 0), 1)
        if len(table) < _FEWEST:
            continue  # so few are seen at a glance, and have no shape
        plot = histogram(table.score(metric), metric, luck)
        legend = "" if luck is None else ' <span class="key">the line: luck alone</span>'
        if plot:
            words = f'<p class="means">{escape(_meaning(table, metric))}</p>'
            yield _card(metric, f"{words}{plot}<p>{_way(table, metric)}{legend}</p>")


def _made(table: SeedTable) -> Iterator[str]:
    spec = table.spec
    noise = spec.noise
    yield _term("noise", "not stated" if "rng" in noise.unstated else noise.source.label)
    yield _term("latent", "not stated" if "shape" in noise.unstated else str(noise.shape))
    yield _term("model", f"{spec.model.name} ({spec.model.family})")
    yield _term("model's SHA-256", spec.model.sha256 or "not recorded")
    for name, value in _sampling(spec.sampling):
        yield _term(name, value)
    if spec.prompts is not None:
        prompts = spec.prompts
        yield _term("prompts", f"{prompts.mining} to mine, {prompts.held_out} held out")
    for metric in spec.metrics:
        text = f"version {metric.version}" + (f", {metric.reference}" if metric.reference else "")
        yield _term(metric.name, text)
    for name, value in encode(spec.provenance).items():
        if isinstance(value, str) and value:
            yield _term(name, value)


def _sampling(sampling: SamplingSpec | None) -> Iterator[tuple[str, str]]:
    for name, value in () if sampling is None else encode(sampling).items():
        if value is not None:
            yield (
                name.replace("_", " "),
                "×".join(map(str, value)) if name == "size" else str(value),
            )


def _values(table: SeedTable) -> str:
    """Return what the page's script sorts and filters, as JSON that cannot end its element."""
    spec = table.spec.thumbnails
    columns = [
        *(_score(table, name) for name in table.metrics()),
        *(_column(tag, table.rate(tag)) for tag in table.tags()),
    ]
    across = 0 if spec is None else spec.columns
    seeds = [str(seed) for seed in table.seeds.tolist()]
    text = json.dumps({"seeds": seeds, "columns": columns, "across": across}, allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _score(table: SeedTable, name: str) -> dict[str, object]:
    column = _column(name, table.score(name), up=_up(table, name))
    return {**column, "means": _meaning(table, name)}


def _column(name: str, values: NDArray[np.float32], *, up: bool | None = None) -> dict[str, object]:
    """Describe a score, or a tag where there is no better or worse."""
    kind = "rate" if up is None else "score"
    return {"name": name, "kind": kind, "up": bool(up), "values": _plain(values)}


def _plain(values: NDArray[np.float32]) -> list[float | None]:
    return [None if math.isnan(value) else float(f"{value:.6g}") for value in values.tolist()]


def _card(title: str, content: str) -> str:
    return f'<section class="card"><h3>{escape(title)}</h3>{content}</section>'


def _term(name: str, value: str) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"


def _way(table: SeedTable, metric: str) -> str:
    return f" <span>{'higher' if _up(table, metric) else 'lower'} is better</span>"


def _meaning(table: SeedTable, metric: str) -> str:
    return next((meaning(m) for m in table.spec.metrics if m.name == metric), "")


def _up(table: SeedTable, metric: str) -> bool:
    return next((m.higher_is_better for m in table.spec.metrics if m.name == metric), True)
