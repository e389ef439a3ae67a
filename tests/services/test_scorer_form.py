"""What a form says of scorers becomes scorers that are open, or a line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import InputError, UnknownNameError
from seedloupe.generation.model_info import Family
from seedloupe.mining import RaceDesign
from seedloupe.mining.scorers import Scorer
from seedloupe.services.scorer_form import ScorerForm, ScorerOffer, raced_on

from ..requests import INFO
from .weighed_scorer import NAME, SCORE, with_glow

RACE = RaceDesign.reaching(8)


@pytest.fixture
def offer(tmp_path: Path) -> ScorerOffer:
    return ScorerOffer(with_glow(), folders=(tmp_path / "here",))


def opened(offer: ScorerOffer, form: ScorerForm) -> tuple[dict[str, Scorer], list[str]]:
    told: list[str] = []
    return offer.opened(form, INFO, prompts=8, tell=told.append), told


def test_an_empty_form_takes_what_needs_nothing(offer: ScorerOffer) -> None:
    assert opened(offer, ScorerForm.parse())[0].keys() == {"appearance"}


def test_a_folder_given_takes_its_scorer_along(offer: ScorerOffer, tmp_path: Path) -> None:
    form = ScorerForm.parse(weights=f"\n {NAME} = {tmp_path} \n")
    assert opened(offer, form)[0].keys() == {"appearance", NAME}
    chosen = ScorerForm.parse(["appearance"], weights=f"{NAME}={tmp_path}")
    assert opened(offer, chosen)[0].keys() == {"appearance", NAME}
    assert form.names_places
    assert not ScorerForm.parse(["appearance"]).names_places


def test_weights_in_the_users_folder_are_found_by_the_scorers_name(
    offer: ScorerOffer, tmp_path: Path
) -> None:
    lacks = {one.name: one.lacks for one in offer.answers(INFO)}
    assert "no weights" in lacks[NAME]
    (tmp_path / "here" / NAME).mkdir(parents=True)
    assert {one.name: one.lacks for one in offer.answers(INFO)}[NAME] == ""
    assert opened(offer, ScorerForm())[0].keys() == {"appearance", NAME}


def test_what_is_absent_is_one_line_and_the_rest_is_open(offer: ScorerOffer) -> None:
    scorers, told = opened(offer, ScorerForm.parse([NAME, "appearance"]))
    assert scorers.keys() == {"appearance"}
    (line,) = told
    assert line.startswith(f"{NAME} is left out: ")
    with pytest.raises(UnknownNameError, match="unheard"):
        opened(offer, ScorerForm.parse(["unheard_of"]))
    with pytest.raises(InputError, match="is left out"):
        opened(offer, ScorerForm.parse(["fid"]))


def test_seedlings_own_is_offered_for_seedling_alone(offer: ScorerOffer) -> None:
    seedling = replace(INFO, family=Family.SEEDLING)
    assert "critic" in {one.name for one in offer.answers(seedling)}
    assert "critic" not in {one.name for one in offer.answers(INFO)}


def test_a_network_for_python_code_is_not_offered_as_usable(
    offer: ScorerOffer, tmp_path: Path
) -> None:
    for reference in (None, tmp_path):
        answers = offer.answers(INFO, ScorerForm(reference=reference))
        assert "Python" in {one.name: one.lacks for one in answers}["features"]


@pytest.mark.parametrize("line", ["clip", "=x", "clip="])
def test_a_line_of_weights_without_scorer_or_folder_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="NAME=FOLDER"):
        ScorerForm.parse(weights=line)


def test_a_scorer_or_a_single_score_decides_the_race(offer: ScorerOffer, tmp_path: Path) -> None:
    scorers = opened(offer, ScorerForm.parse(weights=f"{NAME}={tmp_path}"))[0]
    for said in (NAME, SCORE):
        race = raced_on(RACE, [said], scorers)
        assert race is not None
        assert race.objective == (SCORE,)
    both = raced_on(RACE, [NAME, SCORE], scorers)
    assert both is not None
    assert both.objective == (SCORE,)
    assert raced_on(RACE, [], scorers) is RACE
    assert raced_on(None, [], scorers) is None


def test_what_cannot_decide_is_said_with_what_can(offer: ScorerOffer, tmp_path: Path) -> None:
    scorers = opened(offer, ScorerForm.parse(weights=f"{NAME}={tmp_path}"))[0]
    with pytest.raises(InputError, match=SCORE):
        raced_on(RACE, ["clip"], scorers)
    with pytest.raises(InputError, match=SCORE):
        raced_on(RACE, ["appearance"], scorers)  # beside a score it gives none
    with pytest.raises(InputError, match="every picture"):
        raced_on(None, [NAME], scorers)


def test_references_are_had_by_name_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "references"
    (folder / "photographs").mkdir(parents=True)
    for name in ("coco.npz", "notes.txt", ".hidden.npz"):
        (folder / name).write_bytes(b"")
    offer = ScorerOffer(with_glow(), references=(tmp_path / "not there", folder))
    assert offer.reference_names() == ("coco.npz", "photographs")
    assert offer.reference("coco.npz") == folder / "coco.npz"
    assert offer.reference("") is None
    for name in ("notes.txt", "../references/coco.npz", str(folder / "coco.npz")):
        with pytest.raises(InputError, match="photographs"):
            offer.reference(name)
    with pytest.raises(InputError, match="none is here"):
        ScorerOffer(with_glow(), references=(tmp_path / "not there",)).reference("x")
