"""What the inpainting study needs from this host: pairs, a plan, a painter, and who looks."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..artifacts.readers.require import require_reader
from ..errors import InputError
from ..generation.request import Request, check_request
from ..generation.table_use import model_spec, sampling_spec
from ..hosts.standalone.cli.console import duration
from ..hosts.standalone.engine.checkpoint import Family
from ..hosts.standalone.engine.sampling import Sampler, generate
from ..hosts.standalone.images import to_tensor
from ..noise import NoiseSource, canonical_seed, initial_noise
from ..studies.inpaint import (
    CriticLooker,
    InpaintPlan,
    InpaintTask,
    Looker,
    MaskKind,
    OcrLooker,
    Painter,
    Pair,
    PictureKey,
    read_pairs,
    world_pairs,
)
from .mining import dtype_name

if TYPE_CHECKING:
    from torch import Tensor

    from ..hosts.standalone.engine.models import Model

CRITIC = "critic"
"""The name of Seedling's own critic among the readers."""

_OWN_PAIRS, _OWN_SEEDS = 24, 64
_THUMBNAIL = 160
#: What a picture leaves on disk, in bytes: a thumbnail, and a line a looker in the journal.
_BYTES_THUMBNAIL, _BYTES_LINE = 6000, 300


@dataclass(frozen=True)
class StudyEstimate:
    """What a run would take; ``seconds`` comes from painting and looking at one picture."""

    images: int
    done: int
    seeds: int
    pairs: int
    tasks: int
    seconds: float
    bytes: int

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {**vars(self)}

    def lines(self) -> list[str]:
        """Say it for people."""
        left = f", of which {self.done} are made" if self.done else ""
        return [
            f"{self.images} pictures{left}: {self.seeds} seeds, {self.pairs} pictures with a mask, "
            f"{self.tasks} task{'s' if self.tasks > 1 else ''}",
            f"about {duration(self.seconds)} on this machine",
            f"about {max(1, round(self.bytes / 2**20))} MiB of disk",
        ]


def pairs_for(
    args: argparse.Namespace, model: Model, tasks: Sequence[InpaintTask]
) -> tuple[tuple[Pair, ...], str]:
    """Return the pairs to repaint and where they come from, in words.

    Raises:
        InputError: or one of its kinds: there are none for this model, or some cannot be read.
    """
    if args.folder is not None:
        for name in ("pairs", "mask"):
            if getattr(args, name) is not None:
                raise InputError(name, expected="nothing beside --folder", got=f"--{name}")
        return read_pairs(args.folder, tasks), f"the folder {args.folder.resolve().name}"
    if model.family is not Family.SEEDLING:
        raise InputError(
            "folder",
            expected="a folder of pictures with a mask each",
            got="nothing",
            advice="Only Seedling comes with pictures of its own; name a folder with --folder.",
        )
    kind = MaskKind(args.mask or MaskKind.BOX.value)
    around = "a box around" if kind is MaskKind.BOX else "the outline of"
    return world_pairs(args.pairs or _OWN_PAIRS, mask=kind), f"Seedling's world, {around} an object"


def study_plan_for(
    args: argparse.Namespace, model: Model, pairs: tuple[Pair, ...], origin: str
) -> InpaintPlan:
    """Settle a run.

    Raises:
        InputError: or one of its kinds: a setting cannot be used.
    """
    source = NoiseSource.parse(args.noise)
    given = range(_OWN_SEEDS) if args.seeds is None else args.seeds
    seeds = tuple(sorted({canonical_seed(seed, source) for seed in given}))
    request = _request(args, model, pairs[0], "", seeds)
    check_request(request, model)
    shape = model.latent_shape(*request.size(model))
    initial_noise(seeds[0], shape, source=source)  # noise nobody can draw is refused here
    made = replace(sampling_spec(request, model), extra={"dtype": dtype_name(model)})
    tasks = tuple(InpaintTask(name) for name in args.tasks)
    return InpaintPlan(pairs, seeds, tasks, shape, source, model_spec(model), made, origin)


def painter_for(args: argparse.Namespace, model: Model) -> Painter:
    """Return what repaints, one picture at a time: a batch is not the same to the bit."""

    def paint(pair: Pair, prompt: str, seeds: Sequence[int]) -> Iterator[Tensor]:
        request = _request(args, model, pair, prompt, tuple(seeds))
        for made in generate(model, request):
            yield to_tensor(made.image)

    return paint


def _request(
    args: argparse.Namespace, model: Model, pair: Pair, prompt: str, seeds: tuple[int, ...]
) -> Request:
    usual = model.usual
    return Request(
        prompt,
        seeds,
        steps=usual.steps if args.steps is None else args.steps,
        guidance=usual.guidance if args.guidance is None else args.guidance,
        sampler=Sampler(args.sampler),
        noise=NoiseSource.parse(args.noise),
        image=pair.picture,
        mask=pair.mask,
        strength=args.strength,
    )


def lookers_for(names: Sequence[str], level: str, model: Model) -> tuple[Looker, ...]:
    """Return who looks for text, the first being the one the verdict rests on.

    Raises:
        InputError: one is not known, not installed, or not for this model.
    """
    return tuple(_looker(name, level, model) for name in dict.fromkeys(names))


def _looker(name: str, level: str, model: Model) -> Looker:
    from ..artifacts import Level

    if name == CRITIC:
        return _critic(model)
    return OcrLooker(require_reader(name, apart=True), Level(level))


def _critic(model: Model) -> Looker:
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
    plan: InpaintPlan, paint: Painter, lookers: Sequence[Looker], *, done: int
) -> StudyEstimate:
    """Paint and look at one picture twice, and multiply the second time: the first one loads."""
    pair, prompt = plan.pairs[0], plan.tasks[0].prompt(plan.pairs[0])
    seconds = 0.0
    for _ in range(2):
        begun = time.perf_counter()
        for picture in paint(pair, prompt, plan.seeds[:1]):
            for looker in lookers:
                looker.look(picture, pair, prompt)
        seconds = time.perf_counter() - begun
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
