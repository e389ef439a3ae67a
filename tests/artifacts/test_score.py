from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from seedloupe.artifacts import (
    Level,
    TextRegion,
    Verdict,
    check_text_artifacts,
    flag_text_artifacts,
)
from seedloupe.errors import ImageError, MaskError, ReaderError, ShapeError

Text = Callable[..., TextRegion]


def test_text_in_the_repainted_part_is_flagged(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    report = flag_text_artifacts(image, mask, stub([text(20, 12, 40, 22)]))
    assert report.verdict is Verdict.FLAGGED
    assert [flag.region.text for flag in report.flags] == ["CAFE"]
    assert report.flags[0].coverage == 1
    assert report.text_in_mask == pytest.approx(20 * 10 / 32**2, rel=1e-6)
    assert report.new_text == report.text_in_mask
    assert "CAFE" in report.message


def test_text_beside_the_mask_is_left_alone(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    report = flag_text_artifacts(image, mask, stub([text(0, 12, 16, 22), text(20, 40, 40, 48)]))
    assert report.verdict is Verdict.CLEAN
    assert report.text_in_mask == 0
    assert report.message == "No text found in the repainted part."


@pytest.mark.parametrize(("left", "flagged"), [(6.1, True), (6, True), (5.9, False)])
def test_half_coverage_is_the_limit_from_both_sides(
    left: float, flagged: bool, image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    report = flag_text_artifacts(image, mask, stub([text(left, 12, left + 20, 22)]))
    assert bool(report.flags) is flagged
    assert report.text_in_mask == pytest.approx((left + 4) * 10 / 32**2, rel=1e-6)


def test_overlapping_text_is_counted_once(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22), text(30, 17, 46, 27), text(20, 12, 40, 22)])
    report = flag_text_artifacts(image, mask, reader)
    assert report.text_in_mask == pytest.approx((200 + 160 - 50) / 32**2, rel=1e-6)


@pytest.mark.parametrize("degrees", [15, 40, 90])
def test_share_of_rotated_text_is_its_area(
    degrees: float, image: Tensor, mask: Tensor, stub: type
) -> None:
    turn = math.radians(degrees)
    rotation = np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))])
    quad = np.array([(-10, -4), (10, -4), (10, 4), (-10, 4)]) @ rotation + np.array((32, 24))
    report = flag_text_artifacts(image, mask, stub([TextRegion(quad, "CAFE", 0.9)]))
    assert report.text_in_mask == pytest.approx(160 / 32**2, rel=0.01)


def test_full_mask_gives_the_share_of_the_picture(image: Tensor, stub: type, text: Text) -> None:
    report = flag_text_artifacts(image, torch.ones(48, 64), stub([text(-10, 0, 10, 12)]))
    assert report.text_in_mask == pytest.approx(10 * 12 / (48 * 64), rel=1e-6)
    assert report.flags[0].coverage == 1


def test_blank_mask_is_clean_and_asks_nobody(image: Tensor, stub: type, text: Text) -> None:
    reader = stub([text(20, 12, 40, 22)])
    report = flag_text_artifacts(image, torch.zeros(48, 64), reader)
    assert report.verdict is Verdict.CLEAN
    assert (report.text_in_mask, report.new_text, report.flags) == (0, 0, ())
    assert "blank" in report.message
    assert not reader.shown


