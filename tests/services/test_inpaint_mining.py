"""The miner and the study of repaints do one thing: their numbers are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.artifacts.repaints import InpaintTask, Looker, Pair, Seen
from seedloupe.errors import InputError, ReaderError, TableError
from seedloupe.generation.model_info import Family, ModelInfo
from seedloupe.generation.request import Request
from seedloupe.mining import Journal, RaceDesign, mine
from seedloupe.mining.scorers import PictureBatch, ScorerSources, builtin_scorers
from seedloupe.services.inpaint_mining import (
    InpaintMining,
    LookerOfBatches,
    PairRepaints,
    inpaint_mining_for,
    repaint_sources,
)
from seedloupe.studies import statistics
from seedloupe.studies.inpaint import conclude, measure, table_of
from seedloupe.studies.journal import StudyJournal
from seedloupe.tables import SeedTable, merge_tables

from ..requests import request_of
from ..studies.inpaint.stands import BOTH, HEIGHT, WIDTH, StubLooker, StubPainter, pair
from ..studies.inpaint.stands import plan as study_plan

INFO = ModelInfo("stand-in", Family.SD1, 8, 4, 4, (WIDTH, HEIGHT), "epsilon", "ab" * 32)
WRITERS = (2, 9)


def amount(name: str, prompt: str, seed: int) -> float:
    """Writers cover a quarter of the mask in most pictures, others in few."""
    lot = hashlib.sha256(f"{name} {prompt} {seed}".encode()).digest()[0] / 256
    return 0.25 if lot < (0.8 if seed in WRITERS else 0.05) else 0.0


def request(seeds: Sequence[int]) -> Request:
    source = pair(0)
    return request_of(INFO, "", tuple(seeds), image=source.picture, mask=source.mask)


def settled(pairs: Sequence[Pair], seeds: Sequence[int], **more: int) -> tuple[InpaintMining, ...]:
    return inpaint_mining_for(
        request(seeds),
        pairs,
        BOTH,
        origin="stand-ins",
        paint=StubPainter(amount),
        looker=StubLooker(),
        dtype="float32",
        **more,
    )


def mined(one: InpaintMining, place: Path, race: RaceDesign | None = None) -> SeedTable:
    text = builtin_scorers().get("text")
    scorer = text.open(repaint_sources(ScorerSources(), StubLooker()))
    journal = Journal(place / one.task.value, one.plan, race=race)
    table = mine(one.plan, one.generator, {"text": scorer}, journal=journal, race=race)
    assert table is not None
    return table


def test_all_made_the_numbers_are_the_study_s_of_the_same_pairs(tmp_path: Path) -> None:
    pairs, seeds = tuple(pair(place) for place in range(9)), tuple(range(12))
    wanted = study_plan(9, seeds)
    with StudyJournal(tmp_path / "study.jsonl", wanted.settings({"stub": {}})) as journal:
        seen = measure(wanted, StubPainter(amount), [StubLooker()], journal=journal)
    for one in settled(wanted.pairs, seeds, held_out=3):
        table = mined(one, tmp_path)
        mining = [
            row
            for row, made in enumerate(wanted.pairs)
            if one.task.case(made) in set(one.plan.prompts)
        ]
        assert len(mining) == 6
        shares, flags = seen.shares(one.task, "stub"), seen.flagged(one.task, "stub")
        assert table.score("text_in_mask") == pytest.approx(shares[mining].mean(0), abs=1e-6)
        assert table.rate("text") == pytest.approx(flags[mining].mean(0))
        error = shares[mining].std(0, ddof=1) / 6**0.5
        assert table.score("text_in_mask", "se") == pytest.approx(error, abs=1e-6)
    assert pairs[0].digest == wanted.pairs[0].digest


def test_a_race_finds_the_planted_writers_in_both_tasks(tmp_path: Path) -> None:
    pairs, seeds = tuple(pair(place) for place in range(15)), tuple(range(32))
    for one in settled(pairs, seeds, held_out=3):
        table = mined(one, tmp_path, RaceDesign.reaching(len(one.plan.prompts)))
        worst = table.seeds[np.argsort(-table.score("text_in_mask"))[:2]]
        assert set(worst.tolist()) == set(WRITERS)
        assert table.spec.extra["study"] == {
            "name": "inpaint",
            "task": one.task.value,
            "pairs": "stand-ins",
        }


def test_a_study_s_table_has_the_columns_of_a_mined_one_and_shares_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 50)
    plain = study_plan(9, range(14))
    one = settled(plain.pairs, range(14), held_out=3)[0]
    made = one.plan
    wanted = replace(plain, model=made.model, sampling=made.sampling, shape=made.shape)
    with StudyJournal(tmp_path / "study.jsonl", wanted.settings({"stub": {}})) as journal:
        seen = measure(wanted, StubPainter(amount), [StubLooker()], journal=journal)
    assert one.task is InpaintTask.REMOVAL
    table, study = mined(one, tmp_path), table_of(conclude(seen), one.task)
    assert set(study.tensors) | {"thumbnails"} == set(table.tensors)
    assert [spec.name for spec in study.spec.metrics] == [spec.name for spec in table.spec.metrics]
    assert study.spec.extra["study"] == table.spec.extra["study"]
    with pytest.raises(TableError, match="prompt"):
        merge_tables([study, table])


def test_a_picture_that_could_not_be_looked_at_is_no_clean_one() -> None:
    class Blind(StubLooker):
        def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
            if float(picture[0, 0, 0]) > 0.5:
                raise ReaderError("blind")
            return super().look(picture, pair, prompt)

    source = pair(0)
    images = source.picture.repeat(3, 1, 1, 1)
    images[:, 0] = torch.tensor([0.0, 0.2, 0.9])[:, None, None]
    masks, sources = source.mask.repeat(3, 1, 1), source.picture.repeat(3, 1, 1, 1)
    batch = PictureBatch(images, ("a",) * 3, (0, 1, 2), masks=masks, sources=sources)
    looker: Looker = Blind()
    shares, flags = LookerOfBatches(looker)(batch)
    assert shares[:2].tolist() == pytest.approx([0.0, 0.2])
    assert flags[:2].tolist() == [0, 1]
    assert bool(shares[2].isnan())
    assert bool(flags[2].isnan())


def test_pictures_made_anew_are_refused_by_who_looks_at_repaints() -> None:
    with pytest.raises(InputError, match="repainted"):
        LookerOfBatches(StubLooker())(PictureBatch(torch.zeros(1, 3, 8, 8), ("a",), (0,)))


def test_the_generator_paints_the_case_it_is_asked_for() -> None:
    painter = StubPainter(amount)
    pairs = [pair(0), pair(1, "blue house")]
    made = PairRepaints(InpaintTask.COMPLETION, pairs, painter)
    name = InpaintTask.COMPLETION.case(pairs[1])
    pictures = made(name, torch.zeros(2, 4, 2, 3), (5, 6))
    assert pictures.shape == (2, 3, HEIGHT, WIDTH)
    assert painter.painted == [("pair-01", "blue house", 5), ("pair-01", "blue house", 6)]
    assert made.case(name).prompt == "blue house"
    assert torch.equal(made.case(name).mask, pairs[1].mask)


def test_one_picture_under_two_names_is_refused() -> None:
    twin = Pair("twin", pair(0).picture, pair(0).mask, pair(0).subject)
    with pytest.raises(InputError, match="pair-00 and twin"):
        settled([pair(0), twin, pair(1)], (1, 2))


def test_no_pair_left_to_mine_with_is_refused() -> None:
    with pytest.raises(InputError, match="held-out"):
        settled([pair(0), pair(1)], (1, 2), held_out=2)
