"""Generating pictures: one at a time with every step visible, or a batch at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Generator as Flow
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ....errors import InputError, ModelError
from ....generation.request import Request
from ....generation.sampler import Plan, Sampler, ScheduleType
from ....noise import NoiseSource, initial_noise, resized_noise
from ....tensors import require_shape
from .denoise import InitLatents, Push, Step, denoise
from .latents import (
    decode_latents,
    decoded_preview,
    finished,
    preview_of,
    source_of,
    source_without_picture,
)
from .step_noise import step_streams
from .text import Conditioning, encode_text
from .watching import request_cut_notes, run_watch

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from ....lens import FeatureSink, WordsSeen
    from ....lens.run_watch import RunWatch
    from .models import Model

__all__ = [
    "Generated",
    "Request",
    "Sampler",
    "StepUpdate",
    "generate",
    "sample_batch",
    "sample_encoded",
    "stream",
]


@dataclass(frozen=True, eq=False)
class StepUpdate:
    """One step of one picture.

    Attributes:
        image: index of the picture in the request.
        seed: its seed.
        step: counted from 0.
        steps: how many this picture takes.
        sigma: noise level the U-Net was called at.
        look: paints the preview; None where none was asked for.
        notes: what of the model was guessed, words that are cut off, and layers that had to be
            given up, each with its reason.
        words: what words did so far, where they are watched; the next step adds to it.
        decode: decodes the same in full; None where no preview was asked for.
    """

    image: int
    seed: int
    step: int
    steps: int
    sigma: float
    look: Callable[[], Image] | None = None
    notes: tuple[str, ...] = ()
    words: WordsSeen | None = None
    decode: Callable[[], Image] | None = None

    @property
    def preview(self) -> Image | None:
        """The picture as predicted so far, small; painted only when somebody looks."""
        return self.look() if self.look is not None else None

    @property
    def decoded(self) -> Image | None:
        """The same in full, for what is kept and looked at closely; slow."""
        return self.decode() if self.decode is not None else None


@dataclass(frozen=True, eq=False)
class Generated:
    """One finished picture.

    Attributes:
        image: ``(3, H, W)`` float32 in [0, 1] on the CPU, rounded to 8 bits: what its file holds.
        seed: what its noise was drawn from.
        index: its place in the request.
        notes: what was guessed or went wrong beside the picture, e.g. words of the prompt that
            are cut off, or a layer that could not be watched.
        words: what words did, where they were watched.
    """

    image: Tensor
    seed: int
    index: int
    notes: tuple[str, ...] = field(default=())
    words: WordsSeen | None = None


def generate(
    model: Model,
    request: Request,
    *,
    on_step: Callable[[StepUpdate], None] | None = None,
    panel: Sequence[str] = (),
    sinks: Sequence[FeatureSink] = (),
    words: bool = False,
    preview: bool = False,
) -> Iterator[Generated]:
    """Generate the pictures of ``request`` one after the other.

    Args:
        model: from :func:`~.models.open_model`.
        request: what to generate.
        on_step: called after each step; what it raises ends the run.
        panel: layers to watch; a watched picture is bit for bit the unwatched one.
        sinks: are handed what those layers compute, map by map.
        words: watch which parts of the picture attend to which words.
        preview: let each step offer a small preview.

    Raises:
        InputError: or one of its kinds, before anything is computed.
    """
    for event in stream(model, request, panel=panel, sinks=sinks, words=words, preview=preview):
        if isinstance(event, Generated):
            yield event
        elif on_step is not None:
            on_step(event)


def stream(
    model: Model,
    request: Request,
    *,
    panel: Sequence[str] = (),
    sinks: Sequence[FeatureSink] = (),
    words: bool = False,
    preview: bool = False,
) -> Flow[StepUpdate | Generated, None, None]:
    """Like :func:`generate`, with steps and pictures in one flow; stop reading to stop the run.

    Raises:
        ModelError: the request was made for another model; at once, not at the first item.
    """
    _require_same(model, request)
    watch = run_watch(model, request, panel, words=words, sinks=sinks)
    return _run(model, request, watch, preview=preview)


def generated_images(model: Model, request: Request) -> Iterator[Tensor]:
    """Make the pictures of ``request`` one after the other, each ``(3, H, W)`` in 8 bits."""
    return (made.image for made in generate(model, request))


def sample_batch(
    model: Model,
    prompts: Sequence[str],
    noise: Tensor,
    *,
    steps: int,
    guidance: float,
    sampler: Sampler = Sampler.EULER,
    negative: str = "",
    step_seeds: Sequence[int] | None = None,
    step_source: NoiseSource = NoiseSource(),
    schedule: ScheduleType | None = None,
    push: Push | None = None,
) -> Tensor:
    """Generate a batch at once, from given noise.

    Args:
        model: from :func:`~.models.open_model`.
        prompts: one for all, or one for each picture.
        noise: ``(B, C, H, W)``, float32, unit deviation.
        steps: at least 1.
        guidance: 1 or less means none.
        sampler: how the steps are taken.
        negative: one for all.
        step_seeds: one for each picture, for samplers that draw fresh noise at each step: the
            seeds ``noise`` was drawn from make the batch equal to single pictures.
        step_source: which generator draws for ``step_seeds``.
        schedule: at which noise levels; None takes the model's usual ones.
        push: moves what each call predicts, the pictures of the batch together.

    Returns:
        ``(B, 3, H, W)``, float32 in [0, 1], CPU.

    Raises:
        InputError: or one of its kinds, naming the argument.
    """
    batch = require_shape(noise, "B C H W", field="noise").shape[0]
    if len(prompts) not in (1, batch):
        raise InputError("prompts", expected=f"1 or {batch} of them", got=str(len(prompts)))
    if steps < 1:
        raise InputError("steps", expected="at least 1", got=str(steps))
    plan = Plan(sampler, steps, guidance, schedule)
    text = encode_text(model, prompts, negative=negative, guided=plan.guided)
    text = text.repeated(batch // len(prompts))
    return sample_encoded(
        model, text, noise, plan, step_seeds=step_seeds, step_source=step_source, push=push
    )


def sample_encoded(
    model: Model,
    text: Conditioning,
    noise: Tensor,
    plan: Plan,
    *,
    step_seeds: Sequence[int] | None = None,
    step_source: NoiseSource = NoiseSource(),
    push: Push | None = None,
) -> Tensor:
    """Generate a batch at once, from given noise and prompts that were encoded before.

    Args:
        model: from :func:`~.models.open_model`.
        text: for exactly as many pictures as there is noise for.
        noise: ``(B, C, H, W)``, float32, unit deviation.
        plan: how steps are taken.
        step_seeds: as for :func:`sample_batch`.
        step_source: likewise.
        push: likewise.

    Returns:
        ``(B, 3, H, W)``, float32 in [0, 1], CPU.
    """
    batch, *shape = noise.shape
    streams = step_streams(plan.sampler, step_seeds, batch, shape, step_source)
    source = source_without_picture(model, shape)
    latents = noise
    for step in denoise(model, noise, text, plan, source=source, streams=streams, push=push):
        latents = step.latents
    return decode_latents(model, latents)


def _require_same(model: Model, request: Request) -> None:
    """Refuse a request whose sizes and settings were checked against another model."""
    if request.model != model.info:
        raise ModelError("model", expected=f"a request for {model.name}", got=request.model.name)


def _run(
    model: Model, request: Request, watch: RunWatch, *, preview: bool
) -> Flow[StepUpdate | Generated, None, None]:
    text = encode_text(
        model, [request.prompt], negative=request.negative, guided=request.plan.guided
    )
    source = source_of(model, request)
    said = (*model.notes, *request_cut_notes(model, request))
    for index, seed in enumerate(request.seeds):
        last: Step | None = None
        for last in _steps(model, request, seed, text, source, watch):
            yield StepUpdate(
                index,
                seed,
                last.index,
                last.total,
                last.sigma,
                partial(preview_of, model, last.clean) if preview else None,
                (*said, *watch.notes),
                watch.words,
                partial(decoded_preview, model, last.clean) if preview else None,
            )
        assert last is not None  # a checked request takes at least one step
        notes, seen = (*said, *watch.notes), watch.finished()
        yield Generated(finished(model, request, last.latents), seed, index, notes, seen)


def _steps(
    model: Model,
    request: Request,
    seed: int,
    text: Conditioning,
    source: InitLatents,
    watch: RunWatch,
) -> Iterator[Step]:
    shape = request.shape
    if request.resize is None:
        noise = initial_noise(seed, shape, source=request.noise)
    else:
        noise = resized_noise(seed, shape, request.resize, source=request.noise)
    streams = step_streams(request.sampler, [seed], 1, shape, request.noise, request.resize)
    return denoise(
        model,
        noise[None],
        text,
        request.plan,
        source=source,
        streams=streams,
        watch=watch.watch,
    )