def test_soft_mask_edges_count_by_their_weight(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    report = flag_text_artifacts(image, mask * 0.75, stub([text(20, 12, 40, 22)]))
    assert report.flags[0].coverage == pytest.approx(0.75)
    assert report.text_in_mask == pytest.approx(200 / 32**2, rel=1e-6)


def test_largest_finding_comes_first(image: Tensor, mask: Tensor, stub: type, text: Text) -> None:
    reader = stub([text(20, 12, 30, 20, "small"), text(20, 25, 44, 35, "large")])
    report = flag_text_artifacts(image, mask, reader)
    assert [flag.region.text for flag in report.flags] == ["large", "small"]


def test_text_of_the_source_is_excused(image: Tensor, mask: Tensor, stub: type, text: Text) -> None:
    reader = stub(
        [text(20, 12, 40, 22, "CAFE BAR"), text(20, 26, 40, 36, "W0RLD")],
        [text(21, 12, 41, 23, "CAFE 8AR", 0.4)],
    )
    report = flag_text_artifacts(image, mask, reader, before=image)
    assert [flag.region.text for flag in report.flags] == ["W0RLD"]
    assert [flag.region.text for flag in report.excused] == ["CAFE BAR"]
    assert "source" in report.excused[0].reason
    assert report.text_in_mask == pytest.approx(400 / 32**2, rel=1e-6)
    assert report.new_text == pytest.approx(200 / 32**2, rel=1e-6)


def test_other_words_in_the_place_of_a_sign_are_new(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22, "QZXW")], [text(20, 12, 40, 22, "CAFE")])
    assert flag_text_artifacts(image, mask, reader, before=image).verdict is Verdict.FLAGGED


def test_a_second_copy_of_a_sign_is_new(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 24, 40, 34)], [text(20, 12, 40, 22)])
    assert flag_text_artifacts(image, mask, reader, before=image).new_text > 0


def test_letter_shapes_are_excused_where_the_source_has_some(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    shapes = text(20, 12, 40, 22, "", 0.0, 0.9)
    reader = stub([shapes], [text(20, 12, 40, 22, "", 0.0, 0.6)])
    report = flag_text_artifacts(image, mask, reader, before=image, level=Level.HIGH)
    assert report.verdict is Verdict.CLEAN
    assert flag_text_artifacts(image, mask, stub([shapes]), level=Level.HIGH).flags


def test_the_source_is_read_only_when_there_is_something_to_compare(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(0, 12, 10, 22)])
    flag_text_artifacts(image, mask, reader, before=image)
    assert len(reader.shown) == 1


def test_an_echo_of_the_prompt_is_named(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22, "CLEAR BACKGR0UND"), text(20, 26, 40, 36, "clear")])
    report = flag_text_artifacts(image, mask, reader, prompt="clear background")
    assert report.prompt_echo == ("clear background", "clear")
    assert report.flags[0].echo == "clear background"
    assert "repeats the prompt" in report.message


def test_a_prompt_that_asks_for_text_excuses_it(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22, "OPEN")])
    report = flag_text_artifacts(image, mask, reader, prompt='a shop sign "OPEN"')
    assert report.verdict is Verdict.CLEAN
    assert report.flags == ()
    assert report.text_in_mask > 0
    assert "asks for text" in report.message


def test_words_that_are_spelled_out_excuse_only_themselves(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22, "0PEN"), text(20, 26, 40, 36, "clear sale")])
    report = flag_text_artifacts(image, mask, reader, prompt='a sign that says "OPEN"')
    assert [flag.region.text for flag in report.excused] == ["0PEN"]
    assert [flag.region.text for flag in report.flags] == ["clear sale"]
    assert report.flags[0].reason == (
        'nobody asked for it; it may be wanted: the prompt asks for "OPEN"'
    )
    assert not report.informative


@pytest.mark.parametrize(
    ("prompt", "negative", "doubt"),
    [
        ("a wooden sign by the road", "", "the prompt names sign, which may bear text"),
        ("a cat named 'Clear'", "", 'the prompt puts "Clear" in quotation marks'),
        ("gold lettering", "text", "the negative prompt refuses text"),
    ],
)
def test_text_that_may_be_wanted_is_flagged_and_the_reason_said(
    prompt: str,
    negative: str,
    doubt: str,
    image: Tensor,
    mask: Tensor,
    stub: type,
    text: Text,
) -> None:
    reader = stub([text(20, 12, 40, 22, "sale")])
    report = flag_text_artifacts(image, mask, reader, prompt=prompt, negative=negative)
    assert report.verdict is Verdict.FLAGGED
    assert "it may be wanted: " in report.message
    assert doubt in report.message
    assert not report.informative


