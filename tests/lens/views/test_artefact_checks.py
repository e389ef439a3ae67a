"""What looks like content and is none: planted, found; not planted, not found."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.artefact_checks import (
    ArtefactChecks,
    border_similarity,
    corner_similarity,
    high_norm_tokens,
    look_for_artefacts,
    without_high_norms,
)
from seedloupe.lens.views.position import probe_position, without_position

from .fields import mosaic, noise, ramp, smooth

CHANNELS, HEIGHT, WIDTH = 16, 8, 10


def with_ramp(values: Tensor, angle: float = 0.0) -> Tensor:
    """Plant one direction of features that says how far along one direction a cell lies."""
    turn = torch.tensor(angle)
    slope = turn.cos() * ramp(*values.shape[1:]) + turn.sin() * ramp(*values.shape[:0:-1]).mT
    return (
        values + 6 * torch.nn.functional.normalize(noise(len(values)), dim=0)[:, None, None] * slope
    )


def with_patch(values: Tensor) -> Tensor:
    """Plant 2x2 tokens of 20 times the mean norm."""
    values = values.clone()
    patch = values[:, 3:5, 6:8]
    values[:, 3:5, 6:8] = patch / patch.norm(dim=0) * 20 * values.norm(dim=0).mean()
    return values


def with_corners(values: Tensor) -> Tensor:
    """Plant equal corners."""
    values = values.clone()
    for row in (0, -1):
        for column in (0, -1):
            values[:, row, column] = noise(len(values), seed=77)
    return values


def with_borders(values: Tensor) -> Tensor:
    """Plant something that all cells along the borders share."""
    values = values.clone()
    inner = torch.zeros(values.shape[1:], dtype=torch.bool)
    inner[1:-1, 1:-1] = True
    shared = 2 * noise(len(values), seed=77)[:, None, None]
    return torch.where(inner, values, values + shared)


@pytest.mark.parametrize("angle", [0.0, 0.8, 1.57])
@pytest.mark.parametrize("shape", [(16, 8, 10), (64, 16, 16), (320, 12, 9)])
def test_a_planted_ramp_tells_position(shape: tuple[int, int, int], angle: float) -> None:
    probe = probe_position(with_ramp(noise(*shape) * 0.5, angle))
    assert probe.score > 0.9
    assert probe.score >= max(probe.x, probe.y) - 1e-9
    assert probe.far > 0.5


@pytest.mark.parametrize("shape", [(4, 16, 16), (16, 8, 10), (64, 16, 16), (320, 12, 9)])
def test_white_noise_tells_no_position(shape: tuple[int, int, int]) -> None:
    assert max(probe_position(noise(*shape, seed=seed)).score for seed in range(10)) < 0.1


def test_a_ramp_along_one_axis_tells_only_that_axis() -> None:
    probe = probe_position(with_ramp(noise(CHANNELS, 16, 16) * 0.5))
    assert probe.x > 0.9
    assert probe.y < 0.1


def test_several_pictures_tell_only_what_they_share() -> None:
    alone = [smooth(64, 12, 16, grain=8, seed=seed) for seed in range(4)]
    assert probe_position(alone).score < 0.1
    shared = probe_position([with_ramp(values * 0.5) for values in alone])
    assert shared.score > 0.8
    assert shared.pictures == 4
    assert probe_position(torch.stack(alone)) == probe_position(alone)


def test_position_is_told_in_spite_of_cells_that_are_not_finite() -> None:
    values = with_ramp(noise(CHANNELS, HEIGHT, WIDTH) * 0.5)
    values[3, 2, 2] = torch.nan
    assert probe_position(values).score > 0.9
    assert probe_position(torch.ones(CHANNELS, HEIGHT, WIDTH)).score == 0
    with pytest.raises(InputError, match="16 finite cells"):
        probe_position(torch.full((CHANNELS, HEIGHT, WIDTH), torch.nan))
    with pytest.raises(InputError, match="at least 4x4 cells"):
        probe_position(noise(CHANNELS, 3, 9))
    with pytest.raises(InputError, match="at least one map"):
        probe_position([])


def test_position_can_be_taken_off() -> None:
    values = with_ramp(noise(CHANNELS, HEIGHT, WIDTH) * 0.5, 0.8)
    rest = without_position(values)
    assert probe_position(values).score > 0.9
    assert probe_position(rest).score < 0.1
    torch.testing.assert_close(rest.mean(dim=(1, 2)), values.mean(dim=(1, 2)))
    torch.testing.assert_close(without_position(rest), rest)
    feature = FeatureMap("unet-out", 3, 0.5, values[None])
    assert torch.equal(without_position(feature).values, rest[None])
    assert without_position(feature).step == 3


def test_of_several_pictures_only_the_shared_ramp_is_taken_off() -> None:
    content = noise(2, CHANNELS, HEIGHT, WIDTH)
    content[1] = -content[0]  # so that nothing linear is shared but what is planted
    planted = torch.stack([with_ramp(values) for values in content])
    torch.testing.assert_close(without_position(planted), content, atol=1e-5, rtol=1e-5)


def test_taking_position_off_keeps_what_is_not_finite_apart() -> None:
    values = with_ramp(noise(CHANNELS, HEIGHT, WIDTH))
    values[0, 0, 0] = torch.inf
    rest = without_position(values)
    assert rest[:, 0, 0].isnan().all()
    assert rest.isfinite().sum() == CHANNELS * (HEIGHT * WIDTH - 1)
    with pytest.raises(InputError, match="four finite cells"):
        without_position(torch.full_like(values, torch.nan))


def test_a_planted_patch_is_found_and_nothing_else() -> None:
    for seed in range(20):
        found = high_norm_tokens(with_patch(noise(CHANNELS, HEIGHT, WIDTH, seed=seed)))
        assert found.tokens.nonzero().tolist() == [[3, 6], [3, 7], [4, 6], [4, 7]]
        assert found.patches == ((3, 6),)
        assert found.largest == pytest.approx(20, rel=0.2)


def test_tokens_of_huge_norm_can_be_left_out() -> None:
    values = torch.stack(
        [with_patch(noise(CHANNELS, HEIGHT, WIDTH)), noise(CHANNELS, HEIGHT, WIDTH)]
    )
    rest = without_high_norms(values)
    assert rest[0, :, 3:5, 6:8].isnan().all()
    assert rest.isnan().sum() == 4 * CHANNELS
    assert not high_norm_tokens(rest[0]).tokens.any()
    feature = without_high_norms(FeatureMap("unet-out", 0, None, values))
    assert torch.equal(feature.values.isnan(), rest.isnan())
    assert torch.equal(without_high_norms(values[0]).isnan(), rest[0].isnan())


@pytest.mark.parametrize("values", [torch.zeros(4, 6, 9), torch.full((4, 6, 9), torch.nan)])
def test_nothing_is_no_huge_norm(values: Tensor) -> None:
    assert not high_norm_tokens(values).tokens.any()


def test_a_few_features_among_zeros_are_no_huge_norms() -> None:
    values = torch.zeros(CHANNELS, HEIGHT, WIDTH)
    values[:, 2, 2:6] = noise(CHANNELS, 4)
    assert not high_norm_tokens(values).tokens.any()


@pytest.mark.parametrize("content", [noise(64, 16, 16), smooth(64, 16, 16)])
def test_equal_corners_are_found(content: Tensor) -> None:
    corners = corner_similarity(with_corners(content))
    assert corners is not None
    assert corners.flagged
    assert corners.similarity == pytest.approx(1, abs=1e-6)
    clean = corner_similarity(content)
    assert clean is not None
    assert not clean.flagged


@pytest.mark.parametrize("content", [noise(64, 16, 16), smooth(64, 16, 16)])
def test_borders_alike_are_found(content: Tensor) -> None:
    borders, clean = border_similarity(with_borders(content)), border_similarity(content)
    assert borders is not None
    assert clean is not None
    assert borders.flagged
    assert not clean.flagged


def test_too_small_a_map_leaves_questions_open() -> None:
    small = look_for_artefacts(noise(CHANNELS, 3, 5))
    assert small.unanswered == ("position", "corners", "borders")
    assert small.warnings == ()
    broken = noise(CHANNELS, HEIGHT, WIDTH)
    broken[:, 0, 0] = torch.nan
    assert look_for_artefacts(broken).unanswered == ("corners",)
    broken[:, :4, :5] = torch.nan
    broken[:, 0, 0] = 1
    assert "corners" in look_for_artefacts(broken).unanswered
    broken[:, :, 2] = torch.nan
    assert "borders" in look_for_artefacts(broken).unanswered


def test_each_plant_gives_its_warning() -> None:
    clean = noise(64, 16, 16)
    plants = {
        "read off": with_ramp(clean),
        "corners": with_corners(clean),
        "borders": with_borders(clean),
        "usual norm: 4 cells": with_patch(clean),
    }
    for words, values in plants.items():
        warnings = look_for_artefacts(values).warnings
        assert any(words in warning for warning in warnings), (words, warnings)
    clean[0, 0, 5] = torch.nan
    assert look_for_artefacts(clean).warnings == ("NaN or infinite: 1 cells.",)


def false_alarms(found: list[ArtefactChecks]) -> float:
    return sum(bool(guards.warnings) for guards in found) / len(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "count"), [((CHANNELS, HEIGHT, WIDTH), 300), ((64, 8, 8), 100), ((4, 16, 16), 300)]
)
def test_hardly_any_of_hundreds_of_random_fields_is_suspected(
    shape: tuple[int, int, int], count: int
) -> None:
    fields = [noise(*shape, seed=seed) for seed in range(count)]
    assert false_alarms([look_for_artefacts(values) for values in fields]) < 0.01


def test_smooth_content_of_one_picture_is_no_position() -> None:
    fields = [smooth(64, 16, 16, seed=seed) for seed in range(12)]
    assert min(probe_position(values).score for values in fields) > 0.9  # a cell is between others
    assert not any(look_for_artefacts(values).warnings for values in fields)
    wide = [smooth(64, 16, 16, grain=16, seed=seed) for seed in range(4)]
    assert look_for_artefacts(wide[0]).warnings
    assert not look_for_artefacts(wide[0], others=wide[1:]).warnings


@pytest.mark.slow
def test_flat_and_smooth_content_has_no_corners_borders_or_huge_norms() -> None:
    for content in (mosaic, smooth):
        patch = {"patch": 4} if content is mosaic else {"grain": 4}
        fields = [content(64, 16, 16, seed=seed, **patch) for seed in range(100)]
        alarms = [
            (c and c.flagged) or (b and b.flagged) or high_norm_tokens(values).tokens.any()
            for values in fields
            for c, b in [(corner_similarity(values), border_similarity(values))]
        ]
        assert sum(map(bool, alarms)) / len(alarms) < 0.01


def test_finite_cells_along_a_line_leave_position_open() -> None:
    values = torch.full((CHANNELS, 20, 20), torch.nan)
    line = torch.arange(20)
    values[:, line, line] = noise(CHANNELS, 20)
    assert "position" in look_for_artefacts(values).unanswered
    with pytest.raises(InputError, match="all over the map"):
        probe_position(values)
    with pytest.raises(InputError, match="all over the map"):
        probe_position([noise(CHANNELS, 8, 8), torch.full((CHANNELS, 8, 8), torch.nan)])
