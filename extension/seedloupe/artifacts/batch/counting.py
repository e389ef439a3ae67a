"""What a tally keeps of a picture that was checked among many."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...errors import InputError, TallyError
from ...noise import NoiseSource
from ...noise.stream import CELL
from ..tally import Check, ResultStore, Subject, purpose_of
from .look import Checked

#: Latent channels of every Stable Diffusion Seedloupe knows, up to XL.
_CHANNELS = 4


def counted(checked: Checked) -> tuple[Subject, Check] | None:
    """Return what a picture adds to which tally, or ``None`` where it says nothing of a seed.

    It must be a repaint with its mask at hand, and say which model drew it from which seed's noise,
    and from that alone.
    """
    generation_info, report = checked.generation_info, checked.report
    if report is None or checked.image is None or checked.mask is None:
        return None
    known = (
        generation_info.alone
        and generation_info.seed is not None
        and generation_info.size
        and generation_info.noise
    )
    if (
        not known
        or generation_info.task != "inpaint"
        or not (generation_info.model_sha or generation_info.model)
    ):
        return None
    # What it was painted for is the picture's own prompt, whatever the check was given.
    prompt = generation_info.prompt or checked.prompt
    if not prompt.strip():
        return None
    assert generation_info.seed is not None
    assert generation_info.size is not None
    width, height = generation_info.size
    shape = (_CHANNELS, height // CELL, width // CELL)
    subject = Subject(
        generation_info.model_sha or generation_info.model,
        generation_info.model or generation_info.model_sha,
        purpose_of(prompt),
        NoiseSource.parse(generation_info.noise),
        shape,
    )
    check = Check.of(subject.canonical(generation_info.seed), checked.image, report)
    return None if check is None else (subject, check)


@dataclass
class Counting:
    """Counts pictures as they are checked; what goes wrong is kept and never raised.

    Attributes:
        store: where to count.
        added: how many pictures were counted.
        problem: what went wrong first, or empty.
    """

    store: ResultStore
    added: int = 0
    problem: str = field(default="")

    def __call__(self, checked: Checked) -> None:
        """Count a picture, if it says anything of a seed."""
        try:
            found = counted(checked)
            if found is not None:
                self.store.add(*found)
                self.added += 1
        except (TallyError, InputError) as error:
            self.problem = self.problem or str(error)
