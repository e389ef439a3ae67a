"""Counting which seeds write, without ever costing a picture."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ...errors import TallyError
from ...generation.model_info import ModelInfo
from ...noise import NoiseSource
from ..report import ArtifactReport
from ..score import TextCheck
from .checks import Check, Correction
from .counts import Tally
from .result_store import ResultStore
from .subject import Subject, purpose_of


def subject_of(model: ModelInfo, prompt: str, size: tuple[int, int], noise: NoiseSource) -> Subject:
    """Return what a repaint with ``prompt`` at ``size`` (width, height in pixels) counts for."""
    shape = model.latent_shape(*size)
    return Subject(model.identity, model.name, purpose_of(prompt), noise, shape)


@dataclass(frozen=True)
class Counted:
    """What became of one check: its id where it was counted, or else why it could not be."""

    check: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False)
class ResultLog:
    """Counts the checks of one subject; what goes wrong is said and never raised."""

    store: ResultStore
    subject: Subject

    def count(self, seed: int, image: torch.Tensor, report: ArtifactReport) -> Counted:
        """Count a check of ``image``, ``(3, H, W)`` in [0, 1], unless it tells nothing."""
        check = Check.of(self.subject.canonical(seed), image, report)
        if check is None:
            return Counted()
        try:
            self.store.add(self.subject, check)
        except TallyError as error:
            return Counted(problem=str(error))
        return Counted(check.id)

    def correct(self, check: str, said: Correction | None) -> None:
        """Keep what a user says to a check.

        Raises:
            TallyError: the file cannot be written.
        """
        self.store.correct(self.subject, check, said)

    def read(self) -> tuple[Tally, str]:
        """Return what was counted, and what is wrong with the file, if anything."""
        try:
            return self.store.read(self.subject), ""
        except (TallyError, OSError) as error:
            return Tally(self.subject), str(error)


def check_and_count(
    check: TextCheck, seed: int, image: torch.Tensor, log: ResultLog | None
) -> tuple[ArtifactReport, Counted]:
    """Look a repaint over and count what was found.

    Args:
        check: looks it over; a reader that fails costs no picture.
        seed: what it was drawn from.
        image: ``(3, H, W)`` in ``[0, 1]``.
        log: where to count; ``None`` counts nowhere.

    Raises:
        ShapeError: ``image`` is laid out otherwise than the check's mask.
        ImageError: ``image`` is not finite or not in ``[0, 1]``.
        SeedError: ``seed`` names no noise.
    """
    report = check.check(image)
    return report, Counted() if log is None else log.count(seed, image, report)
