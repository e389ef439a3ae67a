"""Words of a lens file as pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.lens import WordNotFoundError
from seedloupe.lens import word_sheets as gallery_words
from seedloupe.lens.record import LensKey, LensRecord, LensSpec, LensWords
from seedloupe.lens.sheets import Board
from seedloupe.lens.word_sheets import paint_words

Boards = list[Board]


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> Boards:
    """What would have been painted."""
    found: Boards = []
    paint: Callable[[Board, Path], None] = lambda board, _: found.append(board)  # noqa: E731
    monkeypatch.setattr(gallery_words, "paint_board", paint)
    return found


def record(**prompts: tuple[str, ...]) -> LensRecord:
    """Two steps; the first word takes all of the left column at the second step."""
    entries, maps = [], {}
    for name, words in prompts.items():
        entries.append(LensWords(name, 3, 2, words))
        for step in (0, 1):
            values = torch.full((1, len(words), 3, 2), 0.25)
            values[:, 1:, :, 0] *= 1 - step
            maps[LensKey(0, step, 0, name)] = values.half()
    truth = {"words": [{"track": 0, "label": "altered", "difference": 0.5, "reason": "a mask"}]}
    return LensRecord(LensSpec("m", "euler", words=tuple(entries), truth=truth), {}, words=maps)


def test_a_word_is_painted_from_its_least_to_its_most_over_all_steps(boards: Boards) -> None:
    assert paint_words(record(prompt=("a", "hill")), ("hill",), Path("x.png")) == ("hill",)
    (line,) = boards[0].lines
    assert line.label.startswith("hill, 0% to 50% of what all words of the prompt take, altered")
    first, second = (tile for tile in line.tiles if tile is not None)
    assert first.shape == (3, 3, 2)
    assert brightness(first).unique().numel() == 1
    assert (brightness(second)[:, 0] < brightness(second)[:, 1]).all()
    assert torch.equal(first[:, :, 1], second[:, :, 1])
    assert list(boards[0].moments) == ["step 0", "step 1"]


def test_words_of_the_negative_prompt_are_named_as_such(boards: Boards) -> None:
    both = record(prompt=("hill",), negative=("fog", "hill"))
    paint_words(both, ("hill", "fog"), Path("x.png"))
    assert ["negative" in line.label for line in boards[0].lines] == [False, True]
    paint_words(record(negative=("fog",)), ("auto",), Path("x.png"))
    assert "negative" in boards[1].lines[0].label


def test_what_cannot_be_painted_is_refused(boards: Boards) -> None:
    with pytest.raises(WordNotFoundError, match="hill"):
        paint_words(record(prompt=("hill",), negative=("fog",)), ("valley",), Path("x.png"))
    with pytest.raises(InputError, match="word maps"):
        paint_words(record(), ("hill",), Path("x.png"))
    with pytest.raises(InputError, match="may mean something"):
        paint_words(record(prompt=("the", ",")), ("auto",), Path("x.png"))
    assert not boards


def brightness(tile: Tensor) -> Tensor:
    return tile.sum(0)
