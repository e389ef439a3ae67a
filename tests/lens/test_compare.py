"""Two runs side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from seedloupe.errors import LensMatchError
from seedloupe.lens.budget import Keep, Recipe
from seedloupe.lens.compare import compare_runs
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.projection import Projection
from seedloupe.lens.record import LensKey, LensRecord, LensSpec
from seedloupe.lens.recorder import Recorder
from seedloupe.lens.rows import RowKind, RowLabel

LAYER = "mid-vit-out"
SPEC = LensSpec("m", "euler", seeds=("1",))
SHAPE = (1, 96, 5, 7)


def values(steps: int = 4) -> list[Tensor]:
    numbers = torch.Generator().manual_seed(2)
    strength = (torch.arange(1, 97) ** -1.0)[:, None, None]
    return [torch.randn(SHAPE, generator=numbers) * strength for _ in range(steps)]


def run(
    features: list[Tensor],
    *,
    recipe: Recipe | None = None,
    spec: LensSpec = SPEC,
    level: Callable[[int], float | None] = lambda step: 8.0 / (step + 1),
    layer: str = LAYER,
    kind: RowKind = RowKind.COND,
) -> LensRecord:
    recorder = Recorder(recipe)
    for step, one in enumerate(features):
        recorder(FeatureMap(layer, step, level(step), one, labels=(RowLabel(kind),)))
    return recorder.finish(spec)


def truth(one: Tensor, other: Tensor) -> tuple[Tensor, float]:
    apart = (one - other).square().sum().sqrt()
    lengths = ((one.norm(dim=1) + other.norm(dim=1)) / 2).square().sum().sqrt()
    return 1 - torch.cosine_similarity(one, other), float(apart / lengths)


@pytest.mark.parametrize("keep", [Keep.CODES, Keep.FLOAT16])
def test_distances_are_those_of_the_features(keep: Keep) -> None:
    one = values()
    other = [x.clone() for x in one]
    other[2][..., 3:] *= -1  # the right half turns round at step 2
    other[3] = torch.randn(SHAPE, generator=torch.Generator().manual_seed(9))
    found = compare_runs(run(one, recipe=Recipe(keep)), run(other, recipe=Recipe(keep)))
    (curve,) = found.curves
    assert [point.step for point in curve.points] == [0, 1, 2, 3]
    assert curve.points[1].sigma == 4.0
    for point in curve.points:
        cosines, relative = truth(one[point.step], other[point.step])
        bound = 1e-3 if keep is Keep.FLOAT16 else 0.08
        assert point.cosine == pytest.approx(float(cosines.mean()), abs=bound)
        assert point.relative == pytest.approx(relative, abs=2 * bound)
    where = found.maps[LensKey(0, 2, 0, LAYER)]
    assert where.shape == (1, 5, 7)
    assert where[..., :3].max() < 0.01
    assert where[..., 3:].min() > (1.5 if keep is Keep.CODES else 1.999)


def test_a_run_equals_itself() -> None:
    found = compare_runs(run(values()), run(values()))
    assert not found.differing
    assert not found.notes
    for point in found.curves[0].points:
        assert point.cosine < 1e-3
        assert point.relative < 0.05


def test_what_differs_between_the_runs_is_told() -> None:
    other = LensSpec("m", "euler", seeds=("2",), prompt="a hill")
    found = compare_runs(run(values()), run(values(), spec=other))
    assert found.differing == {"seeds": ("1", "2"), "prompt": ("", "a hill")}


def test_a_layer_only_one_run_has_is_left_out_and_said() -> None:
    recorder = Recorder()
    for step, one in enumerate(values()):
        for layer in (LAYER, "unet-out"):
            label = (RowLabel(RowKind.COND),)
            recorder(FeatureMap(layer, step, 8.0 / (step + 1), one, labels=label))
    found = compare_runs(recorder.finish(LensSpec("m", "euler", seeds=("1",))), run(values()))
    assert [curve.layer for curve in found.curves] == [LAYER]
    assert found.notes == ("unet-out is in one of the runs only",)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (lambda: run(values(), recipe=Recipe(Keep.RGB)), "codes in the second run"),
        (lambda: run(values(), layer="unet-out"), "at least one layer in both"),
        (lambda: run(values(3)), "4 and 3 steps"),
        (lambda: run(values(), level=lambda step: 5.0 / (step + 1)), "one noise level at step 0"),
        (lambda: run([x[:, :48] for x in values()]), "of one shape in both"),
        (lambda: run([x[..., :3] for x in values()]), "of one shape in both"),
        (lambda: run(values(), recipe=Recipe(projection=Projection(16))), "codes made alike"),
        (lambda: run(values(), recipe=Recipe(projection=Projection(seed=1))), "codes made alike"),
        (lambda: run(values(), kind=RowKind.UNCOND), "the same rows"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused_with_the_reason(
    other: Callable[[], LensRecord], reason: str
) -> None:
    with pytest.raises(LensMatchError, match=reason):
        compare_runs(run(values()), other())


def test_a_file_of_the_first_kind_with_colours_alone_is_refused() -> None:
    features = [FeatureMap(LAYER, step, None, one) for step, one in enumerate(values())]
    old = LensRecord.of_features(LensSpec("m", "euler"), features)
    with pytest.raises(LensMatchError, match="colours alone"):
        compare_runs(old, replace(old))
