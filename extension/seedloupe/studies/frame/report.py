"""What a study came to: one sentence, whether the paper's claim holds here, and the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum

from PIL import Image

from .charts import Chart


class Holds(str, Enum):
    """Whether a claim was seen to hold with this model."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"
    """These pictures cannot tell."""


@dataclass(frozen=True)
class Claim:
    """What a paper says, in our words.

    Attributes:
        paper: authors, short title and year.
        says: one sentence.
        protocol: what is known of how the paper asked, and where ours is our own.
    """

    paper: str
    says: str
    protocol: str


def in_figures(value: float) -> str:
    """Write a number in three figures; what is no more than a thousandth of nothing is 0."""
    return "0" if abs(value) < _NOTHING else f"{value:.3g}"


_NOTHING = 5e-4


@dataclass(frozen=True)
class Estimate:
    """A number and how sure it is.

    Attributes:
        value: the estimate.
        low: lower end of its 95 % interval; NaN where there is none.
        high: upper end.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def bounded(self) -> bool:
        """Whether there is an interval."""
        return self.low == self.low and self.high == self.high

    def above(self, other: Estimate) -> bool:
        """Tell whether this lies above ``other`` with intervals that do not overlap."""
        return self.bounded and other.bounded and self.low > other.high

    def __str__(self) -> str:
        """Write ``0.83 (0.80 to 0.86)``."""
        shown = in_figures(self.value)
        ends = f" ({in_figures(self.low)} to {in_figures(self.high)})"
        return shown + ends if self.bounded else shown


@dataclass(frozen=True)
class Table:
    """Rows of text and numbers.

    Attributes:
        title: what it shows.
        heads: what the columns are; the first names the rows.
        rows: as many cells each as there are heads.
        words: how to read it.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float | Estimate, ...], ...]
    words: str = ""


@dataclass(frozen=True, eq=False)
class PictureRow:
    """Pictures side by side, each with its words."""

    name: str
    pictures: tuple[tuple[Image.Image, str], ...]


@dataclass(frozen=True)
class Winner:
    """Layers a study found best, for the lens to show.

    Attributes:
        layers: canonical names, the best first where there is an order.
        time: training time they were best at; None where it does not matter.
        finding: what they reach, in one sentence.
    """

    layers: tuple[str, ...]
    time: int | None
    finding: str


@dataclass(frozen=True, eq=False)
class Report:
    """What one study found.

    Attributes:
        name: of the study, as on the command line.
        question: what it asks.
        claim: what the paper says.
        holds: whether that was seen here.
        sentence: what was found, with its figure, in one sentence.
        control: what the control gave, in one sentence.
        figures: the numbers behind ``sentence`` and ``control``, by name.
        tables: more numbers.
        charts: and pictures of them.
        rows: of pictures.
        notes: what a reader should know besides.
        winner: layers worth showing; None where the study does not look for any.
    """

    name: str
    question: str
    claim: Claim
    holds: Holds
    sentence: str
    control: str
    figures: Mapping[str, Estimate | float | int | str]
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    rows: tuple[PictureRow, ...] = ()
    notes: tuple[str, ...] = field(default=())
    winner: Winner | None = None

    def to_json(self) -> dict[str, object]:
        """Return JSON types; numbers that are none become null."""
        return {
            "study": self.name,
            "question": self.question,
            "claim": asdict(self.claim),
            "holds": self.holds.value,
            "sentence": self.sentence,
            "control": self.control,
            "figures": {name: _plain(value) for name, value in self.figures.items()},
            "tables": [_table(table) for table in self.tables],
            "notes": list(self.notes),
            "winner": None if self.winner is None else asdict(self.winner),
        }


def _table(table: Table) -> dict[str, object]:
    return {
        "title": table.title,
        "heads": list(table.heads),
        "rows": [[_plain(cell) for cell in row] for row in table.rows],
    }


def _plain(value: Estimate | float | int | str) -> object:
    if isinstance(value, Estimate):
        return {name: _number(part) for name, part in asdict(value).items()}
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def whether(cases: Sequence[bool | None]) -> Holds:
    """Return yes where all cases hold, no where one is known not to, else undecided."""
    if any(case is False for case in cases):
        return Holds.NO
    return Holds.YES if cases and all(cases) else Holds.UNDECIDED
