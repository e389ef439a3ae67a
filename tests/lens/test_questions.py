"""Asking a recorded run."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens import (
    FeatureMap,
    Keep,
    LensRecord,
    LensSpec,
    Measure,
    Recipe,
    Recorder,
    Spot,
    ask,
    segment,
)
from seedloupe.lens.questions import (
    asked_keys,
    diagnostics_of,
    elsewhere,
    groups,
    painted_groups,
    painted_likeness,
    spot_likeness,
)

MIDDLE, END = "mid-vit-out", "unet-out"


def halves(height: int, width: int, *, channels: int = 6) -> Tensor:
    """Left and right differ in direction; everywhere a little noise."""
    noise = torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(3))
    values = noise * 0.05
    values[:, 0, :, : width // 2] += 1
    values[:, 1, :, width // 2 :] += 1
    return values


def recorded(*, keep: Keep = Keep.CODES, steps: int = 3) -> LensRecord:
    recorder = Recorder(Recipe(keep))
    for step in range(steps):
        recorder(FeatureMap(END, step, 2.0 - step / 2, halves(8, 12)))
        recorder(FeatureMap(MIDDLE, step, 2.0 - step / 2, halves(2, 3)))
    return recorder.finish(LensSpec("m", "euler"))


def test_keys_come_layer_by_layer_as_the_file_lists_them() -> None:
    record = recorded()
    listed = [layer.name for layer in record.spec.layers]
    expected = [(name, step) for name in listed for step in range(3)]
    assert [(key.layer, key.step) for key in asked_keys(record)] == expected
    assert [key.step for key in asked_keys(record, step=1)] == [1, 1]


def test_of_several_calls_in_a_step_the_last_is_asked() -> None:
    recorder = Recorder()
    for call in range(2):
        recorder(FeatureMap(END, 0, 1.0, halves(4, 6) + call, call))
    assert [key.call for key in asked_keys(recorder.finish(LensSpec("m", "heun")))] == [1]


def test_a_step_that_was_not_recorded_is_refused() -> None:
    with pytest.raises(InputError, match="0 to 2"):
        asked_keys(recorded(), step=3)


def test_colours_alone_cannot_be_asked() -> None:
    colours = LensRecord.of_features(LensSpec("m", "euler"), [FeatureMap(END, 0, 1, halves(4, 6))])
    with pytest.raises(InputError, match="colours alone"):
        asked_keys(colours)


def test_a_file_answers_as_the_features_would() -> None:
    record = recorded()
    keys = [key for key in asked_keys(record) if key.layer == END]
    for measure in (Measure.COSINE, Measure.CENTRED_COSINE, Measure.L2, Measure.RELATIVE_NORM):
        found = spot_likeness(record, [Spot(0.1, 0.5)], keys, measure=measure)
        exact = ask(halves(8, 12), Spot(0.1, 0.5), measure=measure).values
        for one in found.values():
            torch.testing.assert_close(one.values, exact, atol=5e-3, rtol=5e-3)


def test_sums_of_differences_need_the_features_themselves() -> None:
    codes, full = recorded(), recorded(keep=Keep.FLOAT32)
    spots, keys = [Spot(0.1, 0.5)], asked_keys(full)
    with pytest.raises(InputError, match="lengths and angles"):
        spot_likeness(codes, spots, keys, measure=Measure.L1)
    found = spot_likeness(full, spots, keys, measure=Measure.L1)
    exact = ask(halves(8, 12), spots, measure=Measure.L1).values
    torch.testing.assert_close(found[keys[0]].values, exact)


def test_the_best_place_elsewhere_does_not_touch_what_was_asked() -> None:
    record = recorded()
    (key,) = [key for key in asked_keys(record, step=0) if key.layer == END]
    spot = Spot(0.1, 0.5)
    place = elsewhere(spot_likeness(record, [spot], [key])[key], [spot])
    assert place is not None
    assert place.x < 0.5
    (row, column), (asked_row, asked_column) = place.cell(8, 12), spot.cell(8, 12)
    assert max(abs(row - asked_row), abs(column - asked_column)) > 1


def test_a_map_all_next_to_the_asked_cell_has_no_elsewhere() -> None:
    record = recorded()
    key = next(key for key in asked_keys(record) if key.layer == MIDDLE)
    assert elsewhere(spot_likeness(record, [Spot(0.5, 0.1)], [key])[key], [Spot(0.5, 0.1)]) is None


def test_groups_are_those_of_the_features_and_keep_their_numbers() -> None:
    record = recorded()
    keys = [key for key in asked_keys(record) if key.layer == END]
    found = groups(record, keys, clusters=2)
    exact = segment(halves(8, 12), clusters=2).labels
    left = found[keys[0]].labels[0, 0]
    assert all(torch.equal(one.labels == left, exact == exact[0, 0]) for one in found.values())
    assert {int(one.labels[0, 0]) for one in found.values()} == {int(left)}


def test_a_small_map_is_not_described_but_guarded() -> None:
    record = recorded()
    found = diagnostics_of(record, asked_keys(record, step=2))
    small, large = (next(v for k, v in found.items() if k.layer == name) for name in (MIDDLE, END))
    assert small.properties is None
    assert set(small.guards.unanswered) == {"position", "corners", "borders"}
    assert large.properties is not None
    assert large.properties.patch > 2


def test_a_row_the_record_does_not_have_is_refused() -> None:
    record = recorded()
    with pytest.raises(ShapeError):
        diagnostics_of(record, asked_keys(record), row=1)


def test_answers_are_painted_with_the_asked_cell_marked() -> None:
    record = recorded()
    keys = [key for key in asked_keys(record, step=1) if key.layer == END]
    spots = [Spot(0.1, 0.5)]
    found = spot_likeness(record, spots, keys)
    painted = painted_likeness(record, found, spots)
    assert [layer.name for layer in painted.spec.layers] == [END]
    assert painted.spec.layers[0].reduction == "likeness by cosine"
    picture = painted.picture(keys[0])
    red, green, blue = picture[:, 4, 1].tolist()
    assert green > max(red, blue) + 0.3
    assert float(picture[:, :, 2:5].mean()) > float(picture[:, :, 7:].mean())


def test_groups_are_painted_in_two_colours() -> None:
    record = recorded()
    keys = [key for key in asked_keys(record, step=1) if key.layer == END]
    picture = painted_groups(record, groups(record, keys, clusters=2)).picture(keys[0])
    assert len(picture.flatten(1).unique(dim=1).mT) == 2


def test_what_is_painted_is_a_record_of_its_own() -> None:
    record = recorded()
    before = {key: one.clone() for key, one in record.rgb.items()}
    painted_groups(record, groups(record, asked_keys(record), clusters=2))
    assert all(torch.equal(record.rgb[key], one) for key, one in before.items())
    assert {layer.reduction for layer in record.spec.layers} == {"pca"}
