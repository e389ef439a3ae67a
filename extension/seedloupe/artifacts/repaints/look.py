"""What looks for text in a repainted picture, and what it saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from torch import Tensor

from .. import ArtifactFlag, Level, OcrReader, Verdict, flag_text_artifacts
from .pairs import Pair

Box = tuple[int, int, int, int]
DIGITS = 6
"""To how many decimals a share is kept."""
_MOST_TEXTS = 8


@dataclass(frozen=True)
class Seen:
    """What was seen in one picture.

    Attributes:
        share: share of the mask that text covers, the paper's number, in [0, 1].
        new: the same without text the source shows already.
        flagged: whether text is held against the picture.
        echo: words of the prompt that the text repeats.
        texts: what the flagged text says, the largest first; empty for letter shapes.
        boxes: where it stands: left, top, right and bottom in pixels.
    """

    share: float
    new: float
    flagged: bool
    echo: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Seen:
        """Read what :meth:`to_json` wrote.

        Raises:
            KeyError: something is missing.
        """
        return cls(
            float(kept["share"]),
            float(kept["new"]),
            bool(kept["flagged"]),
            tuple(kept["echo"]),
            tuple(kept["texts"]),
            tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in kept["boxes"]),
        )


class Looker(Protocol):
    """Looks for text in a repainted picture."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def settings(self) -> dict[str, object]:
        """What decides its answers, as JSON types."""
        ...

    @property
    def reads_words(self) -> bool:
        """Whether it says what the text says, and not only where text is."""
        ...

    def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
        """Look at ``picture``, ``(3, H, W)`` in [0, 1], painted from ``pair`` for ``prompt``.

        Raises:
            ReaderError: it could not look.
        """
        ...


class OcrLooker:
    """A text reader with the rules of :func:`~seedloupe.artifacts.flag_text_artifacts`."""

    reads_words = True

    def __init__(self, reader: OcrReader, level: Level = Level.NORMAL) -> None:
        self._reader, self._level = reader, level

    @property
    def name(self) -> str:
        """The reader's."""
        return str(self._reader.name)

    @property
    def settings(self) -> dict[str, object]:
        """The level; what a new version reads better shows in the reader's version."""
        version = str(getattr(self._reader, "version", ""))
        return {"level": self._level.value, "version": version}

    def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
        """Read the picture, and the source beside it.

        Raises:
            ReaderError: the reader failed.
        """
        report = flag_text_artifacts(
            picture,
            pair.mask,
            self._reader,
            before=pair.picture,
            prompt=prompt,
            level=self._level,
        )
        flags = report.flags[:_MOST_TEXTS]
        return Seen(
            round(report.text_in_mask, DIGITS),
            round(report.new_text, DIGITS),
            report.verdict is Verdict.FLAGGED,
            report.prompt_echo,
            tuple(flag.region.text for flag in flags),
            tuple(_box(flag) for flag in flags),
        )


def _box(flag: ArtifactFlag) -> Box:
    left, top = flag.region.quad.min(0).tolist()
    right, bottom = flag.region.quad.max(0).tolist()
    return round(left), round(top), round(right), round(bottom)
