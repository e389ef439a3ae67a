"""The question whether seeds matter, as a stream: watched, stopped, answered."""

from __future__ import annotations

import pytest

from seedloupe.errors import InputError
from seedloupe.mining.scorers import Scorer, ScorerSources
from seedloupe.mining.scorers.pixels import PixelPlugin
from seedloupe.noise import NoiseSource
from seedloupe.services.variance import USUAL_PROMPTS
from seedloupe.services.variance_run import VariancePlan, VarianceRun, prompts_of
from seedloupe.tables import SeedEffect

from ..mining.toy import CONFIRM, PROMPTS, SHAPE, BlobGenerator

WORDS = (*PROMPTS, *CONFIRM)[:6]


def run_of(**changes: object) -> VarianceRun:
    scorers: dict[str, Scorer] = {"appearance": PixelPlugin().open(ScorerSources())}
    given: dict[str, object] = {"seeds": tuple(range(8)), "batch": 4, **changes}
    plan = VariancePlan(WORDS, SHAPE, NoiseSource(), **given)  # type: ignore[arg-type]
    return VarianceRun(plan, BlobGenerator(), scorers)


def test_every_batch_is_told_and_the_last_one_has_the_answer() -> None:
    run = run_of()
    standings = list(run.rounds())
    assert [one.done for one in standings] == [*range(4, 49, 4), 48]
    assert standings[0].line == "Measured 4 of 48 small pictures."
    report = standings[-1].report
    assert report is not None
    assert report.verdict is SeedEffect.EFFECT
    assert standings[-1].line == report.answer()
    assert run.picture().size == (76 + 6 * (run.picture().width - 76) // 6, run.picture().height)


def test_stop_ends_it_after_the_batch_in_flight_and_claims_nothing() -> None:
    run = run_of()
    standings = []
    for standing in run.rounds():
        standings.append(standing)
        run.stop()
    assert [(one.done, one.stopped) for one in standings] == [(4, False), (4, True)]
    assert standings[-1].report is None
    assert "nothing can be told yet" in standings[-1].line
    assert run.picture()  # what is there can be looked at


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"seeds": (1, 2, 1)}, "seeds"), ({"seeds": tuple(range(400))}, "at most 2048 pictures")],
)
def test_what_tells_nothing_or_takes_for_ever_is_refused(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        run_of(**changes)
    with pytest.raises(InputError, match="prompts"):
        VariancePlan(("a", "b"), SHAPE, NoiseSource())
    with pytest.raises(InputError, match="each once"):
        VariancePlan(("a", "b", "c", "a"), SHAPE, NoiseSource())


def test_an_empty_form_has_usual_prompts_and_a_long_one_its_first() -> None:
    assert prompts_of(" \n") == USUAL_PROMPTS[:8]
    assert prompts_of("a\nb\n a \nc", 2) == ("a", "b")
