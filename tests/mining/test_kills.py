"""A run that is killed at random moments ends in the table of one that is not."""

from __future__ import annotations

import os

import pytest

if not hasattr(os, "fork"):
    pytest.skip("needs processes that can be forked", allow_module_level=True)

from mining_kills import run_kills


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_three_kills_lose_no_more_than_the_batches_in_flight_and_change_nothing() -> None:
    found = run_kills(3, longest=0.8, seed=1)
    assert found.kills == 3
    assert found.same
    assert found.kept
