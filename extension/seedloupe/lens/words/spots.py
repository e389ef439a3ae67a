"""Which words act at a spot."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..hooks import Rows
from ..tokens import PromptTokens
from .accumulator import ALL, AttentionAccumulator
from .readings import cell_at
from .truth import TruthCheck


@dataclass(frozen=True)
class WordShare:
    """How much of a spot's attention one word takes.

    Args:
        word: the word's label; ``cat#2`` where it stands more than once.
        index: which word of the prompt it is.
        share: of the attention to all words of the prompt; these sum to 1.
        attention: of all attention, begin and end of the prompt included.
        lift: ``share`` over the word's share in the whole picture. A word that takes much
            everywhere, often the first, has 1 here.
    """

    word: str
    index: int
    share: float
    attention: float
    lift: float


@dataclass(frozen=True)
class SpotWords:
    """What acts at one place of a picture.

    Args:
        words: the words of the prompt, the strongest first.
        elsewhere: the share of attention that went to begin, end and padding, mostly over half.
        truth: the worst check of the maps this was read from.
    """

    words: tuple[WordShare, ...]
    elsewhere: float
    truth: TruthCheck


def words_at(
    tally: AttentionAccumulator,
    tokens: PromptTokens,
    x: float,
    y: float,
    *,
    layer: str = ALL,
    step: int | None = None,
    rows: Rows | None = None,
) -> SpotWords:
    """Rank the words of a prompt by their attention at a point.

    For the negative prompt hand in its tokens, and with ``rows`` the rows that were given it.

    Args:
        tally: has to have recorded all words of the prompt.
        tokens: the prompt.
        x: from the left, in ``[0, 1]``.
        y: from the top, in ``[0, 1]``.
        layer: one layer or a glob; all by default.
        step: one step; all by default.
        rows: which of the recorded rows; the mean over several is ranked.

    Raises:
        InputError: the point lies outside, or a word, a layer or a step was not recorded.
    """
    row, column = cell_at((x, y), *tally.grid)
    if not tokens.words:
        return SpotWords((), 1.0, TruthCheck.worst(tally.truths.values()))
    maps = tally.shares(tokens.content, layer=layer, step=step, rows=rows)
    here = _by_column(tokens, maps[:, :, row, column])
    usual = _by_column(tokens, maps.mean((2, 3)))
    found = [_share(tokens, index, here, usual) for index in range(len(tokens.words))]
    found.sort(key=lambda word: -word.attention)
    elsewhere = max(0.0, 1 - sum(here.values()))
    return SpotWords(tuple(found), elsewhere, tally.truth_of(layer, step))


def _by_column(tokens: PromptTokens, values: Tensor) -> dict[int, float]:
    return dict(zip(tokens.content, values.mean(0).tolist(), strict=True))


def _share(
    tokens: PromptTokens, index: int, here: dict[int, float], usual: dict[int, float]
) -> WordShare:
    columns = tokens.columns_of(index)
    share, everywhere = (_part(columns, values) for values in (here, usual))
    attention = sum(here[column] for column in columns)
    lift = share / everywhere if everywhere else 0.0
    return WordShare(tokens.labels[index], index, share, attention, lift)


def _part(columns: tuple[int, ...], values: dict[int, float]) -> float:
    total = sum(values.values())
    return sum(values[column] for column in columns) / total if total else 0.0
