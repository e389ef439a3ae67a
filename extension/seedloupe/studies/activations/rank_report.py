"""What ranking activations comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..frame.charts import BarChart, ChartBar
from ..frame.intervals import gap_estimate, mean_estimate
from ..frame.layer_scores import Choice, LayerScores, Ranked
from ..frame.looking import CONTROL, TRAINED, Looking
from ..frame.report import Claim, Estimate, Holds, Report, Table, Winner, whether
from ..frame.run import StudyCells
from .paper import PAPER
from .pixel_classifier import COLOURS
from .scenes import COMPLEX, SCENES, SIMPLE, SceneJudge

SETS = "sets"
BOTH = "both"


@dataclass(frozen=True, eq=False)
class RankFindings:
    """All cells of the study, as figures.

    Attributes:
        found: by cell.
        judge: which pictures are judged, and how they are halved.
        looking: the model, its control, layers and times.
    """

    found: StudyCells
    judge: SceneJudge
    looking: Looking

    def report(self, name: str, notes: tuple[str, ...]) -> Report:
        """Rank layers for each kind of scene, and say what sets add."""
        single = {scene: self.scores[scene].best() for scene in SCENES}
        first = {scene: self._ranked[scene][0].choice.layer for scene in SCENES}
        sets = {scene: mean_estimate(self.unchosen(scene)) for scene in SCENES}
        gain = {
            scene: gap_estimate(self.unchosen(scene), self.best_alone(scene)) for scene in SCENES
        }
        reached = f"simple scenes {sets[SIMPLE]}, complex ones {sets[COMPLEX]}"
        chosen = self.found[f"{TRAINED}|{SETS}"][f"all|{BOTH}"]
        layers = tuple(chosen["layers"])
        return Report(
            name,
            "Which activations tell things apart with few labelled pictures?",
            _CLAIM,
            self._holds(),
            f"Alone, {first[SIMPLE]} is best in simple scenes and {first[COMPLEX]} in complex ones "
            f"(on pictures that did not choose, the best reach {single[SIMPLE]} and "
            f"{single[COMPLEX]}); a set chosen on both kinds reaches in {reached}, which is "
            f"{gain[SIMPLE]} and {gain[COMPLEX]} more than the best layer chosen likewise.",
            self._control_words(),
            {
                "set, simple scenes, on pictures that did not choose it": sets[SIMPLE],
                "set, complex scenes, likewise": sets[COMPLEX],
                "best layer alone, simple scenes": single[SIMPLE],
                "best layer alone, complex scenes": single[COMPLEX],
                "set less best layer, simple scenes": gain[SIMPLE],
                "set less best layer, complex scenes": gain[COMPLEX],
                "set tuned on simple scenes alone, complex scenes": mean_estimate(
                    self.unchosen(COMPLEX, kind=SIMPLE)
                ),
                "colours, simple scenes": self._colours[SIMPLE],
                "colours, complex scenes": self._colours[COMPLEX],
            },
            tables=(self._alone(), self._sets(), _published()),
            charts=(
                *(self.scores[scene].bars(f"Alone, in {scene} scenes") for scene in SCENES),
                self._bars(single, sets),
            ),
            notes=notes,
            winner=Winner(
                layers,
                int(chosen["time"]),
                f"A pixel classifier on these reaches in {reached} (mean IoU, on pictures that did "
                "not choose them).",
            ),
        )

    @cached_property
    def scores(self) -> Mapping[str, LayerScores]:
        """Scores of single layers by kind of scene, and of both."""
        return {
            SIMPLE: self._scores(SIMPLE),
            COMPLEX: self._scores(COMPLEX),
            BOTH: self._scores(None),
        }

    @cached_property
    def _ranked(self) -> Mapping[str, tuple[Ranked, ...]]:
        return {scene: scores.ranked() for scene, scores in self.scores.items()}

    @cached_property
    def _colours(self) -> Mapping[str, Estimate]:
        return {
            scene: mean_estimate(
                [_number(self.found[COLOURS][p]) for p in self.judge.judged(scene)]
            )
            for scene in SCENES
        }

    def _scores(self, scene: str | None) -> LayerScores:
        merged: dict[str, dict[str, float | None]] = {one: {} for one in self.judge.judged(scene)}
        for name in self.looking.networks:
            for time in self.looking.times:
                for picture, scores in self.found[f"{name}|{time}"].items():
                    if picture in merged:
                        merged[picture].update(scores)
        return LayerScores(merged, "IoU")

    def unchosen(self, scene: str, *, kind: str = BOTH, network: str = TRAINED) -> list[float]:
        """Return the set's scores, each picture's of the set that the other half chose.

        Args:
            scene: of the pictures.
            kind: by which kinds of scene sets were chosen.
            network: whose layers.
        """
        sets = self.found[f"{network}|{SETS}"]
        return [
            _number(sets[f"{self._other_half(picture)}|{kind}"]["scores"][picture])
            for picture in self.judge.judged(scene)
        ]

    def best_alone(self, scene: str) -> list[float]:
        """Return scores of the best single layer that the other half chose on both kinds."""
        scores = self.scores[BOTH]
        pictures = self.judge.judged()
        grids = {
            choice: dict(zip(pictures, scores.values(choice).tolist(), strict=True))
            for choice in scores.choices
        }

        def worth(choice: Choice, half: str) -> float:
            own = {p: s for p, s in grids[choice].items() if p in self.judge.halves[half]}
            return self.judge.balanced({p: s if s == s else None for p, s in own.items()})

        best = {half: max(grids, key=lambda one: worth(one, half)) for half in ("first", "second")}
        return [grids[best[self._other_half(p)]][p] for p in self.judge.judged(scene)]

    def _other_half(self, picture: str) -> str:
        return "second" if picture in self.judge.halves["first"] else "first"

    def _holds(self) -> Holds:
        cases: list[bool | None] = []
        for scene in SCENES:
            trained, control, apart = self.scores[scene].against_control()
            if control is None:
                return Holds.UNDECIDED
            cases.append({Holds.YES: True, Holds.NO: False}.get(apart))
            cases.append(True if trained.above(self._colours[scene]) else None)
        return whether(cases)

    def _control_words(self) -> str:
        said = [f"In {scene} scenes: {self.scores[scene].control_words()}" for scene in SCENES]
        if CONTROL in self.looking.networks:
            sets = [mean_estimate(self.unchosen(scene, network=CONTROL)) for scene in SCENES]
            said.append(f"Sets of random weights reach {sets[0]} and {sets[1]}.")
        colours = f"{self._colours[SIMPLE]} and {self._colours[COMPLEX]}"
        return " ".join([*said, f"The colours of the cells reach {colours}."])

    def _alone(self) -> Table:
        places = {
            scene: {
                one.choice.layer: (str(place), one.score)
                for place, one in enumerate(self._ranked[scene], 1)
            }
            for scene in SCENES
        }
        rows = []
        for one in self._ranked[BOTH]:
            own = [places[scene].get(one.choice.layer) for scene in SCENES]
            cells = [cell for place, score in filter(None, own) for cell in (score, place)]
            if len(cells) == 2 * len(SCENES):
                rows.append((one.choice.layer, *cells))
        heads = ("Layer", "simple scenes", "place", "complex scenes", "place")
        words = "IoU, each at its best time; in the order of both kinds together."
        return Table("All survivors alone", heads, tuple(rows), words)

    def _sets(self) -> Table:
        rows = []
        for name in self.looking.networks:
            for how, one in self.found[f"{name}|{SETS}"].items():
                half, kind = how.split("|")
                whose = f"{name}, {half} pictures, {kind} scenes"
                rows.append((whose, str(one["time"]), ", ".join(one["layers"])))
        heads = ("Chosen by", "time", "set")
        return Table("The sets that were chosen", heads, tuple(rows))

    def _bars(self, single: Mapping[str, Estimate], sets: Mapping[str, Estimate]) -> BarChart:
        bars = []
        for scene in SCENES:
            shown = [("set", sets[scene], False), ("best layer", single[scene], False)]
            if CONTROL in self.looking.networks:
                random = mean_estimate(self.unchosen(scene, network=CONTROL))
                shown.append(("set, random weights", random, True))
            shown.append(("colours", self._colours[scene], True))
            bars += [
                ChartBar(f"{scene}: {what}", one.value, one.low, one.high, control=control)
                for what, one, control in shown
            ]
        words = "Mean IoU on pictures that did not choose."
        return BarChart("Sets against layers alone", words, "IoU", tuple(bars))


def _number(score: float | None) -> float:
    return float("nan") if score is None else float(score)


_CLAIM = Claim(
    PAPER,
    "Activations that passed the filter, scored alone and combined, tell things apart; the best "
    "differ between simple and complex scenes, and a set must not be tuned on one kind alone.",
    "The paper scores each survivor by the mIoU of a small network on pixels at time 50, on "
    "Horse-21 (simple) and Bedroom-28 (complex), and how it arrived at its sets is not written "
    "down. Here scenes of one thing are simple and of several complex, each kind taught and judged "
    "apart; the classifier is a logistic regression on standardised features, half of the "
    "pictures taught; IoU is of cells of the finest layer, the mean over the classes a picture "
    "shows; sets grow by the layer that helps most, chosen by half of the pictures and judged on "
    "the other. The claim is read as: better than random weights, intervals apart, and than "
    "colours, in both kinds of scene.",
)


def _published() -> Table:
    rows = (
        ("SD 1.5, up-level1-repeat2-res-out", "50.61", "—"),
        ("SD 1.5, up-level1-repeat1-vit-block0-cross-q", "—", "42.80"),
        ("SD 1.5, up-level2-repeat1-vit-block0-cross-q", "53.58", "39.82"),
        ("SD 1.5, up-level3-repeat0-vit-block0-self-q", "38.81", "—"),
        ("SD 1.5, up-level3-repeat0-vit-block0-self-k", "—", "26.04"),
        ("SDXL, up-level0-repeat0-vit-block7-out", "58.95", "—"),
        ("SDXL, up-level0-repeat0-vit-block5-out", "—", "45.26"),
        ("SDXL, up-level1-repeat0-vit-block0-cross-q", "49.08", "31.75"),
        ("a set chosen on both", "63.34", "47.55"),
        ("a set tuned on simple scenes", "63.70", "45.41"),
    )
    heads = ("As published, not measured here", "Horse-21 (simple)", "Bedroom-28 (complex)")
    return Table("What the paper reports", heads, rows, "mIoU in %; the best of each level.")
