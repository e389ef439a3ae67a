"""The rows of a batch as they come in, and small pictures of some of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..report import Verdict
from .look import BatchSettings, Checked
from .row import Row
from .thumbnail import thumbnail

FORMAT, VERSION = "seedloupe.check", "1"
"""What our reports call themselves."""

MOST_THUMBNAILS = 1500
"""Of as many pictures as a page shows; at 6 KB each it then has about 12 MB."""


class Collected:
    """What a batch has come to so far: rows of text, and a limited number of thumbnails.

    Flagged pictures take the place of others where there are too many.

    Args:
        settings: what holds for every picture.
        total: how many pictures there are to check.
        thumbnails: whether to make any.
        most: of how many pictures.
    """

    def __init__(
        self,
        settings: BatchSettings,
        total: int,
        *,
        thumbnails: bool = True,
        most: int = MOST_THUMBNAILS,
    ) -> None:
        self.settings = settings
        self.total = total
        self.rows: list[Row] = []
        self._most = most if thumbnails else 0
        self._flagged: dict[str, bytes] = {}
        self._others: dict[str, bytes] = {}

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many pictures have each verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def finished(self) -> bool:
        """Whether every picture had its turn."""
        return len(self.rows) == self.total

    @property
    def thumbnails(self) -> Mapping[str, bytes]:
        """Small pictures as WebP files, by the row's file."""
        return {**self._others, **self._flagged}

    def add(self, checked: Checked) -> None:
        """Take in one picture."""
        self.rows.append(checked.row)
        flagged = checked.row.verdict is Verdict.FLAGGED
        if checked.image is None or not self.shows(checked.row):
            return
        if len(self._flagged) + len(self._others) >= self._most:
            self._others.popitem()
        store = self._flagged if flagged else self._others
        store[checked.row.file] = thumbnail(checked.image)

    def shows(self, row: Row) -> bool:
        """Tell whether there is room for a small picture of a row that is about to be added."""
        if len(self._flagged) + len(self._others) < self._most:
            return True
        return row.verdict is Verdict.FLAGGED and bool(self._others)
