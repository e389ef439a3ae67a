from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedloupe.errors import InputError
from seedloupe.picking import pick_clean
from seedloupe.studies import statistics
from seedloupe.studies.inpaint import InpaintTask, conclude, table_of
from seedloupe.tables import (
    SUFFIX,
    MatchLevel,
    NoiseVerdict,
    TableUse,
    Task,
    check_noise,
    match_table,
    merge_tables,
    read_table,
    write_table,
)

from .stands import measured_of, shares

REMOVAL, COMPLETION = InpaintTask.REMOVAL, InpaintTask.COMPLETION


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 200)


def test_a_table_holds_what_was_measured_and_every_third_pair_confirms(tmp_path: Path) -> None:
    grid = shares(1, prone=4)
    tiles = [Image.new("RGB", (24, 16), (8 * seed, 0, 0)) for seed in range(30)]
    path = tmp_path / f"t{SUFFIX}"
    write_table(table_of(conclude(measured_of([grid])), REMOVAL, tiles=tiles), path)
    table = read_table(path)
    held = np.arange(16) % 3 == 2
    assert table.score("text_in_mask") == pytest.approx(grid[~held].mean(0), abs=1e-6)
    assert table.score("text_in_mask", "confirm") == pytest.approx(grid[held].mean(0), abs=1e-6)
    error = grid[~held].std(0, ddof=1) / 11**0.5
    assert table.score("text_in_mask", "se") == pytest.approx(error, abs=1e-6)
    assert table.counts("score", "text_in_mask").tolist() == [11] * 30
    assert table.rate("text") == pytest.approx((grid > 0.05).mean(0))
    assert table.counts("rate", "text").tolist() == [16] * 30
    assert not table.higher_is_better("text_in_mask")
    assert table.thumbnail(29) is not None
    assert check_noise(table).verdict is NoiseVerdict.AGREES


def test_it_says_what_it_is_for_and_how_sure_it_is() -> None:
    found = conclude(measured_of([shares(1, prone=4)]))
    spec = table_of(found, REMOVAL).spec
    assert spec.sampling is not None
    assert spec.evidence is not None
    assert spec.prompts is not None
    assert spec.sampling.task is Task.INPAINT
    assert spec.sampling.strength == 1.0
    assert spec.noise.draws_before == 0
    assert spec.evidence.verdict is found.main.tasks[REMOVAL].verdict
    assert spec.evidence.held_out_gain[0].mean < 0
    assert 0 < spec.evidence.split_half["text_in_mask"] <= 1
    assert (spec.prompts.mining, spec.prompts.held_out) == (11, 5)
    assert spec.extra["study"] == {"name": "inpaint", "task": "removal", "pairs": "stand-ins"}


def test_clean_picking_leaves_planted_seeds_out() -> None:
    table = table_of(conclude(measured_of([shares(1, prone=10)])), REMOVAL)
    assert not set(pick_clean(table, 8).seeds) & set(range(10))


def test_it_is_exact_for_a_repaint_like_its_own_and_not_for_a_new_picture() -> None:
    table = table_of(conclude(measured_of([shares(1)])), REMOVAL)
    made = table.spec.sampling
    use = TableUse(table.spec.noise.source, table.spec.noise.shape, "ab" * 32, made)
    assert match_table(table, use).level is MatchLevel.EXACT
    assert made is not None
    other = replace(use, sampling=replace(made, task=Task.TXT2IMG, strength=None))
    assert match_table(table, other).level is MatchLevel.NOISE_ONLY


def test_tasks_ask_for_other_pictures_and_a_table_does_not_merge_with_itself() -> None:
    found = conclude(measured_of([shares(1), shares(2)]))
    removal, completion = table_of(found, REMOVAL), table_of(found, COMPLETION)
    assert removal.spec.prompts != completion.spec.prompts
    with pytest.raises(InputError):
        merge_tables([removal, removal])
