"""What drafts of a model of this engine are judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....services.early_seeds import DraftScore, draft_score
from ....services.scorers import ScorerWish, scorers_of
from .text import pooled_caption

if TYPE_CHECKING:
    from ....mining.scorers import ScorerPlugin, ScorerSources
    from ....registry import Registry
    from .models import Model


def score_for(
    model: Model,
    scorers: Registry[ScorerPlugin],
    sources: ScorerSources,
    wish: ScorerWish | None = None,
) -> DraftScore:
    """Open what a model's drafts are judged by.

    Args:
        model: draws them.
        scorers: for any model.
        sources: what they may use.
        wish: the scorer somebody asked for; None takes the model's usual one.

    Raises:
        UnknownNameError: there is no scorer of that name.
        InputError: it cannot be used, or nothing judges this model's pictures here.
    """
    # The critic compares with rendered pictures of so many prompts, which no draft is asked.
    registry = scorers_of(scorers, model.info, pooled=pooled_caption(model), prompts=1)
    return draft_score(registry, sources, wish)
