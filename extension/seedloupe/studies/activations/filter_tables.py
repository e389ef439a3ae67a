"""Tables and charts of what the filter keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..frame.charts import BarChart, ChartBar
from ..frame.report import Estimate, Table
from .candidates import Activation, Sieve
from .properties import FAULTS

STAGES = ("down", "mid", "up", "ends")


def stages_along(layers: Sequence[str]) -> str:
    """Name the stages by the numbers of their layers, for the axis of a chart."""
    stages = [Activation.of(layer).stage for layer in layers]
    ends = [
        f"{s} {stages.index(s)}–{len(stages) - 1 - stages[::-1].index(s)}"
        for s in STAGES[:3]
        if s in stages
    ]
    return f"layer, in the order they run ({', '.join(ends)})" if ends else "layer"


def steps_table(sieves: Sequence[Sieve]) -> Table:
    """Return what each step of the paper's rule leaves, by stage."""
    rows = tuple(
        (sieve.words, str(len(sieve.kept)), *(str(sieve.of_stage(stage)) for stage in STAGES))
        for sieve in sieves
    )
    heads = ("What is left", "activations", "encoder", "middle", "decoder", "ends")
    return Table("The paper's rule, step by step", heads, rows, "By where they come from.")


def faults_table(faults: Mapping[str, str]) -> Table:
    """Return why activations are dropped, by stage.

    Args:
        faults: by layer; empty where it is kept.
    """
    rows = []
    for fault in (*FAULTS, ""):
        own = [layer for layer, one in faults.items() if one == fault]
        counts = [sum(Activation.of(layer).stage == stage for layer in own) for stage in STAGES]
        words = f"{fault}: {FAULTS[fault]}" if fault else "kept"
        rows.append((words, str(len(own)), *map(str, counts)))
    heads = ("Why", "activations", "encoder", "middle", "decoder", "ends")
    return Table("The same by three numbers", heads, tuple(rows), "The first reason counts.")


def leads_chart(judged: Mapping[str, tuple[Estimate, Estimate]]) -> BarChart:
    """Return how much better what each rule keeps is than what it drops.

    Args:
        judged: by rule, that lead and what the best kept one reaches.
    """
    bars = tuple(
        ChartBar(f"kept {how}", gap.value, gap.low, gap.high) for how, (gap, _) in judged.items()
    )
    words = "Mean AUC of what a rule keeps, less that of what it drops."
    return BarChart("What the rules are worth", words, "AUC", bars, 0.0)
