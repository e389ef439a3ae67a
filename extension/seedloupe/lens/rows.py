"""What each row of the U-Net's batch is, as the host says it.

Hosts batch guidance differently: some put the prompted rows first, some last, some send them in
calls of their own, and a prompt may have several parts. Nothing here is ever told from halves. A
host states the rows of one evaluation of its denoiser, in the order the U-Net gets them; the probe
counts them off over however many calls the host makes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import torch
from torch import Tensor

from ..errors import ShapeError


class RowKind(str, Enum):
    """What a row of the batch is computed for."""

    COND = "cond"
    """With the prompt."""
    UNCOND = "uncond"
    """With the negative prompt or none."""
    PERTURBED = "perturbed"
    """With the prompt, but with attention disturbed (perturbed-attention guidance)."""
    IMAGE_ONLY = "image_only"
    """With the picture to edit but without the instruction (InstructPix2Pix)."""


@dataclass(frozen=True)
class RowLabel:
    """What one row is.

    Args:
        kind: what it is computed for.
        image: which picture of the batch it belongs to, from 0.
        prompt: which of several prompts of that picture, in the order the user wrote them: parts
            joined by AND, or positives joined by a node.
        weight: how much of it goes into the guided result, beside the other prompts.
        extra: entries of a lens file that this version does not know.
    """

    kind: RowKind
    image: int = 0
    prompt: int = 0
    weight: float = 1.0
    extra: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class ChunkLabel:
    """What one chunk of a call is computed for: one conditioning, a row for each picture.

    Args:
        kind: prompted or unprompted.
        prompt: which of several, in the order the user wrote them.
    """

    kind: RowKind
    prompt: int = 0

    def rows(self, images: int) -> tuple[RowLabel, ...]:
        """Return a label for each picture."""
        return tuple(RowLabel(self.kind, image, self.prompt) for image in range(images))


@dataclass(frozen=True)
class RowPlan:
    """The rows of one evaluation of the denoiser, in the order the U-Net gets them.

    Args:
        rows: a label each.
        keep: which kinds are worth recording.
    """

    rows: tuple[RowLabel, ...]
    keep: frozenset[RowKind] = frozenset({RowKind.COND})

    def keeping(self, kinds: Collection[RowKind]) -> RowPlan:
        """Return the same rows with other kinds kept."""
        return RowPlan(self.rows, frozenset(kinds))


@dataclass(frozen=True)
class CallRows:
    """The rows of one call of the U-Net.

    Args:
        rows: a label each.
        kept: positions of those to record.
    """

    rows: tuple[RowLabel, ...]
    kept: tuple[int, ...]

    @property
    def labels(self) -> tuple[RowLabel, ...]:
        """What the kept rows are."""
        return tuple(self.rows[position] for position in self.kept)


class RowCursor:
    """Counts the rows of a plan off, call by call; after the last row it begins again.

    Args:
        plan: what to count off.
    """

    def __init__(self, plan: RowPlan) -> None:
        self._plan = plan
        self._next = 0
        self._lost = False

    def take(self, count: int) -> CallRows:
        """Return what the next ``count`` rows are.

        Raises:
            ShapeError: the call has more rows than the plan has left, so nobody can say what they
                are; from then on every call is refused.
        """
        left = len(self._plan.rows) - self._next
        self._lost = self._lost or not 0 < count <= left
        if self._lost:
            raise ShapeError(
                "rows",
                expected=f"calls that add up to {len(self._plan.rows)} rows",
                got=f"a call of {count} with {left} to come",
                advice="The host batches otherwise than it said; no row can be named.",
            )
        rows = self._plan.rows[self._next : self._next + count]
        self._next = (self._next + count) % len(self._plan.rows)
        kept = tuple(i for i, row in enumerate(rows) if row.kind in self._plan.keep)
        return CallRows(rows, kept)


def one_kind(images: int, kind: RowKind = RowKind.COND, *, prompt: int = 0) -> RowPlan:
    """Label a call in which all rows are of one kind, one a picture.

    Hosts that send the kinds one after the other, such as the guiders of diffusers' modular
    pipelines, make one such call for each.
    """
    return RowPlan(_each(images, kind, prompt))


def pipeline_rows(images: int, *, guided: bool, perturbed: bool = False) -> RowPlan:
    """Label the rows of diffusers' pipelines: unprompted, then prompted, then perturbed.

    Args:
        images: pictures in the batch.
        guided: whether classifier-free guidance is on: a scale above 1 and a U-Net that was not
            distilled to do without.
        perturbed: whether perturbed-attention guidance is on.
    """
    kinds = [RowKind.UNCOND] * guided + [RowKind.COND] + [RowKind.PERTURBED] * perturbed
    return RowPlan(tuple(row for kind in kinds for row in _each(images, kind)))


def transformer_rows(kind: str, images: int, *, guided: bool) -> RowPlan:
    """Label the rows of diffusers' pipelines of transformers.

    Stable Diffusion 3 and PixArt batch both, unprompted first; Z-Image batches both, prompted
    first. Flux and Qwen-Image make a call of its own for each, prompted first, if they are truly
    guided; guidance that is embedded has no rows.

    Args:
        kind: the family, as :class:`~.transformer_kinds.TransformerKind` names it.
        images: pictures in the batch.
        guided: whether there are unprompted rows at all.
    """
    if kind in ("Stable Diffusion 3", "PixArt"):
        return pipeline_rows(images, guided=guided)
    kinds = (RowKind.COND, *([RowKind.UNCOND] if guided else []))
    return RowPlan(tuple(row for one in kinds for row in _each(images, one)))


def edit_rows(images: int) -> RowPlan:
    """Label the rows of InstructPix2Pix, prompted first, as diffusers and A1111 both have it."""
    kinds = (RowKind.COND, RowKind.IMAGE_ONLY, RowKind.UNCOND)
    return RowPlan(tuple(row for kind in kinds for row in _each(images, kind)))


def webui_rows(
    conds: Sequence[Sequence[tuple[int, float]]], *, skip_uncond: bool = False, edit: bool = False
) -> RowPlan:
    """Label the rows of one denoiser step of A1111, over all calls it makes of it.

    All its settings (batching off, prompts of unequal lengths, padding) change only where it cuts
    the same rows into calls (modules/sd_samplers_cfg_denoiser.py, ``CFGDenoiser.forward``).

    Args:
        conds: its ``conds_list``: for each picture the row and the weight of each part of its
            prompt, which ``AND`` separates.
        skip_uncond: this step goes without the negative prompt, as "skip early" and "negative
            guidance minimum sigma" decide.
        edit: the model is an InstructPix2Pix.

    Raises:
        ShapeError: the rows are not those of one batch.
    """
    placed = {
        row: RowLabel(RowKind.COND, image, prompt, weight)
        for image, parts in enumerate(conds)
        for prompt, (row, weight) in enumerate(parts)
    }
    if sorted(placed) != list(range(sum(map(len, conds)))):
        raise ShapeError("conds", expected="each row from 0 on once", got=str(sorted(placed)))
    rows = [placed[row] for row in sorted(placed)]
    if edit:
        rows += _each(len(conds), RowKind.IMAGE_ONLY)
    if not skip_uncond:
        rows += _each(len(conds), RowKind.UNCOND)
    return RowPlan(tuple(rows))


def chunk_rows(
    cond_or_uncond: Sequence[int], images: int, *, prompts: Sequence[int] = ()
) -> RowPlan:
    """Label the rows of one call of ComfyUI or Forge.

    Both cut a batch into chunks, a chunk a conditioning, and list in ``transformer_options`` what
    each is. They put the chunks in reverse: the negative before the positives, and of several
    positives the last one first (comfy/samplers.py, ``calc_cond_batch``).

    Args:
        cond_or_uncond: 0 for a positive, 1 for a negative, a number a chunk.
        images: pictures in the batch; also the rows of a chunk.
        prompts: which positive, or which negative, each chunk is, in the user's order; the host
            knows it by the chunk's ``uuids``. Without it they are taken to be complete, which
            they are unless memory was too short for one call.

    Raises:
        ShapeError: a chunk is neither, or ``prompts`` has another length.
    """
    if not set(cond_or_uncond) <= {0, 1}:
        got = str(list(cond_or_uncond))
        raise ShapeError("cond_or_uncond", expected="0 and 1 only", got=got)
    numbers = list(prompts) or _counted_from_the_end(cond_or_uncond)
    if len(numbers) != len(cond_or_uncond):
        raise ShapeError("prompts", expected=f"{len(cond_or_uncond)}", got=f"{len(numbers)}")
    kinds = (RowKind.COND, RowKind.UNCOND)
    chunks = zip(cond_or_uncond, numbers, strict=True)
    return RowPlan(tuple(row for kind, n in chunks for row in _each(images, kinds[kind], n)))


def rows_in_order(rows: dict[RowLabel, Tensor]) -> tuple[tuple[RowLabel, ...], Tensor]:
    """Stack rows by prompt and picture, as ``(B, ...)``; those of another shape are left out.

    Prompts for parts of a picture are computed on these parts alone and have fewer cells.
    """
    labels = sorted(rows, key=lambda label: (label.prompt, label.image))
    kept = [label for label in labels if rows[label].shape == rows[labels[0]].shape]
    return tuple(kept), torch.stack([rows[label] for label in kept])


def second_half(rows: int) -> slice:
    """Choose the conditional rows of a guided call in diffusers, which puts the others first.

    Only the caller knows whether a call is guided at all; when it is not, all rows count.
    :func:`pipeline_rows` also says what the rows are.

    Raises:
        ShapeError: ``rows`` is odd, so the call cannot hold two halves.
    """
    if rows % 2:
        raise ShapeError("rows", expected="an even number in a guided call", got=str(rows))
    return slice(rows // 2, rows)


def _each(images: int, kind: RowKind, prompt: int = 0) -> tuple[RowLabel, ...]:
    return tuple(RowLabel(kind, image, prompt) for image in range(images))


def _counted_from_the_end(chunks: Sequence[int]) -> list[int]:
    return [sum(other == kind for other in chunks[i + 1 :]) for i, kind in enumerate(chunks)]