@pytest.mark.parametrize(
    "prompt",
    [
        "1girl, peace sign, garden",
        "a garden, don't add text",
        "a garden, no watermark",
        "the gardener's gloves and the dog's bowl",
        "a garden, embedding:poster_v2",
        '{"scene": "a garden", "style": "photo"}',
    ],
)
def test_text_in_a_picture_nobody_wanted_text_in_is_flagged(
    prompt: str, image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22, "CLEAR SALE")])
    report = flag_text_artifacts(image, mask, reader, prompt=prompt)
    assert report.verdict is Verdict.FLAGGED
    assert "may be wanted" not in report.message
    assert report.informative


def test_a_prompt_that_refuses_text_excuses_nothing(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    report = flag_text_artifacts(image, mask, stub([text(20, 12, 40, 22)]), prompt="wall, no text")
    assert report.verdict is Verdict.FLAGGED


def test_a_failing_reader_is_named_and_its_error_kept(
    image: Tensor, mask: Tensor, broken: object
) -> None:
    with pytest.raises(ReaderError, match=r"broken could not .* \(RuntimeError: out of ink\)") as e:
        flag_text_artifacts(image, mask, broken)
    assert isinstance(e.value.__cause__, RuntimeError)


@pytest.mark.parametrize("answer", [None, ["text"], [None]])
def test_a_reader_that_returns_something_else_has_failed(
    answer: object, image: Tensor, mask: Tensor, stub: type
) -> None:
    reader = stub([])
    reader.read = lambda _: answer
    with pytest.raises(ReaderError, match="stub could not"):
        flag_text_artifacts(image, mask, reader)


def test_nothing_found_and_could_not_look_are_different_answers(
    image: Tensor, mask: Tensor, stub: type, broken: object
) -> None:
    assert check_text_artifacts(image, mask, stub([])).verdict is Verdict.CLEAN
    for reader, why in ((broken, "out of ink"), (None, "no text reader")):
        report = check_text_artifacts(image, mask, reader)
        assert report.verdict is Verdict.NOT_CHECKED
        assert why in report.message
        assert math.isnan(report.text_in_mask)
        assert report.to_json()["text_in_mask"] is None


def test_stopping_by_the_user_is_no_reader_failure(image: Tensor, mask: Tensor, stub: type) -> None:
    def stop(_: Tensor) -> None:
        raise KeyboardInterrupt

    reader = stub([])
    reader.read = stop
    with pytest.raises(KeyboardInterrupt):
        check_text_artifacts(image, mask, reader)


@pytest.mark.parametrize("check", [flag_text_artifacts, check_text_artifacts])
def test_a_mask_of_another_size_is_refused_with_both_sizes(
    check: Callable[..., object], image: Tensor, stub: type
) -> None:
    with pytest.raises(ShapeError, match=r"mask: expected shape \(48 64\), got \(64, 48\)"):
        check(image, torch.zeros(64, 48), stub([]))


@pytest.mark.parametrize(
    ("wrong", "got"),
    [(math.nan, "NaN"), (math.inf, "NaN"), (255, "0 to 255"), (-1, "-1 to 1")],
)
def test_a_mask_with_other_numbers_is_refused(
    wrong: float, got: str, image: Tensor, mask: Tensor, stub: type
) -> None:
    mask[0, 0] = wrong
    with pytest.raises(MaskError, match=f"mask: expected numbers from 0 to 1, got .*{got}") as e:
        flag_text_artifacts(image, mask, stub([]))
    assert "\n" not in str(e.value)


def test_masks_of_other_types_are_taken(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    for kind in (torch.bool, torch.uint8, torch.float16, torch.float64):
        report = flag_text_artifacts(image, mask.to(kind), stub([text(20, 12, 40, 22)]))
        assert report.text_in_mask == pytest.approx(200 / 32**2, rel=1e-6)


def test_pictures_that_are_none_are_refused(image: Tensor, mask: Tensor, stub: type) -> None:
    with pytest.raises(ShapeError, match="image"):
        flag_text_artifacts(image[:1], mask, stub([]))
    with pytest.raises(ShapeError, match="before"):
        flag_text_artifacts(image, mask, stub([]), before=image[:, :, 1:])
    with pytest.raises(ImageError, match="image: expected numbers from 0 to 1, got 127 to 127"):
        flag_text_artifacts((image * 255).to(torch.uint8), mask, stub([]))
    with pytest.raises(ImageError, match=r"before: expected numbers .* NaN"):
        flag_text_artifacts(image, mask, stub([]), before=image * math.nan)


def test_nothing_handed_in_is_changed(image: Tensor, mask: Tensor, stub: type, text: Text) -> None:
    copies = image.clone(), mask.clone()
    flag_text_artifacts(image, mask, stub([text(20, 12, 40, 22)]), before=image)
    assert torch.equal(image, copies[0])
    assert torch.equal(mask, copies[1])


def test_a_reader_with_a_limit_sees_the_mask_and_is_placed_back(stub: type, text: Text) -> None:
    image, mask = torch.zeros(3, 150, 200), torch.zeros(150, 200)
    mask[100:110, 150:170] = 1
    # The window is 68 x 58 pixels from column 126 and row 76, and shown half as large.
    reader = stub([text(13, 12, 23, 17)])
    reader.side_limit = 34
    report = flag_text_artifacts(image, mask, reader)
    assert reader.shown[0].shape == (3, 29, 34)
    assert report.flags[0].region.quad[0].tolist() == [152, 100]
    assert report.text_in_mask == pytest.approx(18 * 10 / 200, rel=1e-6)


def test_report_is_json_and_tells_what_it_was_made_with(
    image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(20, 12, 40, 22)])
    reader.version = "1.2"
    report = flag_text_artifacts(image, mask, reader, level=Level.LOW)
    told = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert told["verdict"] == "flagged"
    assert (told["reader"], told["reader_version"]) == ("stub", "1.2")
    assert told["level"] == "low"
    assert told["thresholds"]["coverage"] == 0.7
    assert told["size"] == [64, 48]
    assert told["flags"][0]["quad"][2] == [40, 22]


@pytest.mark.parametrize(
    ("source", "excused"),
    [
        ((19, 11, 43, 21, "", 0.0, 0.7), True),  # a row of letter shapes
        ((19, 11, 43, 21, "", 0.0, 0.51), True),  # a fainter one
        ((19, 11, 43, 21, "", 0.0, 0.4), False),  # something the reader hardly believed in
        ((18, 10, 42, 34, "", 0.0, 0.9), False),  # a ball
        ((2, 0, 62, 24, "", 0.0, 0.9), False),  # a row of things far larger
        ((19, 11, 43, 21, "sale", 0.9, 0.4), True),  # letters that could be read then
    ],
)
def test_letter_shapes_are_excused_only_by_letter_shapes_of_their_size(
    source: tuple[Any, ...], excused: bool, image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(18, 11, 44, 21, "DEP", 0.52, 0.8)], [text(*source)])
    report = flag_text_artifacts(image, mask, reader, before=image)
    assert (report.verdict is Verdict.CLEAN) is excused
    assert bool(report.excused) is excused


@pytest.mark.parametrize(
    ("before", "after", "excused"),
    [
        ("O", "HOT FOOD", False),  # a ring
        ("1", "117", False),
        ("FOOD", "HOT FOOD", True),  # a line read in parts
        ("HOT FOOD", "FOOD", True),
        ("AT", "WATER SALE", False),
        ("CAFE BAR", "CAFE 8AR", True),
    ],
)
def test_a_letter_of_the_source_excuses_no_word(
    before: str, after: str, excused: bool, image: Tensor, mask: Tensor, stub: type, text: Text
) -> None:
    reader = stub([text(18, 11, 44, 21, after)], [text(19, 11, 43, 21, before)])
    report = flag_text_artifacts(image, mask, reader, before=image)
    assert bool(report.excused) is excused
