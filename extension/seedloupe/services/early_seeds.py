"""The best of many drafts: seeds judged by pictures of few steps, and finished in all of them.

A draft is a picture of the same noise in fewer steps; how well it foretells the finished picture's
score is asked by ``seedloupe study early``. Nothing of it enters the finished picture, which is
that of its seed alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import InputError
from .draft_ranking import DraftedSeed, DraftRanking
from .picture_measures import picture_measures
from .scorers import CRITIC, PIXELS, ScorerWish, open_scorers

if TYPE_CHECKING:
    from torch import Tensor

    from ..generation.request import Request
    from ..mining.scorers import ScorerPlugin, ScorerSources
    from ..registry import Registry

DRAFTS_EACH = 4
"""Drafts for each picture that is kept, where nobody said how many."""
_SHARE = 0.4
"""Drafts of fewer steps were seen to foretell too little (docs/picking.md)."""


@dataclass(frozen=True, eq=False)
class DraftScore:
    """What drafts are judged by.

    Attributes:
        name: of the measure.
        words: what it measures.
        judge: scores pictures ``(B, 3, H, W)`` of one prompt, ``(B,)``; more is better.
    """

    name: str
    words: str
    judge: Callable[[Tensor, str], Tensor]


def draft_score(
    registry: Registry[ScorerPlugin], sources: ScorerSources, wish: ScorerWish | None = None
) -> DraftScore:
    """Open what drafts are judged by.

    Args:
        registry: the scorers for the model, from :func:`~.scorers.scorers_of`.
        sources: what they may use, from :func:`~.scorers.with_weights`.
        wish: the scorer somebody asked for; None takes Seedling's own critic, else the first whose
            weights are known.

    Raises:
        UnknownNameError: there is no scorer of that name.
        InputError: it cannot be used, gives no number for each picture, or nothing judges here.
    """
    usual = usual_scorer(registry, sources)
    if wish is None and usual is None:
        raise InputError(
            "draft-score",
            expected="a scorer that judges this model's pictures",
            got="none whose weights are known",
            advice="Name one as NAME=FOLDER; `seedloupe scorers` lists them.",
        )
    chosen = wish or ScorerWish(usual or "")
    measures = picture_measures(open_scorers([chosen], registry, sources), asked=True)
    name, judge = next(iter(measures.scorers.items()))
    return DraftScore(name, measures.words.get(name, name), judge)


def usual_scorer(registry: Registry[ScorerPlugin], sources: ScorerSources) -> str | None:
    """Return what judges where nobody said: the critic, else the first with known weights.

    Args:
        registry: the scorers for the model.
        sources: what they may use.
    """
    known = (CRITIC, *sources.weights)
    return next((name for name in registry if name in known and name != PIXELS), None)


def draft_request(request: Request, seeds: Sequence[int], steps: int | None = None) -> Request:
    """Return the request of the drafts: the same pictures in fewer steps.

    Args:
        request: of the finished pictures.
        seeds: those to be drafted.
        steps: of a draft; None takes two fifths of the finished picture's.

    Raises:
        InputError: a draft would take as many steps as the picture.
    """
    whole = request.plan.steps
    fewest = math.ceil(1 / request.strength - 1e-9)
    wanted = max(fewest, round(_SHARE * whole), 1) if steps is None else steps
    if not 1 <= wanted < whole:
        raise InputError(
            "draft-steps",
            expected=f"fewer than the {whole} of a finished picture",
            got=str(wanted),
            advice="" if whole > 1 else "A picture of one step is its own draft.",
        )
    return replace(request, seeds=tuple(seeds), plan=replace(request.plan, steps=wanted))


def drafts_wanted(keep: int, drafts: int | None) -> int:
    """Return how many seeds are drafted.

    Raises:
        InputError: fewer than are kept.
    """
    wanted = DRAFTS_EACH * keep if drafts is None else drafts
    if wanted < keep:
        raise InputError("drafts", expected=f"{keep} or more, as many as pictures", got=str(wanted))
    return wanted


class DraftJudge:
    """Judges drafts as they come; trouble costs the order, never a picture.

    Args:
        drafts: the request they are drawn by, from :func:`draft_request`.
        whole: that of the finished pictures.
        keep: how many are to be finished.
        score: what they are judged by; may be handed in later, by :meth:`judge_by`.
    """

    def __init__(
        self, drafts: Request, whole: Request, *, keep: int, score: DraftScore | None = None
    ) -> None:
        self._drafts, self._whole, self._keep, self._score = drafts, whole, keep, score
        self._scores: dict[int, float] = {}
        self._reasons: dict[int, str] = {}
        self._broken = ""

    def judge_by(self, score: DraftScore) -> None:
        """Judge the drafts that follow by ``score``."""
        self._score = score

    def take(self, seed: int, picture: Tensor) -> None:
        """Judge one draft, ``(3, H, W)`` float32 in [0, 1]."""
        assert self._score is not None  # handed in before the first draft is
        try:
            self._scores[seed] = float(self._score.judge(picture[None], self._drafts.prompt)[0])
        except Exception as error:  # noqa: BLE001 - a stranger's scorer may fail in any way
            self._reasons[seed] = _reason(error)

    def fail(self, error: Exception) -> None:
        """Give the order up: drafts could not be drawn."""
        self._broken = _reason(error)

    @property
    def best(self) -> DraftedSeed | None:
        """The best so far; None before one was judged."""
        return self.ranking().order[0] if self._scores and not self._broken else None

    def ranking(self) -> DraftRanking:
        """Return all seeds, the best first; of equals the one that came first."""
        known = {} if self._broken else self._scores
        ordered = sorted(self._drafts.seeds, key=lambda seed: -known.get(seed, -math.inf))
        order = tuple(
            DraftedSeed(seed, rank, known.get(seed, math.nan))
            for rank, seed in enumerate(ordered, 1)
        )
        reason = self._broken or next(iter(self._reasons.values()), "")
        problem = unjudged = ""
        if reason and not known:
            problem = f"the drafts could not be judged ({reason}); seeds are taken as they came"
        elif reason:
            unjudged = f"{len(self._reasons)} of {len(order)} drafts were not judged ({reason})"
        return DraftRanking(
            order,
            self._keep,
            self._drafts.steps,
            self._whole.steps,
            "" if self._score is None else self._score.name,
            "" if self._score is None else self._score.words,
            problem,
            unjudged,
        )


def _reason(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split()).rstrip(".")
