"""A study that measures one picture after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..labelled import LabelledPicture
from .looking import Looking


@dataclass(frozen=True, eq=False)
class PictureStudy:
    """What studies with one cell a picture have in common.

    Attributes:
        looking: the model, its control, layers and times.
        pictures: with the outlines of their objects.
        origin: where they come from, in words.
        name: of the study.
    """

    looking: Looking
    pictures: tuple[LabelledPicture, ...]
    origin: str
    name: str

    @property
    def settings(self) -> Mapping[str, object]:
        """Everything that decides what is found."""
        shown = [picture.name for picture in self.pictures]
        return self.looking.settings_of(self.name, self.origin, pictures=shown)

    def cells(self) -> Sequence[str]:
        """One a picture."""
        return [picture.name for picture in self.pictures]

    def picture(self, cell: str) -> LabelledPicture:
        """Return the picture of a cell."""
        return next(one for one in self.pictures if one.name == cell)
