"""What looks for text in a repainted picture: a reader of words, or Seedling's own critic."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from ...artifacts import ArtifactFlag, Level, OcrReader, Verdict, flag_text_artifacts
from ...seedling.critic import TEXT, Critic
from ...seedling.instrument import TEXT_SHARE
from .pairs import Pair

Box = tuple[int, int, int, int]
_DIGITS = 6
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
            round(report.text_in_mask, _DIGITS),
            round(report.new_text, _DIGITS),
            report.verdict is Verdict.FLAGGED,
            report.prompt_echo,
            tuple(flag.region.text for flag in flags),
            tuple(_box(flag) for flag in flags),
        )


class CriticLooker:
    """Seedling's critic, which learnt from the world where its painted words stand.

    Seedling's letters are small and mostly scrawls, which a reader of words passes over. The critic
    reads no words: it says of each patch of 4 by 4 pixels whether it belongs to painted text with
    its plate.
    """

    name = "critic"
    reads_words = False

    def __init__(self, critic: Critic) -> None:
        self._critic = critic

    @property
    def settings(self) -> dict[str, object]:
        """Above which share of the picture text counts, as in mined tables."""
        return {"text_share": TEXT_SHARE}

    @torch.no_grad()
    def look(self, picture: Tensor, pair: Pair, prompt: str) -> Seen:
        """Look for painted text in the mask; what the source shows there is not new."""
        now, before = self._text(torch.stack([picture, pair.picture]), pair)
        new = now * (1 - before)
        area = float(pair.mask.sum())
        share, fresh = float(now.sum()) / area, float(new.sum()) / area
        flagged = float(new.mean()) > TEXT_SHARE
        return Seen(
            round(share, _DIGITS),
            round(fresh, _DIGITS),
            flagged,
            boxes=(_bounds(new),) if flagged else (),
        )

    def _text(self, pictures: Tensor, pair: Pair) -> Tensor:
        """Where each picture shows text inside the mask: ``(B, H, W)`` of 0 and 1."""
        found = (self._critic(pictures).planes.argmax(1, keepdim=True) == TEXT).float()
        return functional.interpolate(found, tuple(pair.mask.shape))[:, 0] * pair.mask


def _box(flag: ArtifactFlag) -> Box:
    left, top = flag.region.quad.min(0).tolist()
    right, bottom = flag.region.quad.max(0).tolist()
    return round(left), round(top), round(right), round(bottom)


def _bounds(where: Tensor) -> Box:
    rows, columns = where.nonzero(as_tuple=True)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
