"""Whether seeds matter with whatever MODEL, CLIP and VAE come in, shown on its node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import Tensor

from ...errors import InputError
from ...noise import CPU_NOISE

if TYPE_CHECKING:
    from ...mining.variance import VarianceReport
    from ...services.scorer_form import ScorerForm
    from ...services.variance_run import VarianceRun, VarianceStanding
    from .mining import HostPictures

__all__ = ["VariancePage", "variance_in_host", "variance_run"]

_LARGEST_PREVIEW = 512


@dataclass
class VariancePage:
    """What the node shows.

    Args:
        node: its id.
        notes: what was said on the way, such as a scorer that was left out.
    """

    node: str
    notes: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Write a line above all that follows."""
        self.notes.append(line)

    def show(self, run: VarianceRun, standing: VarianceStanding) -> None:
        """Write how far it is, and show the pictures, in the host's own bar of progress."""
        from comfy.utils import ProgressBar
        from server import PromptServer

        server = PromptServer.instance
        if server.client_id is not None:  # without a name it would go to everybody
            text = "\n".join((*self.notes, standing.line))
            server.send_progress_text(text, self.node, server.client_id)
        bar = ProgressBar(standing.images, node_id=self.node)
        bar.update_absolute(standing.done, preview=("JPEG", run.picture(), _LARGEST_PREVIEW))

    def grid(self, run: VarianceRun) -> Tensor:
        """Return the pictures as the host has one, ``(1, H, W, 3)`` in [0, 1]."""
        from ...images import from_pil

        return from_pil(run.picture()).movedim(0, -1)[None].contiguous()


def variance_run(
    pictures: HostPictures,
    form: ScorerForm,
    *,
    seeds: tuple[int, ...],
    prompts: str,
    count: int,
    shape: tuple[int, ...],
    batch: int,
    tell: Callable[[str], object],
) -> VarianceRun:
    """Set up a run.

    Args:
        pictures: makes them.
        form: what they are scored by.
        seeds: to compare.
        prompts: one a line; empty for some usual ones.
        count: how many of them.
        shape: of one picture's latent.
        batch: pictures at once.
        tell: is told a line for each scorer that is left out, or lost on the way.

    Raises:
        InputError: there are too few seeds or prompts, or no scorer could be opened.
    """
    from ...services.variance_run import VariancePlan, VarianceRun, prompts_of
    from .scorer_inputs import comfyui_scorers

    if len(shape) != 3:
        raise InputError("latent", expected="of still pictures", got=f"{len(shape)} axes")
    sides = (shape[0], shape[1], shape[2])
    plan = VariancePlan(prompts_of(prompts, count), sides, CPU_NOISE, seeds, batch)
    scorers = comfyui_scorers().opened(form, None, prompts=len(plan.prompts), tell=tell)
    return VarianceRun(plan, pictures, scorers, tell)


def variance_in_host(run: VarianceRun, page: VariancePage) -> VarianceReport:
    """Work until the answer is there; the host's Cancel comes as an exception and passes through.

    Raises:
        InputError: no scorer is left.
    """
    report = None
    for standing in run.rounds():
        page.show(run, standing)
        report = standing.report
    assert report is not None  # nobody stops it but by an exception
    return report
