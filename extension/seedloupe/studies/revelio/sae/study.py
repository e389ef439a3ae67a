"""Which concepts a sparse autoencoder finds in a layer, and whether each is of one kind."""

from __future__ import annotations

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
from .purity import (
    BY_LABEL,
    BY_LABEL_SHUFFLED,
    TOP,
    best_by_labelling,
    by_label,
    purities,
    purity_grids,
    purity_of_units,
    purity_table,
    unit_names,
    words_by_labelling,
)
from .train import TeachingPlan, judge, teach

_SHOWN, _PATCHES = 10, 6
SHUFFLED, BACKGROUND = "shuffled labels", "background"
KIND = "kind"


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
            "labels": list(self.labellings),
        }

    @property
    def labellings(self) -> tuple[str, ...]:
        """What things are told apart by: their kind, and what else is known of all of them."""
        known = [set(picture.attributes) for picture in self.pictures]
        return (KIND, *sorted(set.intersection(*known)))

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
        vectors, numbers = self._vectors(name, int(time), layer)
        half = len(vectors) // 2
        coder = self._coder(name, int(time), layer, vectors, numbers)
        taught = judge(coder, torch.cat(vectors[half:]))
        codes = self._on_things(coder, vectors[half:], numbers[half:])
        labels = {name: self._of_things(numbers, name) for name in self.labellings}
        order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(0)).tolist()
        mixed = {name: [told[place] for place in order] for name, told in labels.items()}
        return {
            "explained": taught.explained,
            "answering": taught.answering,
            "silent": taught.silent,
            "purity": purities(codes, labels[KIND]),
            SHUFFLED: purities(codes, mixed[KIND]),
            BY_LABEL: by_label(codes, labels),
            BY_LABEL_SHUFFLED: by_label(codes, mixed),
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
        by_labelling = best_by_labelling(found)
        return Report(
            self.name,
            "Which concepts does a layer hold?",
            _CLAIM,
            _holds(trained[best], shuffled, control),
            f"Of the {TOP} things (fewer where kinds have fewer) that a unit of {layer} at time "
            f"{time} answers most to, {_percent(trained[best])} are of one kind; its "
            f"{self.plan.units} units explain {100 * one['explained']:.0f} % of the variance with "
            f"{one['answering']:.1f} answering a cell, {100 * one['silent']:.1f} % silent. "
            f"{words_by_labelling(by_labelling)}",
            f"With shuffled labels {_percent(shuffled)} do"
            + ("." if control is None else f", with random weights {_percent(control)}."),
            {
                "purity of the best layer": trained[best],
                "the same with shuffled labels": shuffled,
                **({} if control is None else {"the same with random weights": control}),
                "variance explained": float(one["explained"]),
                **{
                    f"purity by {labelling}, purest layer and time": pure
                    for labelling, (_, pure, _) in by_labelling.items()
                },
            },
            tables=(_table(found, pure), purity_table(found)),
            charts=(_bars(pure, shuffled), *purity_grids(found)),
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
        numbers: Sequence[Sequence[int]],
    ) -> SparseCoder:
        """Return the coder of a layer; that of the trained network is taught once, then read."""
        half = len(vectors) // 2
        held_out = torch.cat(list(vectors[half:]))

        def taught() -> SparseCoder:
            taught_on = torch.cat(list(vectors[:half]))
            coder = teach(taught_on, held_out, self.plan, layer=layer, time=time).coder
            sha256 = self.looking.subject.settings.get("sha256", "") if name == TRAINED else ""
            names = unit_names(coder.encode(held_out), self._told(numbers))
            return replace(coder, model_sha256=str(sha256), names=names)

        return self.kept.get(self.taught_by(), layer, time, taught) if name == TRAINED else taught()

    def taught_by(self) -> Mapping[str, object]:
        """Return all that decides a coder beside its layer and time."""
        every = ("layers", "times", "control", "labels")
        return {name: value for name, value in self.settings.items() if name not in every}

    def _vectors(self, name: str, time: int, layer: str) -> tuple[list[Tensor], list[list[int]]]:
        """Return for each picture its cells ``(N, D)`` and which object lies on each, 0 none."""
        network = self.looking.networks[name]
        vectors, numbers = [], []
        for picture in self.pictures:
            feature = self.looking.features(network, picture.image, time)[layer]
            channels, height, width = feature.shape
            vectors.append(feature.reshape(channels, -1).mT)
            grid = labels_on_grid(picture.objects, height=height, width=width).flatten()
            numbers.append([max(0, number) for number in grid.tolist()])
        return vectors, numbers

    def _on_things(
        self, coder: SparseCoder, vectors: Sequence[Tensor], numbers: Sequence[Sequence[int]]
    ) -> Tensor:
        """Return how much each unit answers to each thing, ``(T, M)``, its strongest cell's."""
        found = []
        for cells, lying in zip(vectors, numbers, strict=True):
            codes, objects = coder.encode(cells), torch.tensor(lying)
            found += [codes[objects == k].amax(0) for k in sorted(set(lying) - {0})]
        return torch.stack(found) if found else torch.zeros(0, coder.units)

    def _of_things(self, numbers: Sequence[Sequence[int]], labelling: str) -> list[str]:
        """Return what each thing of the pictures nobody was taught is, by one labelling."""
        half = len(self.pictures) // 2
        told = []
        for picture, lying in zip(self.pictures[half:], numbers[half:], strict=True):
            known = picture.kinds if labelling == KIND else picture.attributes[labelling]
            told += [known[k - 1] for k in sorted(set(lying) - {0})]
        return told

    def _told(self, numbers: Sequence[Sequence[int]]) -> list[str]:
        """Return the kind of what lies on each cell of the pictures nobody was taught."""
        half = len(self.pictures) // 2
        told = []
        for picture, cells in zip(self.pictures[half:], numbers[half:], strict=True):
            names = (BACKGROUND, *picture.kinds)
            told += [names[number] for number in cells]
        return told

    def _gallery(self, time: int, layer: str) -> list[PictureRow]:
        """Return the patches that the purest units answer most to."""
        vectors, numbers = self._vectors(TRAINED, time, layer)
        half = len(vectors) // 2
        coder = self._coder(TRAINED, time, layer, vectors, numbers)
        shown = self.pictures[half:]
        codes = torch.stack([coder.encode(one) for one in vectors[half:]])
        things = self._on_things(coder, vectors[half:], numbers[half:])
        pure = purity_of_units(things, self._of_things(numbers, KIND))
        chosen = sorted(pure, key=lambda unit: -pure[unit][0])[:_SHOWN]
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
    "painted; a unit answers to a thing as to its strongest cell on it, and its purity is the "
    "share of the ten things it answers most to that are of their commonest kind, or colour. "
    "Shuffled labels keep how common each kind is.",
)


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
    words = f"Mean share of a unit's {TOP} strongest things of one kind; dashed: shuffled."
    return BarChart("Purity of units", words, "purity", tuple(bars), shuffled.value)
