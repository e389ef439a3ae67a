"""Generating pictures: one at a time with every step visible, or a batch at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ...noise import NoiseSource, canonical_seed, initial_noise
from ...tensors import require_shape
from .denoise import Plan, Sampler, Source, Step, denoise
from .images import to_pil
from .request import Request, check_request
from .text import Conditioning, encode_text

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Generator, Tensor

    from ...lens import FeatureMap
    from .models import Model

__all__ = [
    "Generated",
    "Request",
    "Sampler",
    "StepUpdate",
    "generate",
    "sample_batch",
    "stream",
]

#: Previews are decoded from a latent no larger than this a side; a coarse picture, but at once.
_PREVIEW_CELLS = 32


@dataclass(frozen=True, eq=False)
class StepUpdate:
    """One step of one picture.

    Attributes:
        image: index of the picture in the request.
        seed: its seed.
        step: counted from 0.
        steps: how many this picture takes.
        sigma: noise level the U-Net was called at.
        features: one map for each watched layer that could be read, batch size 1, the prompted
            half of the U-Net's batch.
        preview: the picture as predicted so far, small; only where asked for.
        notes: layers that had to be given up, each with its reason.
    """

    image: int
    seed: int
    step: int
    steps: int
    sigma: float
    features: tuple[FeatureMap, ...] = ()
    preview: Image | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Generated:
    """One finished picture.

    Attributes:
        image: the picture.
        seed: what its noise was drawn from.
        index: its place in the request.
        notes: what went wrong beside the picture, e.g. a layer that could not be watched.
    """

    image: Image
    seed: int
    index: int
    notes: tuple[str, ...] = field(default=())


def generate(
    model: Model,
    request: Request,
    *,
    on_step: Callable[[StepUpdate], None] | None = None,
    panel: Sequence[str] = (),
    preview: bool = False,
) -> Iterator[Generated]:
    """Generate the pictures of ``request`` one after the other.

    Args:
        model: from :func:`~.models.open_model`.
        request: what to generate.
        on_step: called after each step; what it raises ends the run.
        panel: layers to watch; a watched picture is bit for bit the unwatched one.
        preview: put a small preview into each step.

    Raises:
        InputError: or one of its kinds, before anything is computed.
    """
    for event in stream(model, request, panel=panel, preview=preview):
        if isinstance(event, Generated):
            yield event
        elif on_step is not None:
            on_step(event)


def stream(
    model: Model, request: Request, *, panel: Sequence[str] = (), preview: bool = False
) -> Iterator[StepUpdate | Generated]:
    """Like :func:`generate`, with steps and pictures in one flow; stop reading to stop the run.

    Raises:
        InputError: or one of its kinds, at once and not when the first item is read.
    """
    check_request(request, model)
    layers = _resolve(model, panel)
    return _run(model, request, layers, preview=preview)


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

    Returns:
        ``(B, 3, H, W)``, float32 in [0, 1], CPU.

    Raises:
        InputError: or one of its kinds, naming the argument.
    """
    batch, *shape = require_shape(noise, "B C H W", field="noise").shape
    if len(prompts) not in (1, batch):
        raise InputError("prompts", expected=f"1 or {batch} of them", got=str(len(prompts)))
    if steps < 1:
        raise InputError("steps", expected="at least 1", got=str(steps))
    plan = Plan(sampler, steps, guidance)
    text = encode_text(model, prompts, negative=negative, guided=plan.guided)
    text = text.repeated(batch // len(prompts))
    generators = _step_generators(sampler, step_seeds, batch, shape)
    source = _source_without_picture(model, shape)
    latents = noise
    for step in denoise(model, noise, text, plan, source=source, generators=generators):
        latents = step.latents
    return decode(model, latents)


def decode(model: Model, latents: Tensor) -> Tensor:
    """Turn latents ``(B, C, H, W)`` into pictures ``(B, 3, H, W)``, float32 in [0, 1], CPU."""
    import torch

    with torch.no_grad():
        scaled = latents.to(model.vae.dtype) / model.vae.config.scaling_factor
        pixels = model.vae.decode(scaled, return_dict=False)[0]
    return (pixels / 2 + 0.5).clamp(0, 1).float().cpu()


def encode(model: Model, images: Tensor) -> Tensor:
    """Turn pictures ``(B, 3, H, W)`` in [0, 1] into the mean of their latents, scaled."""
    import torch

    with torch.no_grad():
        pixels = (images * 2 - 1).to(model.device, model.vae.dtype)
        mean = model.vae.encode(pixels).latent_dist.mode()
    return (mean * model.vae.config.scaling_factor).to(model.dtype)


def _run(
    model: Model, request: Request, layers: tuple[str, ...], *, preview: bool
) -> Iterator[StepUpdate | Generated]:
    text = encode_text(
        model, [request.prompt], negative=request.negative, guided=request.plan.guided
    )
    source = _source(model, request)
    eye = _Eye(model, layers, guided=text.guided)
    for index, seed in enumerate(request.seeds):
        last: Step | None = None
        for last in _steps(model, request, seed, text, source, eye):
            yield StepUpdate(
                index,
                seed,
                last.index,
                last.total,
                last.sigma,
                eye.taken(),
                _preview(model, last.clean) if preview else None,
                tuple(eye.notes),
            )
        assert last is not None  # a checked request takes at least one step
        yield Generated(_picture(model, request, last.latents), seed, index, tuple(eye.notes))


def _steps(
    model: Model, request: Request, seed: int, text: Conditioning, source: Source, eye: _Eye
) -> Iterator[Step]:
    shape = model.latent_shape(*request.size(model))
    noise = initial_noise(seed, shape, source=request.noise)[None]
    generators = _step_generators(request.sampler, [seed], 1, shape, request.noise)
    return denoise(
        model,
        noise,
        text,
        request.plan,
        source=source,
        generators=generators,
        watch=eye.watch if eye.layers else None,
    )


def step_generator(
    seed: int, shape: Sequence[int], source: NoiseSource = NoiseSource()
) -> Generator:
    """Return the generator of one picture's step noise.

    It goes on where the starting noise ends, as with one generator a picture in diffusers and in
    the web UI, so an ancestral picture is the same in a batch and alone.
    """
    import torch

    generator = torch.Generator("cpu").manual_seed(canonical_seed(seed, source))
    torch.randn(tuple(shape), generator=generator)
    return generator


def _step_generators(
    sampler: Sampler,
    seeds: Sequence[int] | None,
    batch: int,
    shape: Sequence[int],
    source: NoiseSource = NoiseSource(),
) -> list[Generator] | None:
    if not sampler.draws:
        return None
    if seeds is None or len(seeds) != batch:
        raise InputError(
            "step_seeds",
            expected=f"{batch} seeds, because {sampler.label} draws noise at each step",
            got="none" if seeds is None else str(len(seeds)),
        )
    return [step_generator(seed, shape, source) for seed in seeds]


def _source(model: Model, request: Request) -> Source:
    import torch
    from torch.nn.functional import interpolate

    if request.image is None:
        return _source_without_picture(model, model.latent_shape(*request.size(model)))
    picture = request.image[None].float()
    clean = encode(model, picture)
    if request.mask is None and model.in_channels == 4:
        return Source(clean, strength=request.strength)
    given = request.mask if request.mask is not None else torch.ones(picture.shape[-2:])
    mask = (given.float() >= 0.5).float()[None, None]
    cells = interpolate(mask, size=clean.shape[-2:]).to(clean)
    # Grey, 0 between -1 and 1, is what an inpainting U-Net saw in place of the masked part.
    masked = encode(model, picture * (1 - mask) + 0.5 * mask) if model.in_channels == 9 else None
    return Source(clean, cells, masked, request.strength)


def _source_without_picture(model: Model, shape: Sequence[int]) -> Source:
    """Nothing for an ordinary U-Net; an inpainting one is shown a picture masked altogether."""
    import torch

    if model.in_channels == 4:
        return Source()
    height, width = shape[-2:]
    grey = torch.full((1, 3, height * model.cell, width * model.cell), 0.5)
    masked = encode(model, grey)
    return Source(mask=torch.ones_like(masked[:, :1]), masked=masked)


def _picture(model: Model, request: Request, latents: Tensor) -> Image:
    picture = decode(model, latents)[0]
    if request.keep_outside and request.image is not None and request.mask is not None:
        inside = request.mask.to(picture) >= 0.5
        picture = picture.where(inside, request.image.to(picture))
    return to_pil(picture)


def _preview(model: Model, clean: Tensor) -> Image:
    from torch.nn.functional import avg_pool2d

    coarse = max(1, -(-max(clean.shape[-2:]) // _PREVIEW_CELLS))
    return to_pil(decode(model, avg_pool2d(clean, coarse) if coarse > 1 else clean)[0])


def _resolve(model: Model, panel: Sequence[str]) -> tuple[str, ...]:
    if not panel:
        return ()
    from ...lens import find_layers

    return tuple(layer.name for layer in find_layers(model.unet, panel))


class _Eye:
    """Watches the chosen layers, call by call, and gives up those that fail.

    Hooks exist only while the U-Net runs, so a run nobody finishes reading leaves none behind.
    """

    def __init__(self, model: Model, layers: Sequence[str], *, guided: bool) -> None:
        self.layers = list(layers)
        self.notes: list[str] = []
        self._model = model
        self._guided = guided
        self._features: list[FeatureMap] = []

    @contextmanager
    def watch(self, step: int, sigma: float) -> Iterator[None]:
        """Record one call of the U-Net."""
        from ...lens import FeatureProbe

        probe: Any = FeatureProbe(
            self._model.unet, self.layers, self._features.append, rows=self._rows
        )
        with probe:
            probe.at(step=step, sigma=sigma)
            yield
        for layer, reason in dict(probe.failures).items():
            self.layers.remove(layer)
            self.notes.append(f"{layer}: not watched any more: {reason}")

    def taken(self) -> tuple[FeatureMap, ...]:
        """Hand out what was recorded since the last time."""
        features, self._features = tuple(self._features), []
        return features

    def _rows(self, batch: int) -> slice:
        return slice(batch // 2, batch) if self._guided else slice(0, batch)
