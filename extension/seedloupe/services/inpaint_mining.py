"""Mining seeds that paint no text where a picture is repainted, one table a task, for any host.

Studies and mining repaint and look the same way (:mod:`seedloupe.artifacts.repaints`); here its
painter and its lookers become the generator and the scorer of a mining run, which races, keeps a
journal and writes the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..artifacts.repaints import InpaintTask, Looker, Painter, Pair
from ..errors import InputError, ReaderError
from ..generation.request import Request
from ..mining import MiningPlan, RepaintCase, RepaintedFor
from ..mining.scorers import PictureBatch, ScorerSources
from .mining import mining_plan_for
from .prompt_files import split_prompts

OWN_PAIRS = 48
"""Pairs of Seedling's world where none are given; a third of them confirms."""
_HELD_OUT_SHARE = 3


class PairRepaints:
    """Repaints pairs for one task; what a mining run asks for its pictures.

    Args:
        task: what for.
        pairs: what is repainted.
        paint: repaints.
    """

    def __init__(self, task: InpaintTask, pairs: Sequence[Pair], paint: Painter) -> None:
        self._task, self._paint = task, paint
        self._pairs = {task.case(pair): pair for pair in pairs}

    @property
    def names(self) -> tuple[str, ...]:
        """The cases, which are the prompts of the run's plan."""
        return tuple(self._pairs)

    def case(self, name: str) -> RepaintCase:
        """Return what a case asks for."""
        pair = self._pairs[name]
        return RepaintCase(self._task.prompt(pair), pair.picture.float(), pair.mask)

    def __call__(self, prompt: str, noise: Tensor, seeds: Sequence[int]) -> Tensor:
        """Repaint one case with each seed: ``(B, 3, H, W)``.

        The painter draws ``noise`` again from its seeds, which is the same noise.
        """
        pair = self._pairs[prompt]
        return torch.stack(list(self._paint(pair, self._task.prompt(pair), seeds)))


class LookerOfBatches:
    """Lets a looker look at the repainted pictures of a mining run.

    A picture it fails on is NaN: it could not be looked at, and is not clean.

    Args:
        looker: looks for text.
    """

    def __init__(self, looker: Looker) -> None:
        self._looker = looker

    @property
    def name(self) -> str:
        """The looker's."""
        return self._looker.name

    def __call__(self, batch: PictureBatch) -> tuple[Tensor, Tensor]:
        """Return share of the mask and whether it is flagged, both ``(B,)``.

        Raises:
            InputError: the pictures were made anew, and have neither mask nor source.
        """
        if batch.masks is None or batch.sources is None:
            raise InputError("batch", expected="repainted pictures", got="pictures made anew")
        shares, flags = [], []
        shown = zip(batch.images, batch.sources, batch.masks, batch.prompts, strict=True)
        for image, source, mask, prompt in shown:
            try:
                pair = Pair("shown", source.float().cpu(), mask.float().cpu())
                seen = self._looker.look(image.float().cpu(), pair, prompt)
                share, flagged = seen.share, float(seen.flagged)
            except ReaderError:
                share = flagged = float("nan")
            shares.append(share)
            flags.append(flagged)
        return torch.tensor(shares), torch.tensor(flags)


@dataclass(frozen=True, eq=False)
class InpaintMining:
    """What one task's run needs.

    Attributes:
        task: what pictures are repainted for.
        plan: seeds, cases and sampling.
        generator: repaints.
        prompts: what the model is told, each once.
    """

    task: InpaintTask
    plan: MiningPlan
    generator: PairRepaints
    prompts: tuple[str, ...]


def inpaint_mining_for(
    request: Request,
    pairs: Sequence[Pair],
    tasks: Sequence[InpaintTask],
    *,
    origin: str,
    paint: Painter,
    looker: Looker,
    dtype: str,
    held_out: int | None = None,
    confirm: int | None = None,
    batch: int = 32,
) -> tuple[InpaintMining, ...]:
    """Settle a run for each task.

    Args:
        request: model, seeds, noise, size and how steps are taken, for the first of ``pairs``.
        pairs: what is repainted, all of one size; those with the smallest hashes confirm.
        tasks: what for.
        origin: where the pairs come from, in words.
        paint: repaints.
        looker: looks for text.
        dtype: what the model computes in.
        held_out: pairs kept to confirm the best with; None takes a third.
        confirm: how many of the best to confirm; None takes a tenth.
        batch: pictures at once.

    Raises:
        InputError: or one of its kinds: too few pairs, two of them the same, or no such noise.
    """
    kept = held_out or max(1, len(pairs) // _HELD_OUT_SHARE)
    if kept >= len(pairs):
        expected = f"fewer than the {len(pairs)} pairs there are"
        raise InputError("held-out", expected=expected, got=str(kept))
    settled = []
    for task in tasks:
        generator = PairRepaints(task, pairs, paint)
        _require_distinct(pairs, task)
        mined, confirming = split_prompts(generator.names, kept)
        plan = mining_plan_for(
            request, mined, confirming, dtype=dtype, confirm=confirm, batch=batch
        )
        made = RepaintedFor(task.value, origin, looker.name, looker.settings)
        plan = replace(plan, repainted=made)
        told = tuple(dict.fromkeys(task.prompt(pair) for pair in pairs))
        settled.append(InpaintMining(task, plan, generator, told))
    return tuple(settled)


def repaint_sources(sources: ScorerSources, looker: Looker) -> ScorerSources:
    """Return what a run offers its scorers, with a looker for repainted pictures."""
    return replace(sources, masks=True, repaint_look=LookerOfBatches(looker))


def _require_distinct(pairs: Sequence[Pair], task: InpaintTask) -> None:
    """Refuse a picture that is there twice under two names: it would count twice."""
    first: dict[str, str] = {}
    for pair in pairs:
        other = first.setdefault(task.case(pair), pair.name)
        if other != pair.name:
            both = f"{other} and {pair.name}, which are one picture"
            raise InputError("pairs", expected="every picture once", got=both)
