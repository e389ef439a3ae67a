"""The addresses of mining: what could be mined, one run at a time, and how it stands."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from ....errors import InputError
from ....mining import MiningReport
from ....places import own_folder
from ....services.mining_runs import MiningOrder, MiningRuns
from ....services.mining_session import MiningSession, SessionWork
from ....services.scorers import CRITIC
from ..api.route import Answer, Asked, Method, NotThereError, Route
from ..api.values import number_value, switch_value, text_value, texts_value, whole_value
from .measuring import scorer_list, webui_scorers
from .plan import host_run, outlook

_MOST_PROMPTS, _MOST_SCORERS = 500, 32
_A_MINUTE = 60.0
_LARGEST_ORDER = 512 * 1024


def routes() -> tuple[Route, ...]:
    """Return the addresses."""
    change = Method.POST
    return (
        Route("mine", _standing, "The run of mining that is at work, and all runs"),
        Route("mine/plan", _plan, "What a run would take, and could see", change, _LARGEST_ORDER),
        Route("mine/start", _start, "Begin a run", change, _LARGEST_ORDER),
        Route("mine/resume", _resume, "Go on with a run that was stopped", change),
        Route("mine/stop", _stop, "Stop after the batch in flight", change),
    )


@cache
def mining_session() -> MiningSession:
    """Return the one run of this web UI; "Reload UI" leaves it at work."""
    return MiningSession()


def mining_runs() -> MiningRuns:
    """Return the user's runs; finished tables go where all hosts find them."""
    own = own_folder(os.environ, sys.platform, Path.home())
    return MiningRuns(own / "mining", own / "seed_tables")


def _standing(asked: Asked) -> Answer:
    state, runs = mining_session().state, mining_runs()
    return Answer.of(
        {
            "name": state.name,
            "running": state.running,
            "report": None if state.report is None else _report(state.report),
            "notes": list(state.notes),
            "problem": state.problem,
            "table": None if state.table is None else state.name,
            "runs": [{"name": name, "table": runs.table(name).is_file()} for name in runs.names()],
            "scorers": scorer_list(),
            "references": list(webui_scorers().reference_names()),
        }
    )


def _report(report: MiningReport) -> dict[str, Any]:
    """Return plain values; JSON has no word for infinity, which some bounds are at first."""
    told = report.to_json()
    for leader in told["leaders"]:  # type: ignore[attr-defined]
        for bound in ("gain", "low", "high"):
            leader[bound] = max(-1e9, min(1e9, leader[bound]))
    return told


def _plan(asked: Asked) -> Answer:
    return Answer.of(outlook(_order(asked)))


def _start(asked: Asked) -> Answer:
    name, order, runs = text_value(asked, "name"), _order(asked), mining_runs()
    _require_scorers(order)
    _require_idle()
    runs.begin(name, order)
    try:
        return _work(asked, name, order, runs)
    except InputError:
        runs.forget(name)
        raise


def _resume(asked: Asked) -> Answer:
    name, runs = text_value(asked, "name"), mining_runs()
    if name not in runs.names():
        raise NotThereError("name", expected="a run out of /seedloupe/mine", got=repr(name))
    return _work(asked, name, runs.order(name), runs)


def _stop(asked: Asked) -> Answer:
    mining_session().stop()
    return _standing(asked)


def _work(asked: Asked, name: str, order: MiningOrder, runs: MiningRuns) -> Answer:
    from .pictures import WebuiPictures

    minutes = number_value(asked, "minutes", default=0, least=0, most=100_000)
    pictures = WebuiPictures(order)
    work = SessionWork(
        name,
        lambda tell: host_run(order, pictures, runs.journal(name), tell),
        runs.table(name),
        seconds=minutes * _A_MINUTE or None,
        pause=pictures.pause,
    )
    mining_session().start(work)
    return _standing(asked)


def _order(asked: Asked) -> MiningOrder:
    usual = MiningOrder(("a", "b"))
    lines = (line.strip() for line in texts_value(asked, "prompts", most=_MOST_PROMPTS))

    def whole(name: str, most: int) -> int:
        return whole_value(asked, name, default=getattr(usual, name), most=most)

    return MiningOrder(
        tuple(line for line in lines if line),
        whole("seeds", 2**20),
        whole("width", 4096),
        whole("height", 4096),
        whole("steps", 1000),
        number_value(asked, "guidance", default=usual.guidance, least=0, most=100),
        text_value(asked, "sampler", default=usual.sampler),
        text_value(asked, "scheduler", default=usual.scheduler),
        whole("batch", 256),
        texts_value(asked, "scorers", most=_MOST_SCORERS),
        texts_value(asked, "objective", most=_MOST_SCORERS),
        text_value(asked, "reference", default=usual.reference),
        switch_value(asked, "exhaustive"),
        number_value(asked, "detect", default=usual.detect, least=0, most=10),
    )


def _require_scorers(order: MiningOrder) -> None:
    """Refuse scorers that are not here, or lack something, before a model is loaded for them."""
    place = webui_scorers().reference(order.reference)
    lacks = {str(one["name"]): str(one["lacks"]) for one in scorer_list(place)}
    for name in order.scorers:
        if name not in lacks and name != CRITIC:
            got = f"{name!r:.60}"
            raise NotThereError("scorers", expected=f"some of {', '.join(lacks)}", got=got)
        if lacks.get(name):
            field = f"scorer {name}"
            raise NotThereError(field, expected="all that it needs", got=lacks[name])


def _require_idle() -> None:
    if mining_session().state.running:
        name = mining_session().state.name
        advice = "Stop it first; it can go on later."
        raise InputError("mine", expected="no other run", got=name, advice=advice)
