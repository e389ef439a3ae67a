"""A run's report for eyes: the leader board with its intervals, as HTML and as lines.

The HTML needs no script and no style sheet of its own but :func:`board_css`; all hosts show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..tables import SeedEffect
from .racing import SeedState
from .report import MiningReport, MiningStage, SeedLeader

#: Characters an axis takes.
_AXIS = 24
_STATES = {
    SeedState.RACING: "in play",
    SeedState.BETTER: "better",
    SeedState.DROPPED: "left",
}
_VERDICTS = {
    SeedEffect.EFFECT: "The choice of seed matters with this model.",
    SeedEffect.NO_EFFECT: "No seed was seen to be better by what was looked for.",
    SeedEffect.UNDECIDED: "Whether the choice of seed matters is undecided.",
}
_STAGES = {
    MiningStage.MINE: "Mining",
    MiningStage.CONFIRM: "Confirming the best with held-out prompts",
    MiningStage.DONE: "Done",
    MiningStage.WAITING: "Waiting for others who work on the same table",
    MiningStage.STOPPED: "Stopped; the same settings go on from here",
}


def report_lines(report: MiningReport) -> tuple[str, ...]:
    """Say how a run stands, in a few plain lines."""
    lines = [_headline(report)]
    if report.round:
        lines.append(
            f"Round {report.round}, {report.prompts} prompts: {report.racing} seeds in play, "
            f"{report.better} declared better, {report.dropped} left."
        )
    if report.failed:
        lines.append(f"{report.failed} pictures were not finite; they are counted and not scored.")
    lines += [f"{name} was left out: {reason}" for name, reason in report.lost.items()]
    if report.stage is MiningStage.DONE:
        lines.append(_VERDICTS[report.verdict])
    return tuple(lines)


def board_html(report: MiningReport) -> str:
    """Show how a run stands: lines, progress, and the best seeds with their intervals."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in report_lines(report))
    total = report.made + report.left
    share = report.made / total if total else 0.0
    bar = f'<div class="sl-mine-bar"><i style="width:{100 * share:.1f}%"></i></div>'
    return f'<div class="sl-mine">{lines}{bar}{_board(report.leaders)}</div>'


def board_text(report: MiningReport) -> str:
    """The same as plain text, an axis of characters for each seed."""
    lines = list(report_lines(report))
    if report.leaders:
        low = min(0.0, *(one.low for one in report.leaders))
        width = max(max(0.0, *(one.high for one in report.leaders)) - low, 1e-9)
        lines += [_text_row(one, low, width) for one in report.leaders]
    return "\n".join(lines)


def _text_row(one: SeedLeader, low: float, width: float) -> str:
    def at(value: float) -> int:
        return min(_AXIS - 1, max(0, round((_AXIS - 1) * (value - low) / width)))

    axis = [" "] * _AXIS
    axis[at(0.0)] = "|"
    for place in range(at(one.low), at(one.high) + 1):
        axis[place] = "-"
    axis[at(one.gain)] = "o"
    return f"{one.seed}: {''.join(axis)} {one.gain:+.2f} sd, {one.pictures}, {_STATES[one.state]}"


def board_css() -> str:
    """Return the style of :func:`board_html`; colours follow the page's text."""
    return _CSS


def _headline(report: MiningReport) -> str:
    said = f"{_STAGES[report.stage]}: {report.made} pictures measured"
    if report.stage in {MiningStage.DONE, MiningStage.WAITING}:
        return f"{said}."
    about = f", about {report.left} to go" if report.left else ""
    return f"{said}{about}{_time(report.seconds_left)}."


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if minutes < 1:
        return ", less than a minute"
    return f", {minutes} min" if minutes < 90 else f", {minutes / 60:.1f} h"


def _board(leaders: Sequence[SeedLeader]) -> str:
    if not leaders:
        return ""
    low = min(0.0, *(one.low for one in leaders))
    high = max(0.0, *(one.high for one in leaders))
    width = max(high - low, 1e-9)

    def at(value: float) -> float:
        return 100 * (value - low) / width

    rows = "".join(_row(one, at(one.low), at(one.gain), at(one.high), at(0.0)) for one in leaders)
    head = (
        "<tr><th>seed</th><th>gain over the mean seed, with its 95 % interval</th>"
        "<th>sd</th><th>pictures</th><th></th></tr>"
    )
    note = "sd: standard deviations between pictures of one seed"
    return f'<table title="{note}">{head}{rows}</table>'


def _row(one: SeedLeader, low: float, gain: float, high: float, zero: float) -> str:
    interval = f"{one.gain:+.2f}, between {one.low:+.2f} and {one.high:+.2f}"
    marks = (
        f'<span class="sl-mine-zero" style="left:{zero:.1f}%"></span>'
        f'<span class="sl-mine-reach" style="left:{low:.1f}%;width:{high - low:.1f}%"></span>'
        f'<span class="sl-mine-gain" style="left:{gain:.1f}%"></span>'
    )
    return (
        f'<tr class="sl-mine-{one.state.value}"><td>{one.seed}</td>'
        f'<td><div class="sl-mine-axis" role="img" aria-label="{interval}" title="{interval}">'
        f"{marks}</div></td><td>{one.gain:+.2f}</td><td>{one.pictures}</td>"
        f"<td>{_STATES[one.state]}</td></tr>"
    )


_CSS = """
.sl-mine p{margin:.15rem 0}
.sl-mine table,.sl-mine tr,.sl-mine th,.sl-mine td{border:0!important;background:none!important}
.sl-mine table{width:100%;border-collapse:collapse;margin-top:.6rem;
font-variant-numeric:tabular-nums}
.sl-mine th,.sl-mine td{text-align:right;padding:.2rem .5rem;font-weight:400;border:0}
.sl-mine th{font-size:.8em;opacity:.7}
.sl-mine th:nth-child(2),.sl-mine td:nth-child(2){width:60%;text-align:left}
.sl-mine-bar{height:6px;border-radius:3px;
background:color-mix(in srgb,currentColor 15%,transparent)}
.sl-mine-bar i{display:block;height:100%;border-radius:3px;background:currentColor;opacity:.7}
.sl-mine-axis{position:relative;height:1.1em}
.sl-mine-axis span{position:absolute;top:0;bottom:0}
.sl-mine-zero{width:1px;background:currentColor;opacity:.35}
.sl-mine-axis .sl-mine-reach{top:.4em;bottom:.4em;border-radius:2px;background:currentColor;
opacity:.35;transition:left .3s,width .3s}
.sl-mine-axis .sl-mine-gain{width:.6em;height:.6em;top:.25em;margin-left:-.3em;border-radius:50%;
background:currentColor;transition:left .3s}
.sl-mine-dropped{opacity:.5}
.sl-mine .sl-grid{display:block;max-width:100%;margin:.4rem 0}
.sl-mine ol{margin:.2rem 0 .4rem 1.4rem;font-size:.9em}
.sl-variance th:first-child,.sl-variance td:first-child{text-align:left}
.sl-variance th:nth-child(2),.sl-variance td:nth-child(2){width:45%}
.sl-mine-absent{margin:.4rem 0 0 1.1rem;font-size:.85em;opacity:.85}
.sl-mine-better td:first-child,.sl-mine-better td:last-child{font-weight:600}
"""
