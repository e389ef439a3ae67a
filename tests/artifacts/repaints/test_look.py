from __future__ import annotations

import numpy as np
import pytest
from torch import Tensor

from seedloupe.artifacts import Availability, Level, TextRegion
from seedloupe.artifacts.repaints import OcrLooker, Seen
from seedloupe.errors import ReaderError

from ...studies.inpaint.stands import pair


class OneWord:
    """Reads one word from every picture that is red at the top left."""

    name = "one-word"
    version = "3"

    def available(self) -> Availability:
        return Availability(True, "always")

    def read(self, image: Tensor) -> tuple[TextRegion, ...]:
        if float(image[0, 0, 0]) < 0.5:
            return ()
        quad = np.array([[6, 4], [14, 4], [14, 12], [6, 12]], np.float32)
        return (TextRegion(quad, "BALL", 0.9, 0.9),)


def red() -> Tensor:
    image = pair(0).picture.clone()
    image[0] = 1
    return image


def test_a_reader_s_words_become_share_echo_and_boxes() -> None:
    looker = OcrLooker(OneWord(), Level.LOW)
    seen = looker.look(red(), pair(0), "red ball")
    assert seen.share == seen.new == pytest.approx(2 / 3)  # 8 of the mask's 12 columns
    assert seen.flagged
    assert seen.texts == ("BALL",)
    assert seen.echo == ("ball",)
    assert seen.boxes == ((6, 4, 14, 12),)
    assert looker.name == "one-word"
    assert looker.settings == {"level": "low", "version": "3"}
    assert looker.look(pair(0).picture, pair(0), "red ball") == Seen(0.0, 0.0, flagged=False)


def test_a_reader_that_fails_is_no_clean_picture() -> None:
    class Broken(OneWord):
        def read(self, image: Tensor) -> tuple[TextRegion, ...]:
            raise RuntimeError("no engine")

    with pytest.raises(ReaderError, match="no engine"):
        OcrLooker(Broken()).look(red(), pair(0), "")


def test_what_was_seen_survives_the_journal() -> None:
    seen = Seen(0.25, 0.125, True, ("ball",), ("BALL", "x"), ((1, 2, 3, 4),))
    assert Seen.from_json(seen.to_json()) == seen
