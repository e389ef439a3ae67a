"""Reads an order of mining out of a question; each value is checked first."""

from __future__ import annotations

from ....services.mining_runs import MiningOrder
from ....services.scorers import CRITIC
from ..api.route import Asked, NotThereError
from ..api.values import number_value, switch_value, text_value, texts_value, whole_value
from .measuring import scorer_list, webui_scorers

_MOST_PROMPTS, _MOST_SCORERS, _MOST_GAIN = 500, 32, 10
LARGEST_ORDER = 512 * 1024


def order_of(asked: Asked) -> MiningOrder:
    """Return what is to be mined.

    Raises:
        InputError: a value cannot be one; the field names it.
    """
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
        number_value(asked, "detect", default=usual.detect, least=0, most=_MOST_GAIN),
    )


def require_scorers(order: MiningOrder) -> None:
    """Refuse scorers that are not here, or lack something, before a model is loaded for them.

    Raises:
        InputError: the first of them, and what it lacks.
    """
    place = webui_scorers().reference(order.reference)
    lacks = {str(one["name"]): str(one["lacks"]) for one in scorer_list(place)}
    for name in order.scorers:
        if name not in lacks and name != CRITIC:
            got = f"{name!r:.60}"
            raise NotThereError("scorers", expected=f"some of {', '.join(lacks)}", got=got)
        if lacks.get(name):
            field = f"scorer {name}"
            raise NotThereError(field, expected="all that it needs", got=lacks[name])
