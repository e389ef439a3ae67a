"""The addresses of the question whether seeds matter with the loaded checkpoint."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

from ....generation.model_info import Family
from ....mining.variance import SpaceVariance, VarianceReport
from ....services.mining_runs import MiningOrder
from ....services.variance import PROMPTS
from ....services.variance_run import VariancePlan, VarianceRun, prompts_of
from ....services.variance_session import VarianceSession, VarianceWork
from ..api.route import Answer, Asked, Method, NotThereError, Route
from .asked_order import LARGEST_ORDER, order_of, require_scorers
from .measuring import chosen_family, model_info_of, scorers_for
from .pictures import WebuiPictures
from .sessions import require_idle

_QUALITY = 85


def variance_routes() -> tuple[Route, ...]:
    """Return the addresses."""
    change = Method.POST
    return (
        Route("variance", _standing, "Whether seeds matter: how far it is, or the answer"),
        Route("variance/picture", _picture, "The pictures it comes from, a row a seed"),
        Route("variance/start", _start, "Ask it, with a few dozen pictures", change, LARGEST_ORDER),
        Route("variance/stop", _stop, "Stop after the batch in flight", change),
    )


@cache
def variance_session() -> VarianceSession:
    """Return the one question of this web UI; "Reload UI" leaves it at work."""
    return VarianceSession()


def _standing(asked: Asked) -> Answer:
    state = variance_session().state
    return Answer.of(
        {
            "running": state.running,
            "line": state.line,
            "done": state.done,
            "images": state.images,
            "prompts": list(state.prompts),
            "spaces": [] if state.report is None else _spaces(state.report),
            "notes": list(state.notes),
            "problem": state.problem,
        }
    )


def _spaces(report: VarianceReport) -> list[dict[str, Any]]:
    return [_space(space) for space in (*report.spaces, report.control)]


def _space(space: SpaceVariance) -> dict[str, Any]:
    parts = space.parts
    if parts is None:
        return {"name": space.name, "seed": None}
    return {
        "name": space.name,
        "seed": parts.seed,
        "low": parts.seed_low,
        "high": parts.seed_high,
        "prompt": parts.prompt,
        "neither": parts.neither,
        "p": parts.p,
    }


def _picture(asked: Asked) -> Answer:
    picture = variance_session().picture()
    if picture is None:
        raise NotThereError("picture", expected="one, once some are made", got="none")
    coded = BytesIO()
    picture.save(coded, "WEBP", quality=_QUALITY)
    return Answer(coded.getvalue(), "image/webp")


def _start(asked: Asked) -> Answer:
    order = order_of(replace(asked, values={"prompts": list(_usual()), **_given(asked)}))
    order = replace(order, prompts=prompts_of("\n".join(order.prompts)))
    require_scorers(order)
    require_idle(variance_session().state.running)
    pictures = WebuiPictures(order)
    variance_session().start(VarianceWork(lambda tell: _run(order, pictures, tell), pictures.pause))
    return _standing(asked)


def _run(order: MiningOrder, pictures: WebuiPictures, tell: Any) -> VarianceRun:
    use = pictures.settle()
    channels, height, width = use.shape
    plan = VariancePlan(order.prompts, (channels, height, width), use.noise, batch=order.batch)
    model = model_info_of(use)
    scorers = scorers_for(order, model, prompts=len(plan.prompts), tell=tell)
    return VarianceRun(plan, pictures, scorers, tell)


def _stop(asked: Asked) -> Answer:
    variance_session().stop()
    return _standing(asked)


def _given(asked: Asked) -> dict[str, object]:
    """Leave prompts out where none was written, so that some usual ones count."""
    lines = asked.values.get("prompts")
    if isinstance(lines, list) and not any(str(line).strip() for line in lines):
        return {name: value for name, value in asked.values.items() if name != "prompts"}
    return dict(asked.values)


def _usual() -> tuple[str, ...]:
    if chosen_family() is not Family.SEEDLING:
        return prompts_of("")
    from ....seedling.prompts import MINING, prompts

    return tuple(prompts(PROMPTS, MINING))
