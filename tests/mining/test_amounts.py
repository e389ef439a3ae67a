from __future__ import annotations

import pytest

from seedloupe.mining import RaceDesign, draft_run_pictures, race_pictures
from seedloupe.mining.amounts import Pace

from .test_run import plan_of


def test_all_pictures_are_counted_where_all_are_made() -> None:
    plan = plan_of(64)
    assert race_pictures(plan, None) == plan.images == 64 * 24 + 16 * 6


def test_a_race_on_drafts_counts_drafts_pilot_and_full_pictures() -> None:
    plan, race = plan_of(64), RaceDesign(detect=1.0)
    # 16 seeds in full with 16 mining prompts and 6 held out, and the pilot's 32 seeds with four
    assert draft_run_pictures(plan, race) == 16 * (16 + 6) + 32 * 4
    raced = race.pictures(64, 24)
    assert race_pictures(plan, race) == raced + 16 * 6
    assert race_pictures(plan, race, drafts=True) == raced + 16 * 22 + 128


def test_the_latest_batches_count_most_in_the_pace() -> None:
    pace = Pace()
    assert pace.seconds(10) is None
    pace.add(4, 8.0)
    assert pace.seconds(10) == pytest.approx(20)
    pace.add(4, 4.0)
    assert pace.seconds(10) == pytest.approx(18)
