"""What a recording takes, known before; and what is given up for a budget."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from torch import nn

from seedloupe.errors import InputError
from seedloupe.lens.budget import Keep, Recipe, RecordingPlan, fit_budget
from seedloupe.lens.capture import FeatureProbe
from seedloupe.lens.file import write_lens
from seedloupe.lens.kinds import tensors_of
from seedloupe.lens.layers import list_layers
from seedloupe.lens.record import LensSpec
from seedloupe.lens.recorder import Recorder
from seedloupe.lens.rows import one_kind
from seedloupe.lens.shapes import LayerShape, predict_shapes

SHAPES = {"a": LayerShape(320, 64, 64), "b": LayerShape(1280, 16, 16), "c": LayerShape(4, 64, 64)}


@pytest.mark.parametrize("number", range(10))
def test_predicted_bytes_are_those_kept(number: int, unet: nn.Module, tmp_path: Path) -> None:
    chosen = random.Random(number)
    names = [layer.name for layer in list_layers(unet)]
    names = chosen.sample(names, chosen.randint(1, 12))
    height, width = chosen.choice([(8, 12), (16, 10), (7, 11), (16, 24)])
    rows, steps = chosen.randint(1, 3), chosen.randint(4, 9)
    recipe = Recipe(chosen.choice(list(Keep)), every=chosen.randint(1, 3))
    shapes = predict_shapes(unet, names, height=height, width=width, words=7)
    wish = RecordingPlan(shapes, steps, rows, recipe=recipe)
    recorder = Recorder(recipe)
    inputs = torch.randn(rows, 4, height, width), torch.tensor([1]), torch.randn(rows, 7, 16)
    with (
        torch.no_grad(),
        FeatureProbe(unet, names, recorder, rows=one_kind(rows)) as probe,
    ):
        for step in range(steps):
            probe.at(step=step, sigma=1.5)
            unet(*inputs)
    record = recorder.finish(LensSpec("small", "euler"))
    assert not probe.notes
    kept = sum(t.nbytes for tensors in tensors_of(record).values() for t in tensors.values())
    assert wish.data_bytes == pytest.approx(kept, rel=0.05)
    written = write_lens(tmp_path / "a.lens.safetensors", record).stat().st_size
    assert wish.file_bytes == pytest.approx(written, rel=0.05)


def test_a_wish_that_fits_is_granted_whole() -> None:
    wish = RecordingPlan(SHAPES, 30)
    assert fit_budget(wish, 10**9).wish == wish
    assert fit_budget(wish, 10**9).notes == ()


def test_things_are_given_up_in_the_documented_order() -> None:
    wish = RecordingPlan(SHAPES, 32, recipe=Recipe(Keep.FLOAT32))
    budget = wish.file_bytes
    seen = []
    while budget > 100:
        made = fit_budget(wish, budget)
        state = made.wish.recipe.keep, made.wish.recipe.every, made.layers
        if not seen or state != seen[-1]:
            seen.append(state)
        assert made.wish.file_bytes <= budget or not made.layers
        budget = int(budget * 0.93)
    every = ("a", "b", "c")
    assert seen[:6] == [
        (Keep.FLOAT32, 1, every),
        (Keep.FLOAT16, 1, every),
        (Keep.CODES, 1, every),
        (Keep.CODES, 2, every),
        (Keep.CODES, 4, every),
        (Keep.RGB, 1, every),
    ]
    assert seen[6:] == [
        (Keep.RGB, 2, every),
        (Keep.RGB, 4, every),
        (Keep.RGB, 4, ("b", "c")),
        (Keep.RGB, 4, ("b",)),
        (Keep.RGB, 4, ()),
    ]


@pytest.mark.parametrize("budget", [-1, 0, 1, 10**3, 10**5, 10**7, 10**12])
@pytest.mark.parametrize("steps", [1, 3, 1000])
@pytest.mark.parametrize("keep", list(Keep))
def test_a_plan_comes_out_whatever_the_budget(budget: int, steps: int, keep: Keep) -> None:
    made = fit_budget(RecordingPlan(SHAPES, steps, recipe=Recipe(keep)), budget)
    assert made.wish.file_bytes <= max(budget, 0) or not made.layers
    assert fit_budget(RecordingPlan({}, steps), budget).layers == ()


def test_what_was_given_up_is_said_in_words() -> None:
    wish = RecordingPlan(SHAPES, 32, recipe=Recipe(Keep.FLOAT32))
    notes = " ".join(fit_budget(wish, 3 * 10**5).notes)
    assert "colours alone" in notes
    assert "one step of" in notes
    assert "to stay within 300 kB" in notes
    assert "nothing is recorded" in fit_budget(wish, 10).notes[0]


def test_steps_are_left_out_only_while_eight_stay() -> None:
    assert fit_budget(RecordingPlan(SHAPES, 8), 10**6).wish.recipe.every == 1


def test_published_costs_are_met() -> None:
    """Four layers of 1280 x 16 x 16 cells and 30 steps in half precision."""
    shapes = {str(n): LayerShape(1280, 16, 16) for n in range(4)}
    half = RecordingPlan(shapes, 30, recipe=Recipe(Keep.FLOAT16)).data_bytes
    raw = 4 * 30 * 1280 * 16 * 16 * 2
    assert raw < half < 1.06 * raw
    assert RecordingPlan(shapes, 30).data_bytes < raw / 20


def test_no_step_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="every"):
        Recipe(every=0)
