"""Counting which seeds write, without ever costing a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import TallyError
from .. import ArtifactReport, Check, Correction, ResultStore, Subject, Tally, purpose_of

if TYPE_CHECKING:
    import torch

    from ...generation.model_info import ModelInfo
    from ...noise import NoiseSource


def subject_of(model: ModelInfo, prompt: str, size: tuple[int, int], noise: NoiseSource) -> Subject:
    """Return what a repaint with ``prompt`` at ``size`` (width, height in pixels) counts for."""
    shape = model.latent_shape(*size)
    return Subject(model.sha256, model.name, purpose_of(prompt), noise, shape)


@dataclass(frozen=True)
class Counted:
    """What became of one check: its id where it was counted, or else why it could not be."""

    check: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False)
class ResultLog:
    """Counts the checks of one subject; what goes wrong is said and never raised."""

    book: ResultStore
    subject: Subject

    def count(self, seed: int, image: torch.Tensor, report: ArtifactReport) -> Counted:
        """Count a check of ``image``, ``(3, H, W)`` in [0, 1], unless it tells nothing."""
        check = Check.of(self.subject.canonical(seed), image, report)
        if check is None:
            return Counted()
        try:
            self.book.add(self.subject, check)
        except TallyError as error:
            return Counted(problem=str(error))
        return Counted(check.id)

    def correct(self, check: str, said: Correction | None) -> None:
        """Keep what a user says to a check.

        Raises:
            TallyError: the file cannot be written.
        """
        self.book.correct(self.subject, check, said)

    def read(self) -> tuple[Tally, str]:
        """Return what was counted, and what is wrong with the file, if anything."""
        try:
            return self.book.read(self.subject), ""
        except (TallyError, OSError) as error:
            return Tally(self.subject), str(error)
