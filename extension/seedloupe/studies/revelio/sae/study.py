"""Which concepts a sparse autoencoder finds in a layer, and whether each is of one kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import torch
from torch import Tensor

from ....errors import InputError
from ....images import to_pil
from ....lens.concepts import SparseCoder
from ....lens.views.cells import labels_on_grid
from ...frame.charts import BarChart, ChartBar
from ...frame.intervals import mean_estimate
from ...frame.looking import CONTROL, TRAINED, Looking
from ...frame.report import Claim, Estimate, Holds, PictureRow, Report, Table
from ...frame.run import StudyCells
from ...labelled import LabelledPicture
from ..paper import PAPER
from .kept import KeptConcepts
from .train import TeachingPlan, judge, teach

TOP = 10
"""Patches a unit is judged by."""
_FEWEST_TOP = 5
_NAMED = 0.7
_SHOWN, _PATCHES = 10, 6
SHUFFLED, BACKGROUND = "shuffled labels", "background"


@dataclass(frozen=True, eq=False)
class SaeStudy:
    """A coder a layer, time and network, taught on half of the pictures, judged on the rest.

    Attributes:
        looking: the model, its control, layers and times.
        pictures: with the outlines and kinds of their objects.
        origin: where they come from, in words.
        plan: how coders are taught.
        kept: where coders of the trained network are kept.
    """

    looking: Looking
    pictures: tuple[LabelledPicture, ...]
    origin: str
    plan: TeachingPlan = TeachingPlan()  # noqa: RUF009 - frozen, without state
    kept: KeptConcepts = field(default_factory=KeptConcepts)
    name: str = "sae"

    def __post_init__(self) -> None:
        """Refuse too few pictures or kinds."""
        if len(self.pictures) < 8:
            raise InputError("pictures", expected="8 or more", got=str(len(self.pictures)))
        kinds = {kind for picture in self.pictures for kind in picture.kinds}
        if len(kinds) < 2:
            raise InputError("pictures", expected="two kinds of things or more", got=f"{kinds}")

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        shown = [picture.name for picture in self.pictures]
        return {
            **self.looking.settings_of(self.name, self.origin, pictures=shown),
            **asdict(self.plan),
        }

    def cells(self) -> Sequence[str]:
        """One a network, time and layer."""
        return [
            f"{name}|{time}|{layer}"
            for name in self.looking.networks
            for time in self.looking.times
            for layer in self.looking.layers
        ]

    def measure(self, cell: str) -> Mapping[str, object]:
        """Teach a coder, and return how well it does and how pure its units are."""
        name, time, layer = cell.split("|")
        vectors, labels = self._vectors(name, int(time), layer)
        half = len(vectors) // 2
        coder = self._coder(name, int(time), layer, vectors, labels)
        taught = judge(coder, torch.cat(vectors[half:]))
        told = [label for picture in labels[half:] for label in picture]
        things = [place for place, label in enumerate(told) if label != BACKGROUND]
        codes = taught.coder.encode(torch.cat(vectors[half:])[things])
        told = [told[place] for place in things]
        order = torch.randperm(len(told), generator=torch.Generator().manual_seed(0)).tolist()
        return {
            "explained": taught.explained,
            "answering": taught.answering,
            "silent": taught.silent,
            "purity": purities(codes, told),
            SHUFFLED: purities(codes, [told[place] for place in order]),
        }

    def conclude(self, found: StudyCells) -> Report:
        """Compare the purity of units with shuffled labels and with random weights."""
        pure = {cell: mean_estimate(one["purity"]) for cell, one in found.items() if one["purity"]}
        trained = {cell: one for cell, one in pure.items() if cell.startswith(f"{TRAINED}|")}
        if not trained:
            raise InputError("pictures", expected="enough for units to answer", got="too few")
        best = max(trained, key=lambda cell: trained[cell].value)
        _, time, layer = best.split("|")
        shuffled = mean_estimate(found[best][SHUFFLED])
        control = pure.get(f"{CONTROL}|{time}|{layer}")
        one = found[best]
        return Report(
            self.name,
            "Which concepts does a layer hold?",
            _CLAIM,
            _holds(trained[best], shuffled, control),
            f"Of the {TOP} cells on things that a unit of {layer} at time {time} answers most to, "
            f"{_percent(trained[best])} lie on one kind; its {self.plan.units} units "
            f"explain {100 * one['explained']:.0f} % of the variance with "
            f"{one['answering']:.1f} answering a cell, {100 * one['silent']:.1f} % silent.",
            f"With shuffled labels {_percent(shuffled)} do"
            + ("." if control is None else f", with random weights {_percent(control)}."),
            {
                "purity of the best layer": trained[best],
                "the same with shuffled labels": shuffled,
                **({} if control is None else {"the same with random weights": control}),
                "variance explained": float(one["explained"]),
            },
            tables=(_table(found, pure),),
            charts=(_bars(pure, shuffled),),
            rows=tuple(self._gallery(int(time), layer)),
            notes=(
                f"{len(self.pictures)} pictures: {self.origin}; half teach, half judge.",
                "L0, silent units and the variance explained are counted after the top-k, on "
                "cells nobody was taught.",
            ),
        )

    def _coder(
        self,
        name: str,
        time: int,
        layer: str,
        vectors: Sequence[Tensor],
        labels: Sequence[Sequence[str]],
    ) -> SparseCoder:
        """Return the coder of a layer; that of the trained network is taught once, then read."""
        half = len(vectors) // 2
        held_out = torch.cat(list(vectors[half:]))

        def taught() -> SparseCoder:
            taught_on = torch.cat(list(vectors[:half]))
            coder = teach(taught_on, held_out, self.plan, layer=layer, time=time).coder
            sha256 = self.looking.subject.settings.get("sha256", "") if name == TRAINED else ""
            told = [label for picture in labels[half:] for label in picture]
            names = unit_names(coder.encode(held_out), told)
            return replace(coder, model_sha256=str(sha256), names=names)

        return self.kept.get(self.taught_by(), layer, time, taught) if name == TRAINED else taught()

    def taught_by(self) -> Mapping[str, object]:
        """Return all that decides a coder beside its layer and time."""
        every = ("layers", "times", "control")
        return {name: value for name, value in self.settings.items() if name not in every}

    def _vectors(self, name: str, time: int, layer: str) -> tuple[list[Tensor], list[list[str]]]:
        """Return for each picture its cells ``(N, D)`` and what lies on each."""
        network = self.looking.networks[name]
        vectors, labels = [], []
        for picture in self.pictures:
            feature = self.looking.features(network, picture.image, time)[layer]
            channels, height, width = feature.shape
            vectors.append(feature.reshape(channels, -1).mT)
            grid = labels_on_grid(picture.objects, height=height, width=width).flatten()
            names = (BACKGROUND, *picture.kinds)
            labels.append([names[max(0, number)] for number in grid.tolist()])
        return vectors, labels

    def _gallery(self, time: int, layer: str) -> list[PictureRow]:
        """Return the patches that the purest units answer most to."""
        vectors, labels = self._vectors(TRAINED, time, layer)
        half = len(vectors) // 2
        coder = self._coder(TRAINED, time, layer, vectors, labels)
        shown = self.pictures[half:]
        codes = torch.stack([coder.encode(one) for one in vectors[half:]])
        told = [label for picture in labels[half:] for label in picture]
        pure = _purity_of_units(codes.flatten(0, 1), told)
        chosen = sorted(
            (unit for unit, (share, label) in pure.items() if label != BACKGROUND),
            key=lambda unit: -pure[unit][0],
        )[:_SHOWN]
        grid = self.looking.features(self.looking.subject, shown[0].image, time)[layer].shape[-2:]
        return [
            _row(coder, unit, pure[unit], codes[..., unit], shown, (grid[0], grid[1]))
            for unit in chosen
        ]


_CLAIM = Claim(
    PAPER,
    "Sparse autoencoders find interpretable concepts in a denoiser's layers; which layer and time "
    "is purest depends on how fine the classes are.",
    "The paper teaches one vector a picture, the mean of its cells, and judges units by the spread "
    "of their top-10 pictures' labels. Here every cell is a vector, so that a concept can be "
    "painted; of the cells on things, a unit's purity is the share of its ten strongest that lie "
    "on its commonest kind. Shuffled labels keep how common each kind is.",
)


def purities(codes: Tensor, labels: Sequence[str]) -> list[float]:
    """Return the purity of each unit that answers often enough.

    Args:
        codes: ``(N, M)``.
        labels: what lies on each of the ``N`` cells.
    """
    return [share for share, _ in _purity_of_units(codes, labels).values()]


def unit_names(codes: Tensor, labels: Sequence[str]) -> tuple[str, ...]:
    """Return what each unit answers to, by the labels of the ten cells it answers most to.

    A unit is named where seven of ten lie on one kind of thing, or on the background.

    Args:
        codes: ``(N, M)``, of cells nobody was taught.
        labels: what lies on each of the ``N`` cells.
    """
    pure = _purity_of_units(codes, labels)
    named = {unit: label for unit, (share, label) in pure.items() if share >= _NAMED}
    return tuple(named.get(unit, "") for unit in range(codes.shape[1]))


def _purity_of_units(codes: Tensor, labels: Sequence[str]) -> dict[int, tuple[float, str]]:
    found = {}
    for unit in range(codes.shape[1]):
        answers = codes[:, unit]
        count = min(TOP, int((answers > 0).sum()))
        if count >= _FEWEST_TOP:
            top = answers.topk(count).indices.tolist()
            label, often = Counter(labels[place] for place in top).most_common(1)[0]
            found[unit] = (often / count, label)
    return found


def _row(
    coder: SparseCoder,
    unit: int,
    pure: tuple[float, str],
    codes: Tensor,
    pictures: Sequence[LabelledPicture],
    grid: tuple[int, int],
) -> PictureRow:
    strongest = codes.amax(1).topk(min(_PATCHES, len(pictures))).indices.tolist()
    shown = []
    for place in strongest:
        picture = pictures[place].image
        heat = codes[place].reshape(1, 1, *grid)
        spread = torch.nn.functional.interpolate(heat, picture.shape[-2:], mode="bilinear")[0]
        light = spread / spread.max().clamp(min=1e-9)
        painted = picture * (0.35 + 0.65 * light)
        shown.append((to_pil(painted.clamp(0, 1)), pictures[place].kinds[0]))
    return PictureRow(f"unit {unit}: {pure[1]}, {100 * pure[0]:.0f} %", tuple(shown))


def _holds(pure: Estimate, shuffled: Estimate, control: Estimate | None) -> Holds:
    if pure.above(shuffled) and (control is None or pure.above(control)):
        return Holds.YES
    return Holds.NO if not pure.above(shuffled) else Holds.UNDECIDED


def _percent(share: Estimate) -> str:
    if not share.bounded:
        return f"{100 * share.value:.0f} %"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"


def _table(found: StudyCells, pure: Mapping[str, Estimate]) -> Table:
    rows = []
    for cell, one in found.items():
        name, time, layer = cell.split("|")
        purity: str | Estimate = pure.get(cell, "too few units")
        numbers = (float(one["explained"]), float(one["answering"]), float(one["silent"]))
        rows.append((layer, name, time, purity, *numbers))
    heads = ("Layer", "network", "time", "purity", "variance explained", "answering", "silent")
    return Table("All coders", heads, tuple(rows))


def _bars(pure: Mapping[str, Estimate], shuffled: Estimate) -> BarChart:
    bars = []
    for cell, one in sorted(pure.items(), key=lambda item: -item[1].value):
        name, time, layer = cell.split("|")
        what = layer if name == TRAINED else f"random weights: {layer}"
        bars.append(
            ChartBar(f"{what}, t {time}", one.value, one.low, one.high, control=name == CONTROL)
        )
    words = f"Mean share of a unit's {TOP} strongest cells on one kind of thing; dashed: shuffled."
    return BarChart("Purity of units", words, "purity", tuple(bars), shuffled.value)
