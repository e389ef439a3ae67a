from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from seedloupe.artifacts import ArtifactReport, TextRegion, Verdict, flag_text_artifacts
from seedloupe.artifacts.picture_set import PictureSet, text_mask
from seedloupe.errors import InputError
from seedloupe.geometry import Extent

SIZE = Extent(48, 32)


class Reader:
    name = "planted"

    def __init__(self, *boxes: tuple[int, int, int, int]) -> None:
        self._boxes = boxes

    def read(self, image: torch.Tensor) -> tuple[TextRegion, ...]:
        return tuple(
            TextRegion(
                np.array([[left, top], [right, top], [right, low], [left, low]], np.float32),
                "WORDS",
                0.99,
            )
            for left, top, right, low in self._boxes
        )


def report(*boxes: tuple[int, int, int, int]) -> ArtifactReport:
    image = torch.full((3, SIZE.height, SIZE.width), 0.5)
    return flag_text_artifacts(image, None, Reader(*boxes))


def unseen() -> ArtifactReport:
    nobody = replace(report(), verdict=Verdict.NOT_CHECKED, new_text=math.nan)
    return replace(nobody, message="Not checked for text: no reader.")


def test_pictures_nobody_could_look_at_are_kept_but_not_called_free_of_text() -> None:
    found = PictureSet((report(), report((2, 2, 30, 20)), unseen()))
    assert found.kept == (0, 2)
    assert found.rejected == (1,)
    assert found.line == "3 pictures: 1 not flagged, 1 flagged, 1 not checked."


def test_of_one_picture_the_line_is_its_own() -> None:
    one = report()
    assert PictureSet((one,)).line == PictureSet((one,)).text == one.message


@pytest.mark.parametrize("boxes", [(), ((2, 3, 20, 13),), ((0, 0, 24, 16), (12, 8, 48, 32))])
def test_the_mask_is_white_where_flagged_text_stands(
    boxes: tuple[tuple[int, int, int, int], ...],
) -> None:
    expected = torch.zeros(SIZE.height, SIZE.width)
    for left, top, right, bottom in boxes:
        expected[top:bottom, left:right] = 1
    assert torch.equal(text_mask(report(*boxes)), expected)


def test_each_reader_that_looked_is_named_once() -> None:
    newer = replace(report(), reader="other", reader_version="2.1")
    assert PictureSet((report(), unseen(), report())).read_by == "Read by planted."
    assert PictureSet((report(), newer)).read_by == "Read by planted and other 2.1."
    assert PictureSet((unseen(),)).read_by == ""


def test_a_report_without_a_size_has_no_mask() -> None:
    with pytest.raises(InputError, match="size"):
        text_mask(replace(report(), size=None))
