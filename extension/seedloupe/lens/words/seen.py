"""What words did in one picture, prompt and negative prompt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...errors import InputError
from ..hooks import Rows
from ..tokens import PromptTokens
from .accumulator import ALL, AttentionAccumulator, WordMap
from .readings import WordColumns
from .spots import SpotWords, words_at


@dataclass(frozen=True, eq=False)
class WordsSeen:
    """The attention of one run, with what is needed to ask it about words.

    Args:
        tally: what an :class:`AttentionProbe` sent.
        prompt: the prompt.
        rows: which of the recorded rows were given it; only the host knows.
        negative: the negative prompt, or None in a run without guidance.
        negative_rows: the rows that were given that.
    """

    tally: AttentionAccumulator
    prompt: PromptTokens
    rows: Rows
    negative: PromptTokens | None = None
    negative_rows: Rows = ()

    @property
    def reading(self) -> WordColumns:
        """The columns of all words of both prompts, for a probe that fills the tally.

        The columns of each are kept in the rows of the other too, as :meth:`contrast` needs them.
        Where the prompts differ in length and a host repeats the shorter one, each side needs a
        probe and a tally of its own, as one length cannot fold both.
        """
        negative = self.negative.content if self.negative else ()
        return WordColumns(tuple(sorted({*self.prompt.content, *negative})), self.prompt.length)

    def emptied(self) -> WordsSeen:
        """Return the same for another picture, with nothing recorded."""
        return replace(self, tally=AttentionAccumulator(steps=self.tally.steps))

    def map_of(
        self, word: str, *, layer: str = ALL, step: int | None = None, among_words: bool = False
    ) -> WordMap:
        """Return the map of a word of the prompt, as :meth:`WordTally.map_of` does."""
        return self.tally.map_of(
            self.prompt, word, layer=layer, step=step, rows=self.rows, among_words=among_words
        )

    def contrast(self, word: str, *, layer: str = ALL, step: int | None = None) -> WordMap:
        """Return the map of a word less that of its column under the negative prompt.

        Raises:
            InputError: the run had no guidance, or as for :meth:`WordTally.map_of`.
        """
        if self.negative is None:
            raise InputError("word", expected="a run with guidance", got="one without")
        without = self.tally.map_of(
            self.prompt, word, layer=layer, step=step, rows=self.negative_rows
        )
        return self.map_of(word, layer=layer, step=step).minus(without)

    def at(self, x: float, y: float, *, layer: str = ALL, step: int | None = None) -> SpotWords:
        """Rank the words of the prompt at a point, as :func:`words_at` does."""
        return words_at(self.tally, self.prompt, x, y, layer=layer, step=step, rows=self.rows)

    def negative_at(
        self, x: float, y: float, *, layer: str = ALL, step: int | None = None
    ) -> SpotWords:
        """Rank the words of the negative prompt at a point.

        Raises:
            InputError: the run had no guidance, or as for :func:`words_at`.
        """
        if self.negative is None:
            raise InputError("spot", expected="a run with guidance", got="one without")
        rows = self.negative_rows
        return words_at(self.tally, self.negative, x, y, layer=layer, step=step, rows=rows)
