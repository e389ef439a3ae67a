"""What the pictures of a study are judged and compared by: the scorers of mining, as it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import InputError
from ..mining.scorers import OutputKind, PictureBatch
from .scorers import PIXELS

if TYPE_CHECKING:
    from torch import Tensor

    from ..mining.scorers import Scorer as MiningScorer
    from ..mining.scorers import ScorerOutput
    from ..studies.frame.painted import Embedder, Scorer

COLOURFULNESS = "colourfulness"
_STYLE_FIRST = ("style", "look", "colour")


@dataclass(frozen=True, eq=False)
class PictureMeasures:
    """What studies know of pictures.

    Attributes:
        scorers: by what they measure, more is better; verdicts rest on the first.
        spaces: vectors for distances, by name; style comes first where there is one.
        places: where things of each of ``classes`` stand, four numbers each; None where nobody
            looks for them.
        classes: the things.
        words: what each scorer measures, by the same names.
    """

    scorers: Mapping[str, Scorer]
    spaces: Mapping[str, Embedder]
    places: Embedder | None = None
    classes: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What verdicts rest on, and what was measured besides, in a line."""
        named = [f"{name} ({self.words.get(name, name)})" for name in self.scorers]
        return "; ".join(named)


def picture_measures(opened: Mapping[str, MiningScorer], *, asked: bool = False) -> PictureMeasures:
    """Return what opened scorers say of each single picture.

    What is a statistic of many pictures, such as a Fréchet distance, is left out. Where nobody
    asked for scorers, colourfulness comes last; where nothing else judges, it stands alone, which
    is no question of quality.

    Args:
        opened: scorers by name, in the order they count.
        asked: whether somebody chose them.

    Raises:
        InputError: none of those asked for gives a number for each picture.
    """
    found = _Found({}, {}, {})
    places: Embedder | None = None
    classes: tuple[str, ...] = ()
    for name, scorer in opened.items():
        for output in scorer.outputs:
            if output.kind is OutputKind.PLACE:
                places, classes = _vectors(scorer, output), output.classes
            else:
                found.add(scorer, output, scored=asked or name != PIXELS)
    scores, words = dict(found.scorers), dict(found.words)
    if not asked:
        scores[COLOURFULNESS] = colourful
        words[COLOURFULNESS] = "Hasler and Süsstrunk (2003), no question of quality"
    if not scores:
        expected = "one or more that give a number for each picture"
        raise InputError("scorers", expected=expected, got=", ".join(opened) or "none")
    order = sorted(found.spaces, key=_rank)
    return PictureMeasures(
        scores, {name: found.spaces[name] for name in order}, places, classes, words
    )


def colourful(pictures: Tensor, prompt: str) -> Tensor:
    """Return how colourful pictures ``(B, 3, H, W)`` are, ``(B,)`` (Hasler, Süsstrunk, 2003)."""
    red, green, blue = pictures.unbind(1)
    across, along = red - green, (red + green) / 2 - blue
    spread = (across.var((1, 2)) + along.var((1, 2))).sqrt()
    return spread + 0.3 * (across.mean((1, 2)) ** 2 + along.mean((1, 2)) ** 2).sqrt()


@dataclass(frozen=True, eq=False)
class _Found:
    scorers: dict[str, Scorer]
    spaces: dict[str, Embedder]
    words: dict[str, str]

    def add(self, scorer: MiningScorer, output: ScorerOutput, *, scored: bool) -> None:
        if output.kind is OutputKind.FEATURE:
            self.spaces[output.name] = _vectors(scorer, output)
        elif output.kind is OutputKind.SCORE and output.metric is not None and scored:
            better = output.metric.higher_is_better
            self.scorers[output.name] = _score(scorer, output, 1.0 if better else -1.0)
            reference = output.metric.reference
            self.words[output.name] = reference if better else f"{reference}; negated"


def _score(scorer: MiningScorer, output: ScorerOutput, sign: float) -> Scorer:
    def score(pictures: Tensor, prompt: str) -> Tensor:
        found = _measured(scorer, output, pictures, prompt)
        unknown = int((~found.isfinite()).sum())
        if unknown:
            raise InputError(
                f"scorers: {output.name}",
                expected="a number for each picture",
                got=f"none for {unknown} of {len(found)} pictures of {prompt!r}",
                advice="Leave it out of --scorers.",
            )
        return found * sign

    return score


def _vectors(scorer: MiningScorer, output: ScorerOutput) -> Embedder:
    return lambda pictures: _measured(scorer, output, pictures, "")


def _measured(scorer: MiningScorer, output: ScorerOutput, pictures: Tensor, prompt: str) -> Tensor:
    import torch

    prompts: Sequence[str] = (prompt,) * len(pictures)
    batch = PictureBatch(pictures, tuple(prompts), tuple(range(len(pictures))))
    with torch.no_grad():
        return scorer.measure(batch)[output.key].float().cpu()


def _rank(space: str) -> int:
    return _STYLE_FIRST.index(space) if space in _STYLE_FIRST else len(_STYLE_FIRST)
