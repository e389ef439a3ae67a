"""Which activations, alone and in sets, tell things apart with few labelled pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from ..frame.layer_scores import score_key
from ..frame.looking import Looking
from ..frame.report import Report
from ..frame.run import StudyCells
from ..labelled import LabelledPicture
from .pixel_classifier import COLOURS, cell_colours, finest
from .rank_report import BOTH, SETS, RankFindings
from .scenes import SCENES, SIMPLE, SceneJudge
from .sets import best_set


@dataclass(frozen=True, eq=False)
class RankStudy:
    """A pixel classifier a layer, time and kind of scene; then on layers side by side.

    Attributes:
        looking: the model, its control, layers and times.
        pictures: of simple scenes, with one thing, and of complex ones.
        origin: where they come from, in words.
        pool: how many of the best layers sets are made of.
        most: layers of a set.
    """

    looking: Looking
    pictures: tuple[LabelledPicture, ...]
    origin: str
    pool: int = 8
    most: int = 4
    name: str = "rank"

    def __post_init__(self) -> None:
        """Refuse pictures of one kind of scene alone."""
        SceneJudge(self.pictures)

    @cached_property
    def judge(self) -> SceneJudge:
        """Who teaches and judges."""
        return SceneJudge(self.pictures)

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        return {
            "study": self.name,
            **self.looking.settings,
            "pictures": [picture.name for picture in self.pictures],
            "origin": self.origin,
            "pool": self.pool,
            "most": self.most,
        }

    def cells(self) -> Sequence[str]:
        """One a network and time, one a network for sets, and one for the colours."""
        both = [f"{name}|{time}" for name in self.looking.networks for time in self.looking.times]
        return [*both, *(f"{name}|{SETS}" for name in self.looking.networks), COLOURS]

    def measure(self, cell: str) -> Mapping[str, object]:
        """Return the IoU of each judged picture by layer, or of the sets that were chosen."""
        if cell == COLOURS:
            return self._colours()
        name, what = cell.split("|")
        return self._sets(name) if what == SETS else self._alone(name, int(what))

    def conclude(self, found: StudyCells) -> Report:
        """Rank layers for each kind of scene, and say what sets add."""
        findings = RankFindings(found, self.judge, self.looking)
        notes = (
            f"{len(self.pictures)} pictures: {self.origin}; {len(self.judge.judged())} judged.",
            "A score is the mean IoU of the classes a picture shows, the background among them; "
            f"classes: {', '.join(self.judge.classes.kinds)}.",
        )
        return findings.report(self.name, notes)

    def _seen(self, name: str, time: int) -> list[Mapping[str, Tensor]]:
        network = self.looking.networks[name]
        return [self.looking.features(network, one.image, time) for one in self.pictures]

    def _colours(self) -> Mapping[str, float | None]:
        seen = []
        for one in self.pictures:
            features = self.looking.features(self.looking.subject, one.image, self.looking.times[0])
            seen.append({COLOURS: cell_colours(one.image, finest(features))})
        return self.judge.judge(seen, (COLOURS,))

    def _alone(self, name: str, time: int) -> dict[str, dict[str, float | None]]:
        """Return the IoU of each judged picture by key of the layer."""
        seen = self._seen(name, time)
        found: dict[str, dict[str, float | None]] = {one: {} for one in self.judge.judged()}
        for layer in self.looking.layers:
            for picture, score in self.judge.judge(seen, (layer,)).items():
                found[picture][score_key(name, time, layer)] = score
        return found

    def _sets(self, name: str) -> dict[str, object]:
        """Choose sets by halves of the judged pictures, and by all, and judge each everywhere."""
        alone = {time: self._alone(name, time) for time in self.looking.times}
        seen = {time: self._seen(name, time) for time in self.looking.times}
        search = _SetSearch(self, name, alone, seen, {})
        return {
            f"{how}|{kind}": search.chosen(pictures, scenes)
            for how, pictures in self.judge.halves.items()
            for kind, scenes in ((BOTH, SCENES), (SIMPLE, (SIMPLE,)))
        }


@dataclass(frozen=True, eq=False)
class _SetSearch:
    """Grows sets of one network's layers; each set is taught once."""

    study: RankStudy
    name: str
    alone: Mapping[int, Mapping[str, Mapping[str, float | None]]]
    seen: Mapping[int, Sequence[Mapping[str, Tensor]]]
    known: dict[tuple[int, frozenset[str]], dict[str, float | None]]

    def chosen(self, pictures: frozenset[str], scenes: Sequence[str]) -> dict[str, object]:
        """Return the set that ``pictures`` of some kinds of scene choose, and all its scores."""
        judge = self.study.judge
        own = [p for scene in scenes for p in judge.judged(scene) if p in pictures]
        scores = {
            (time, layer): judge.balanced(
                {p: by_picture[p][score_key(self.name, time, layer)] for p in own}
            )
            for time, by_picture in self.alone.items()
            for layer in self.study.looking.layers
        }
        time, _ = max(scores, key=lambda key: scores[key])
        layers = best_set(
            {layer: score for (when, layer), score in scores.items() if when == time},
            lambda some: judge.balanced({p: self._judged(time, some)[p] for p in own}),
            pool=self.study.pool,
            most=self.study.most,
        )
        return {"layers": list(layers), "time": time, "scores": self._judged(time, layers)}

    def _judged(self, time: int, layers: tuple[str, ...]) -> dict[str, float | None]:
        key = (time, frozenset(layers))
        if key not in self.known:
            self.known[key] = self.study.judge.judge(self.seen[time], layers)
        return self.known[key]
