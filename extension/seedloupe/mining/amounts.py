"""How many pictures a run makes, and how long those left take."""

from __future__ import annotations

from .drafts import FULL_PROMPTS, PILOT
from .plan import MiningPlan
from .racing import RaceDesign

#: How much a new batch counts in the pace.
_PACE = 0.2


def race_pictures(plan: MiningPlan, race: RaceDesign | None, *, drafts: bool = False) -> int:
    """About how many pictures a run makes, drafts included; exactly, where all are made."""
    if race is None:
        return plan.images
    checked = plan.images - len(plan.seeds) * len(plan.prompts)
    raced = race.pictures(len(plan.seeds), len(plan.prompts))
    return raced + (draft_run_pictures(plan, race) if drafts else checked)


def draft_run_pictures(plan: MiningPlan, race: RaceDesign) -> int:
    """At most how many full pictures a run makes that races on drafts."""
    checked = min(2 * plan.confirm, len(plan.seeds))
    each = min(len(plan.prompts), FULL_PROMPTS) + len(plan.confirm_prompts)
    return checked * each + min(PILOT, len(plan.seeds)) * min(race.first, len(plan.prompts))


class Pace:
    """Seconds a picture, the latest batches counting most."""

    def __init__(self) -> None:
        self._each: float | None = None

    def add(self, pictures: int, seconds: float) -> None:
        """Take how long a batch took."""
        each = seconds / max(pictures, 1)
        self._each = each if self._each is None else (1 - _PACE) * self._each + _PACE * each

    def seconds(self, pictures: int) -> float | None:
        """Return how long so many would take; None before a batch was timed."""
        return None if self._each is None else self._each * pictures
