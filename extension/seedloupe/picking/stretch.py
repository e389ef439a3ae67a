"""Which of the seeds a rule puts in order are asked for: how many, from where on, in which order.

A position is a whole number from 0 that counts pictures. Which seed comes there depends on the
position, the table and what was asked, and on nothing else: four pictures from position 8 on have
the seeds of positions 8, 9, 10 and 11, and a picture that carries its position can be made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..errors import PickError


class PickOrder(str, Enum):
    """In which order the seeds of a choice come."""

    BEST = "best"
    """By the rule, the best first, each once."""
    TURNING = "turning"
    """A pool of good ones in a fixed shuffled order, round after round."""


@dataclass(frozen=True)
class Stretch:
    """Which positions are asked for.

    Args:
        count: how many.
        position: the first, from 0.
        order: what comes at a position.

    Raises:
        PickError: ``count`` is below one, ``position`` below nought, or one is no whole number.
    """

    count: int
    position: int = 0
    order: PickOrder = PickOrder.BEST

    def __post_init__(self) -> None:
        """Refuse what is no position."""
        require_count(self.count)
        if type(self.position) is not int or self.position < 0:
            raise PickError("position", expected="0 or more", got=f"{self.position}")

    @property
    def end(self) -> int:
        """The first position behind it."""
        return self.position + self.count

    @property
    def is_turning(self) -> bool:
        """Whether a pool is turned over."""
        return self.order is PickOrder.TURNING

    def reach(self, compared: int, pool: int) -> int:
        """Return how many of the best have to be known.

        Args:
            compared: how many seeds a rule puts in order.
            pool: how many of them take turns.
        """
        return min(pool if self.is_turning else self.end, compared)

    def require_reached(self, compared: int) -> None:
        """Refuse to begin behind the last of the best first.

        Raises:
            PickError: ``compared`` seeds are in order, and all lie before the first position.
        """
        if not self.is_turning and self.position and self.position >= compared:
            raise PickError(
                "position",
                expected=f"below {compared}, as the best first end with the last seed compared",
                got=f"{self.position}",
                advice="The turning order has no end.",
            )


def require_count(count: int) -> None:
    """Refuse to pick nothing.

    Raises:
        PickError: ``count`` is no whole number, or below one.
    """
    if type(count) is not int or count < 1:
        raise PickError("count", expected="1 or more", got=f"{count}")
