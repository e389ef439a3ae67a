"""How pure units are: whether the things a unit answers most to carry one label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from torch import Tensor

from ...frame.charts import GridChart
from ...frame.intervals import FEWEST, mean_estimate
from ...frame.looking import TRAINED
from ...frame.report import Estimate, Table
from ...frame.run import StudyCells

TOP = 10
"""Things a unit is judged by; fewer where a label has fewer on average."""
_FEWEST_TOP, _LEAST_TOP = 5, 3
_NAMED = 0.7
_SHOWN = 12
BY_LABEL, BY_LABEL_SHUFFLED = "by label", "by label, shuffled"


def purities(codes: Tensor, labels: Sequence[str]) -> list[float]:
    """Return the purity of each unit that answers often enough.

    Args:
        codes: ``(N, M)``, of things.
        labels: what each of the ``N`` things is.
    """
    return [share for share, _ in purity_of_units(codes, labels).values()]


def unit_names(codes: Tensor, labels: Sequence[str]) -> tuple[str, ...]:
    """Return what each unit answers to, by the labels of the ten cells it answers most to.

    A unit is named where seven of ten lie on one kind of thing, or on the background.

    Args:
        codes: ``(N, M)``, of cells nobody was taught.
        labels: what lies on each of the ``N`` cells.
    """
    pure = purity_of_units(codes, labels)
    named = {unit: label for unit, (share, label) in pure.items() if share >= _NAMED}
    return tuple(named.get(unit, "") for unit in range(codes.shape[1]))


def purity_of_units(codes: Tensor, labels: Sequence[str]) -> dict[int, tuple[float, str]]:
    """Return purity and commonest label of each unit that answers often enough.

    Args:
        codes: ``(N, M)``, of things or cells.
        labels: what each of the ``N`` is.
    """
    found = {}
    # Ten things of which three have a label at most are never purer than three tenths.
    top = max(_LEAST_TOP, min(TOP, len(labels) // max(1, len(set(labels)))))
    for unit in range(codes.shape[1]):
        answers = codes[:, unit]
        count = min(top, int((answers > 0).sum()))
        if count >= min(_FEWEST_TOP, top):
            strongest = answers.topk(count).indices.tolist()
            label, often = Counter(labels[place] for place in strongest).most_common(1)[0]
            found[unit] = (often / count, label)
    return found


def by_label(codes: Tensor, labels: Mapping[str, Sequence[str]]) -> dict[str, list[list[object]]]:
    """Return for each labelling the commonest label and the purity of each unit, as JSON types.

    Args:
        codes: ``(N, M)``, of things.
        labels: for each labelling what each of the ``N`` things is.
    """
    return {
        labelling: [[label, share] for share, label in purity_of_units(codes, told).values()]
        for labelling, told in labels.items()
    }


def best_by_labelling(found: StudyCells) -> dict[str, tuple[str, Estimate, Estimate]]:
    """Return for each labelling the purest cell of the trained network, and how shuffled it is."""
    best: dict[str, tuple[str, Estimate, Estimate]] = {}
    for cell, one in _trained(found).items():
        for labelling, units in one[BY_LABEL].items():
            if not units:
                continue
            pure = mean_estimate([share for _, share in units])
            if labelling not in best or pure.value > best[labelling][1].value:
                shuffled = [share for _, share in one[BY_LABEL_SHUFFLED][labelling]]
                best[labelling] = (cell, pure, mean_estimate(shuffled))
    return best


def words_by_labelling(best: Mapping[str, tuple[str, Estimate, Estimate]]) -> str:
    """Say where units are purest by each labelling."""
    parts = []
    for labelling, (cell, pure, shuffled) in best.items():
        _, time, layer = cell.split("|")
        parts.append(f"by {labelling} in {layer} at time {time}, {pure}, shuffled {shuffled}")
    return f"Units are purest {'; '.join(parts)}." if parts else ""


def purity_grids(found: StudyCells) -> tuple[GridChart, ...]:
    """Return for each labelling the purity by layer and time, and by label in the purest layer."""
    charts = []
    for labelling, (best, _, _) in best_by_labelling(found).items():
        cells = [cell.split("|")[1:] for cell in _trained(found)]
        times = tuple(dict.fromkeys(time for time, _ in cells))
        layers = tuple(dict.fromkeys(layer for _, layer in cells))
        values = tuple(
            tuple(_mean(found[f"{TRAINED}|{time}|{layer}"][BY_LABEL][labelling]) for time in times)
            for layer in layers
        )
        words = f"Mean share of a unit's {TOP} strongest things that carry one label."
        title = f"Purity by {labelling}, layer and training time"
        charts.append(GridChart(title, words, layers, times, values))
        layer = best.split("|")[2]
        charts.append(_labels_by_time(found, labelling, layer, times))
    return tuple(charts)


def purity_table(found: StudyCells) -> Table:
    """Return for each labelling and label the units of the purest layer and time."""
    rows: list[tuple[str | float | Estimate, ...]] = []
    for labelling, (cell, _, _) in best_by_labelling(found).items():
        _, time, layer = cell.split("|")
        for label, shares in sorted(_shares(found[cell][BY_LABEL][labelling]).items()):
            rows.append((label, labelling, layer, time, str(len(shares)), mean_estimate(shares)))
    heads = ("Label", "of", "layer", "time", "units", "purity")
    words = f"Units by the commonest label of their {TOP} strongest things; {FEWEST} or more have "
    return Table("Purity by label", heads, tuple(rows), words + "an interval.")


def _labels_by_time(
    found: StudyCells, labelling: str, layer: str, times: tuple[str, ...]
) -> GridChart:
    shares = {
        time: _shares(found[f"{TRAINED}|{time}|{layer}"][BY_LABEL][labelling]) for time in times
    }
    labels = sorted({label for one in shares.values() for label in one})[:_SHOWN]
    values = tuple(
        tuple(_mean([["", share] for share in shares[time].get(label, [])]) for time in times)
        for label in labels
    )
    words = "Units by the commonest label of their strongest things; empty: no unit has it."
    title = f"Purity by label ({labelling}) and time in {layer}"
    return GridChart(title, words, tuple(labels), times, values)


def _trained(found: StudyCells) -> StudyCells:
    return {cell: one for cell, one in found.items() if cell.startswith(f"{TRAINED}|")}


def _shares(units: Sequence[Sequence[object]]) -> dict[str, list[float]]:
    shares: dict[str, list[float]] = defaultdict(list)
    for label, share in units:
        shares[str(label)].append(float(str(share)))
    return shares


def _mean(units: Sequence[Sequence[object]]) -> float:
    shares = [float(str(share)) for _, share in units]
    return sum(shares) / len(shares) if shares else float("nan")
