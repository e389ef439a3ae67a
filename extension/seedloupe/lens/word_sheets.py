"""Painting the words of a lens file: where each was attended to, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..errors import InputError
from .sheets import Board, moment_words, paint_board
from .words.clip_words import informative_words

if TYPE_CHECKING:
    from torch import Tensor

    from . import WordsSeen
    from .record import LensRecord
    from .views import StripRow

#: The words of one prompt, by pass.
Passes: TypeAlias = "dict[int, WordsSeen]"


def paint_words(record: LensRecord, wanted: Sequence[str], out: Path) -> tuple[str, ...]:
    """Paint the maps of words into ``out``, whose ending says how.

    What is painted is a word's share among the words of its prompt, each word from its least to its
    most over all steps, so that steps can be compared.

    Args:
        record: what was read from a lens file; no model is needed.
        wanted: words of the prompt, or else of the negative prompt; the single word ``auto`` stands
            for those of the prompt that may mean something.
        out: where to.

    Returns:
        the words painted.

    Raises:
        InputError: the file holds no word maps, or the place cannot be written to.
        WordNotFoundError: neither prompt has such a word.
    """
    moments = sorted({(key.track, key.step) for key in record.words})
    sides = _sides(record)
    if not sides or not moments:
        advice = "Record it with: seedloupe lens run --words auto."
        raise InputError("word", expected="a lens file with word maps", got="none", advice=advice)
    words = tuple(wanted)
    if words == ("auto",):
        first = next(seen for side in sides.values() for seen in side.values())
        words = informative_words(first.prompt)
    lines = [_line(sides, word, moments) for word in words]
    if not lines:
        raise InputError("word", expected="a word that may mean something", got="none")
    spec = record.spec
    said = (
        f"{spec.model}, {spec.sampler}, seed {', '.join(spec.seeds)}. Where the U-Net attended to "
        "each word, as a share of what it attended to all words, from dark to light."
    )
    columns = [moment_words(*moment) for moment in moments]
    paint_board(Board(lines, columns, spec.prompt or "Words", said, "words by steps"), out)
    return words


def _sides(record: LensRecord) -> dict[str, Passes]:
    """Return the words of each prompt that has some, by what it is called."""
    from . import kept_words

    tracks = sorted({one.track for one in record.spec.words})
    found = {
        name: {
            track: seen
            for track in tracks
            if (seen := kept_words(record, negative=negative, track=track))
        }
        for name, negative in (("the prompt", False), ("the negative prompt", True))
    }
    return {name: passes for name, passes in found.items() if passes}


def _line(sides: Mapping[str, Passes], word: str, moments: Sequence[tuple[int, int]]) -> StripRow:
    from . import heat_colours
    from .views import StripRow

    prompt = _side_of(sides, word)
    side = sides[prompt]
    maps = [_map(side.get(track), word, step) for track, step in moments]
    found = [one for one in maps if one is not None]
    low, high = min(float(x.min()) for x in found), max(float(x.max()) for x in found)
    width = max(high - low, 1e-12)
    tiles = [None if one is None else heat_colours((one - low) / width) for one in maps]
    label = f"{word}, {low:.0%} to {high:.0%} of what all words of {prompt} take"
    return StripRow(", ".join([label, *_doubts(side)]), tiles)


def _map(seen: WordsSeen | None, word: str, step: int) -> Tensor | None:
    if seen is None or step not in seen.tally.seen_steps:
        return None
    return seen.map_of(word, step=step, among_words=True).values[0]


def _doubts(side: Passes) -> list[str]:
    from . import Truth

    said = {Truth.ALTERED: "altered after it was seen", Truth.UNCHECKED: "unchecked in places"}
    labels = [seen.tally.truth_of().label for seen in side.values()]
    return [text for label, text in said.items() if label in labels]


def _side_of(sides: Mapping[str, Passes], word: str) -> str:
    """Return the prompt that has a word; the first has its say if none does."""
    from . import WordNotFoundError

    trouble: WordNotFoundError | None = None
    for name, side in sides.items():
        try:
            next(iter(side.values())).prompt.find(word)
        except WordNotFoundError as error:
            trouble = trouble or error
        else:
            return name
    assert trouble is not None  # there is at least one side
    raise trouble
