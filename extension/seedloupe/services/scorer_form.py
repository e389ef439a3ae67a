"""What a form says of scorers: which, with which weights and reference, and what decides."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..mining import RaceDesign
from ..places import REFERENCES, WEIGHTS, named_paths, named_references, own_folder
from .scorers import ScorerAnswer, ScorerWish, open_scorers, scorers_of, survey_scorers

if TYPE_CHECKING:
    from torch import Tensor

    from ..artifacts import OcrReader
    from ..generation.model_info import ModelInfo
    from ..mining.scorers import Scorer, ScorerPlugin, ScorerSources
    from ..registry import Registry


@dataclass(frozen=True)
class ScorerForm:
    """What is asked for.

    Args:
        names: of scorers; empty for those that fit the model and need nothing more than is here.
        weights: where weights are, by scorer; such a scorer is taken along.
        reference: pictures to compare with, or their statistics.
        objective: scorers or scores that decide a race, which count alike; empty for all.
    """

    names: tuple[str, ...] = ()
    weights: tuple[ScorerWish, ...] = ()
    reference: Path | None = None
    objective: tuple[str, ...] = ()

    @classmethod
    def parse(
        cls,
        names: Sequence[str] = (),
        *,
        weights: str = "",
        reference: str = "",
        objective: Sequence[str] = (),
    ) -> ScorerForm:
        """Read what stands in a form.

        Args:
            names: as chosen.
            weights: ``NAME=FOLDER``, one a line.
            reference: a path; may be empty.
            objective: as chosen.

        Raises:
            InputError: a line of weights names no scorer or no folder.
        """
        lines = (line.strip() for line in weights.splitlines())
        wishes = tuple(ScorerWish.parse(line) for line in lines if line)
        for wish in wishes:
            if wish.weights is None:
                raise InputError("weights", expected="NAME=FOLDER, one a line", got=repr(wish.name))
        place = Path(reference.strip()).expanduser() if reference.strip() else None
        return cls(tuple(names), wishes, place, tuple(objective))

    @property
    def wishes(self) -> tuple[ScorerWish, ...] | None:
        """Which scorers are asked for; None where nobody chose."""
        places = {wish.name: wish for wish in self.weights}
        if not self.names:
            return None
        return tuple(places.get(n, ScorerWish(n)) for n in dict.fromkeys((*self.names, *places)))

    @property
    def names_places(self) -> bool:
        """Whether it names folders, which is for who sits at the machine."""
        return bool(self.weights) or self.reference is not None


@dataclass(frozen=True, eq=False)
class ScorerOffer:
    """The scorers a host has, and where it looks for their weights.

    Args:
        scorers: those for any model.
        readers: of text; None where there are none.
        folders: with a folder of weights a scorer each; earlier ones win.
        references: with a folder of pictures or a file of statistics each; likewise.
    """

    scorers: Registry[ScorerPlugin]
    readers: Registry[OcrReader] | None = None
    folders: tuple[Path, ...] = ()
    references: tuple[Path, ...] = ()

    @classmethod
    def of_user(
        cls,
        scorers: Registry[ScorerPlugin],
        readers: Registry[OcrReader] | None,
        *,
        weights: Sequence[Path] = (),
        references: Sequence[Path] = (),
    ) -> ScorerOffer:
        """Return what a host offers; the user's own folders are looked into after the host's.

        Args:
            scorers: those for any model.
            readers: of text.
            weights: the host's folders of weights.
            references: the host's folders of references.
        """
        own = own_folder(os.environ, sys.platform, Path.home())
        places = ((*weights, own / WEIGHTS), (*references, own / REFERENCES))
        return cls(scorers, readers, *places)

    def reference_names(self) -> tuple[str, ...]:
        """Return what pictures can be compared with, by name."""
        return tuple(named_references(self.references))

    def reference(self, name: str) -> Path | None:
        """Return a reference by its name; None for an empty one.

        Raises:
            InputError: there is none of that name; no other file is ever looked at.
        """
        if not name:
            return None
        found = named_references(self.references)
        if name not in found:
            expected = f"one of {', '.join(found)}" if found else "one, of which none is here"
            advice = f"Put a folder of pictures, or statistics in .npz, into {self.references[-1]}."
            raise InputError("reference", expected=expected, got=repr(name), advice=advice)
        return found[name]

    def sources(self, form: ScorerForm | None = None) -> ScorerSources:
        """Return what scorers may use; nothing is loaded for it."""
        from ..artifacts import first_usable, survey
        from ..mining.scorers import ScorerSources
        from .scorers import text_share_by

        form = form or ScorerForm()
        share = None
        if self.readers is not None and (reader := first_usable(survey(self.readers))):
            share = text_share_by(self.readers.get(reader))
        given = {wish.name: wish.weights for wish in form.weights if wish.weights is not None}
        return ScorerSources(
            weights={**self._weights_here(), **given},
            reference=form.reference,
            text_share=share,
        )

    def answers(
        self, model: ModelInfo | None = None, form: ScorerForm | None = None
    ) -> tuple[ScorerAnswer, ...]:
        """Ask every scorer for a model what it lacks; nothing is opened or fetched."""
        return survey_scorers(scorers_of(self.scorers, model), self.sources(form))

    def opened(
        self,
        form: ScorerForm,
        model: ModelInfo | None,
        *,
        prompts: int,
        pooled: Callable[[str], Tensor] | None = None,
        tell: Callable[[str], object] = lambda line: None,
    ) -> dict[str, Scorer]:
        """Open what a form asks for; one that lacks something costs a line, not the run.

        Args:
            form: what is asked for.
            model: whose pictures are measured; None for one that has no scorer of its own.
            prompts: how many there are to mine with.
            pooled: turns a prompt into the model's pooled text embedding ``(D,)``.
            tell: is told one line for each that is left out.

        Raises:
            UnknownNameError: there is no such scorer for this model.
            InputError: none could be opened.
        """
        registry = self.scorers
        if model is not None:
            registry = scorers_of(registry, model, pooled=pooled, prompts=prompts)
        return open_scorers(form.wishes, registry, self.sources(form), tell=tell)

    def _weights_here(self) -> dict[str, Path]:
        return named_paths(self.folders)


def raced_on(
    race: RaceDesign | None, objective: Sequence[str], scorers: Mapping[str, Scorer]
) -> RaceDesign | None:
    """Let some scorers, or some of their scores, decide a race.

    Args:
        race: how to race; None where all pictures are made.
        objective: names of scorers or of scores; empty for all.
        scorers: those that are open, by name.

    Raises:
        InputError: nothing open gives such a score, or there is no race to be decided.
    """
    if not objective:
        return race
    scores = {name: _metrics_of(scorer) for name, scorer in scorers.items()}
    known = tuple(dict.fromkeys(metric for metrics in scores.values() for metric in metrics))
    chosen: list[str] = []
    for name in objective:
        found = scores.get(name) or ((name,) if name in known else ())
        if not found:
            listed = ", ".join(known) or "none: what is open gives tags and spaces alone"
            raise InputError("objective", expected=f"one of the scores {listed}", got=repr(name))
        chosen += found
    if race is None:
        raise InputError(
            "objective",
            expected="a race for it to decide",
            got="a run that makes every picture",
            advice="Leave it empty, or take more seeds and prompts.",
        )
    return replace(race, objective=tuple(dict.fromkeys(chosen)))


def _metrics_of(scorer: Scorer) -> tuple[str, ...]:
    return tuple(metric.name for output in scorer.outputs for metric in output.metrics)
