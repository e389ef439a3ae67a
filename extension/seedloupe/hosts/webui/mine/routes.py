"""The addresses of mining: what could be mined, one run at a time, and how it stands."""

from __future__ import annotations

from typing import Any

from ....errors import InputError
from ....mining import MiningReport
from ....services.mining_runs import MiningOrder, MiningRuns
from ....services.mining_session import SessionWork
from ..api.route import Answer, Asked, Method, NotThereError, Route
from ..api.values import number_value, text_value
from .asked_order import LARGEST_ORDER, order_of, require_scorers
from .measuring import scorer_list, webui_scorers
from .plan import host_run, outlook
from .sessions import mining_runs, mining_session, require_idle
from .variance_routes import variance_session

_A_MINUTE = 60.0


def routes() -> tuple[Route, ...]:
    """Return the addresses."""
    change = Method.POST
    return (
        Route("mine", _standing, "The run of mining that is at work, and all runs"),
        Route("mine/plan", _plan, "What a run would take, and could see", change, LARGEST_ORDER),
        Route("mine/start", _start, "Begin a run", change, LARGEST_ORDER),
        Route("mine/resume", _resume, "Go on with a run that was stopped", change),
        Route("mine/stop", _stop, "Stop after the batch in flight", change),
    )


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
    return Answer.of(outlook(order_of(asked)))


def _start(asked: Asked) -> Answer:
    name, order, runs = text_value(asked, "name"), order_of(asked), mining_runs()
    require_scorers(order)
    require_idle(variance_session().state.running)
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
    if variance_session().state.running:
        require_idle(True)
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
