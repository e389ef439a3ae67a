"""What the inpainting study needs from any host: pairs, a plan, a painter, and who looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..artifacts import OcrReader
from ..artifacts.readers.require import require_reader
from ..artifacts.repaints import (
    InpaintTask,
    Looker,
    OcrLooker,
    Painter,
    Pair,
    read_pairs,
    repaint_and_look,
)
from ..errors import InputError
from ..generation.model_info import Family, ModelInfo
from ..generation.request import Request
from ..generation.table_use import model_spec, sampling_spec
from ..noise import NoiseSource, canonical_seed, initial_noise
from ..registry import Registry
from ..studies.inpaint import CriticLooker, InpaintPlan, MaskKind, PictureKey, world_pairs
from .estimate import StudyEstimate

if TYPE_CHECKING:
    from torch import Tensor

CRITIC = "critic"
"""The name of Seedling's own critic among the readers."""

_OWN_PAIRS, _OWN_SEEDS = 24, 64
_THUMBNAIL = 160
#: What a picture leaves on disk, in bytes: a thumbnail, and a line a looker in the journal.
_BYTES_THUMBNAIL, _BYTES_LINE = 6000, 300


def pairs_for(
    model: ModelInfo,
    tasks: Sequence[InpaintTask],
    *,
    folder: Path | None = None,
    count: int | None = None,
    mask: MaskKind | None = None,
    usual: int = _OWN_PAIRS,
) -> tuple[tuple[Pair, ...], str]:
    """Return the pairs to repaint and where they come from, in words.

    Args:
        model: whose own pictures are taken where no folder is named.
        tasks: what is done with each pair.
        folder: pictures with a mask each.
        count: how many of Seedling's own pictures.
        mask: how an object of Seedling's own pictures is masked.
        usual: so many of Seedling's own where nobody says.

    Raises:
        InputError: or one of its kinds: there are none for this model, or some cannot be read.
    """
    if folder is not None:
        for name, given in (("pairs", count), ("mask", mask)):
            if given is not None:
                raise InputError(name, expected="nothing beside --folder", got=f"--{name}")
        return read_pairs(folder, tasks), f"the folder {folder.resolve().name}"
    if model.family is not Family.SEEDLING:
        raise InputError(
            "folder",
            expected="a folder of pictures with a mask each",
            got="nothing",
            advice="Only Seedling comes with pictures of its own; name a folder with --folder.",
        )
    kind = mask or MaskKind.BOX
    around = "a box around" if kind is MaskKind.BOX else "the outline of"
    return world_pairs(count or usual, mask=kind), f"Seedling's world, {around} an object"


def seeds_for(given: Sequence[int] | None, source: NoiseSource) -> tuple[int, ...]:
    """Return the seeds to repaint with, each noise once; some are taken where none are given."""
    seeds = range(_OWN_SEEDS) if given is None else given
    return tuple(sorted({canonical_seed(seed, source) for seed in seeds}))


def study_plan_for(
    request: Request,
    pairs: tuple[Pair, ...],
    tasks: Sequence[InpaintTask],
    origin: str,
    *,
    dtype: str,
) -> InpaintPlan:
    """Settle a run.

    Args:
        request: model, seeds, noise and how steps are taken, for the first of ``pairs``.
        pairs: what is repainted.
        tasks: what is done with each pair.
        origin: where the pairs come from, in words.
        dtype: what the model computes in, e.g. ``float32``.

    Raises:
        InputError: or one of its kinds: nobody can draw such noise.
    """
    initial_noise(request.seeds[0], request.shape, source=request.noise)
    made = replace(sampling_spec(request), extra={"dtype": dtype})
    model = model_spec(request.model)
    return InpaintPlan(
        pairs, request.seeds, tuple(tasks), request.shape, request.noise, model, made, origin
    )


def painter_for(request: Request, generate: Callable[[Request], Iterator[Tensor]]) -> Painter:
    """Return what repaints, one picture at a time: a batch is not the same to the bit.

    Args:
        request: model, noise and how steps are taken.
        generate: makes the pictures ``(3, H, W)`` of a request.
    """

    def paint(pair: Pair, prompt: str, seeds: Sequence[int]) -> Iterator[Tensor]:
        _, height, width = pair.picture.shape
        yield from generate(
            replace(
                request,
                prompt=prompt,
                seeds=tuple(seeds),
                width=width,
                height=height,
                image=pair.picture,
                mask=pair.mask,
            )
        )

    return paint


def lookers_for(
    names: Sequence[str], level: str, model: ModelInfo, *, readers: Registry[OcrReader]
) -> tuple[Looker, ...]:
    """Return who looks for text, the first being the one the verdict rests on.

    Args:
        names: of text readers, or the critic.
        level: how suspicious they are.
        model: what paints.
        readers: the text readers there are.

    Raises:
        InputError: one is not known, not installed, or not for this model.
    """
    return tuple(_looker(name, level, model, readers) for name in dict.fromkeys(names))


def _looker(name: str, level: str, model: ModelInfo, readers: Registry[OcrReader]) -> Looker:
    from ..artifacts import Level

    if name == CRITIC:
        return _critic(model)
    return OcrLooker(require_reader(name, readers), Level(level))


def _critic(model: ModelInfo) -> Looker:
    from ..seedling import weights_folder
    from ..seedling.critic import load_critic

    if model.family is not Family.SEEDLING:
        expected = f"a text reader for {model.name}"
        raise InputError("reader", expected=expected, got="the critic, which knows Seedling alone")
    weights = weights_folder()
    if not (weights / "critic.safetensors").is_file():
        raise InputError("reader", expected="the critic's weights", got=f"none in {weights}")
    return CriticLooker(load_critic(weights))


def estimate_study(
    plan: InpaintPlan,
    paint: Painter,
    lookers: Sequence[Looker],
    *,
    done: int,
    tell: Callable[[int], object] = lambda _: None,
) -> StudyEstimate:
    """Paint and look at one picture twice, and multiply the second time: the first one loads.

    Args:
        plan: what would be run.
        paint: what repaints.
        lookers: who looks for text.
        done: how many pictures are made already.
        tell: is told how many pictures have been looked at, each time one has.
    """
    pair, task, seeds = plan.pairs[0], plan.tasks[0], plan.seeds[:1]
    seconds = 0.0
    for looked_at in (1, 2):
        begun = time.perf_counter()
        tuple(repaint_and_look(pair, task, seeds, paint=paint, lookers=lookers))
        seconds = time.perf_counter() - begun
        tell(looked_at)
    left = plan.images - done
    return StudyEstimate(
        images=plan.images,
        done=done,
        seeds=len(plan.seeds),
        pairs=len(plan.pairs),
        tasks=len(plan.tasks),
        seconds=seconds * left,
        bytes=plan.images * (_BYTES_THUMBNAIL + _BYTES_LINE * len(lookers)),
    )


def picture_file(folder: Path, picture: PictureKey) -> Path:
    """Return where the thumbnail of a picture is kept."""
    return folder / picture.task.value / f"{picture.pair:04d}-{picture.seed}.webp"


def keeper(folder: Path) -> Callable[[PictureKey, Tensor], None]:
    """Return what keeps a small WebP of each picture below ``folder``."""
    from ..images import to_pil

    def keep(picture: PictureKey, painted: Tensor) -> None:
        path = picture_file(folder, picture)
        path.parent.mkdir(parents=True, exist_ok=True)
        small = to_pil(painted)
        small.thumbnail((_THUMBNAIL, _THUMBNAIL))
        small.save(path, "WEBP", quality=80)

    return keep
