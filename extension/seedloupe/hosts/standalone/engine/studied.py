"""A model of this engine as the studies see it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from ....generation.sampler import Plan, Sampler
from ....images import in_8_bits
from ....lens import FeatureMap, FeatureProbe, OutputLayout, list_layers
from ....lens.rows import pipeline_rows
from ....noise import NoiseSource, initial_noise
from ....sampler_names import read_sampler_name
from ....studies.frame.subject import Glimpse
from .denoise import InitLatents, Push, Step, denoise
from .latents import decode_latents, encode_pictures, source_without_picture
from .loading import quiet_libraries
from .models import Model
from .sampling import sample_batch
from .single_pass import fitted, look_once
from .step_noise import Draws, SwappedStream, step_stream, step_streams
from .text import Conditioning, encode_text

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ....studies.frame import Painting

_BATCH = 8
_GAIN = 0.7
"""Weights of the random twin are drawn a little smaller than what keeps the scale of features."""


class StudiedModel:
    """A model that studies paint with and look into.

    Args:
        model: from :func:`~.models.open_model`.
        noise: which generator draws.
        size: width and height of the pictures in pixels; None takes the model's own.
    """

    def __init__(
        self,
        model: Model,
        noise: NoiseSource = NoiseSource(),
        size: tuple[int, int] | None = None,
    ) -> None:
        self._model, self._noise = model, noise
        self._shape = model.info.latent_shape(*(size or model.native_size))
        self._last_course: tuple[tuple[str, int, Painting], tuple[Step, ...]] | None = None

    @property
    def name(self) -> str:
        """Short, for people."""
        return self._model.name

    @property
    def settings(self) -> Mapping[str, object]:
        """What decides its answers."""
        return {
            "model": self._model.name,
            "sha256": self._model.info.sha256,
            "dtype": self._model.dtype_name,
            "noise": self._noise.label,
            "shape": list(self._shape),
        }

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """All layers that hold a value for each cell of the picture."""
        found = list_layers(self._model.unet)
        return tuple(layer.name for layer in found if layer.layout is not OutputLayout.WORDS)

    def paint(self, prompt: str, seeds: Sequence[int], how: Painting) -> Tensor:
        """Paint ``(B, 3, H, W)``, one picture a seed, in 8 bits."""
        import torch

        return torch.cat(
            [
                self._batch(prompt, seeds[first : first + _BATCH], how)
                for first in range(0, len(seeds), _BATCH)
            ]
        )

    def paint_together(
        self, prompt: str, seeds: Sequence[int], how: Painting, push: Push
    ) -> Tensor:
        """Paint all seeds in one batch, whose predictions ``push`` moves, in 8 bits."""
        return self._batch(prompt, seeds, how, push)

    def paint_swapped(
        self, prompt: str, seed: int, other: int, at: int, how: Painting
    ) -> tuple[Tensor, Tensor]:
        """Paint with ``seed``, whose noise is that of ``other`` from step ``at`` on."""
        plan, text = self._plan(how), self._text(prompt, how)
        course = self._course(prompt, seed, how)
        stepwise = course[-1].latents
        if plan.sampler.draws and at < plan.steps:
            both = (step_stream(one, self._shape, self._noise) for one in (seed, other))
            swapped = self._steps(self._drawn(seed), text, plan, [SwappedStream(*both, at)])
            stepwise = list(swapped)[-1].latents
        if at == 0:
            return self._picture(stepwise), self.paint(prompt, [other], how)[0]
        if at >= plan.steps:
            return self._picture(stepwise), self.paint(prompt, [seed], how)[0]
        after = step_streams(plan.sampler, [other], 1, self._shape, self._noise)
        rest = InitLatents(course[at - 1].clean, strength=(plan.steps - at + 1e-6) / plan.steps)
        renewed = list(self._steps(self._drawn(other), text, plan, after, rest))[-1].latents
        return self._picture(stepwise), self._picture(renewed)

    def _course(self, prompt: str, seed: int, how: Painting) -> tuple[Step, ...]:
        """Return all steps of a seed; those last asked for are kept, since swaps share them."""
        asked = (prompt, seed, how)
        if self._last_course is None or self._last_course[0] != asked:
            plan = self._plan(how)
            streams = step_streams(plan.sampler, [seed], 1, self._shape, self._noise)
            steps = self._steps(self._drawn(seed), self._text(prompt, how), plan, streams)
            self._last_course = (asked, tuple(steps))
        return self._last_course[1]

    def previews(self, prompt: str, seed: int, how: Painting) -> tuple[Tensor, ...]:
        """Return the picture as predicted after each step."""
        plan = self._plan(how)
        streams = step_streams(plan.sampler, [seed], 1, self._shape, self._noise)
        steps = self._steps(self._drawn(seed), self._text(prompt, how), plan, streams)
        return tuple(self._picture(step.clean) for step in steps)

    def glimpses(
        self,
        prompt: str,
        seeds: Sequence[int],
        how: Painting,
        *,
        steps: Sequence[int],
        layers: Sequence[str] = (),
    ) -> tuple[Glimpse, ...]:
        """Paint until the last of ``steps``, and return what shows after each of them."""
        parts = [
            self._glimpses(prompt, list(seeds[first : first + _BATCH]), how, steps, layers)
            for first in range(0, len(seeds), _BATCH)
        ]
        return tuple(_joined(some) for some in zip(*parts, strict=True))

    def _glimpses(
        self,
        prompt: str,
        seeds: Sequence[int],
        how: Painting,
        steps: Sequence[int],
        layers: Sequence[str],
    ) -> list[Glimpse]:
        import torch

        plan, text = self._plan(how), self._text(prompt, how).repeated(len(seeds))
        streams = step_streams(plan.sampler, seeds, len(seeds), self._shape, self._noise)
        noise = torch.stack([self._drawn(seed) for seed in seeds])
        source = source_without_picture(self._model, self._shape)
        seen: dict[str, Tensor] = {}

        def keep(feature: FeatureMap) -> None:
            seen.setdefault(feature.layer, feature.values)

        rows = pipeline_rows(len(seeds), guided=text.guided)

        def watch(step: int, sigma: float, number: int) -> AbstractContextManager[object]:
            if not layers or step + 1 not in steps or number:
                return nullcontext()
            return FeatureProbe(self._model.unet, layers, keep, rows=rows)

        found = []
        taken = denoise(self._model, noise, text, plan, source=source, streams=streams, watch=watch)
        for step in taken:
            if step.index + 1 in steps:
                pictures = decode_latents(self._model, step.clean)
                pictures = torch.stack([in_8_bits(picture) for picture in pictures])
                found.append(Glimpse(step.index + 1, pictures, dict(seen)))
                seen.clear()
            if step.index + 1 >= max(steps):
                break
        return found

    def repaint(
        self, picture: Tensor, prompt: str, seed: int, *, strength: float, steps: int
    ) -> Tensor:
        """Noise a picture a little and denoise it again in so many steps."""
        usual = self._model.info.usual
        plan = usual.but(Sampler.DDIM, max(steps, round(steps / strength)), 1.0)
        clean = encode_pictures(self._model, fitted(self._model, picture.float())[None])
        source = InitLatents(clean, strength=(steps + 1e-6) / plan.steps)
        text = encode_text(self._model, [prompt], negative="", guided=False)
        taken = self._steps(self._drawn(seed), text, plan, None, source)
        return self._picture(list(taken)[-1].latents)

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        """Return what layers compute of a picture noised once, ``(C, H, W)`` each."""
        model = self._model
        clean = encode_pictures(model, fitted(model, picture.float())[None])
        text = encode_text(model, [prompt], negative="", guided=False)
        seen = look_once(model, clean, text, layers=layers, time=time, seed=seed)
        return {feature.layer: feature.values[0] for feature in seen}

    def untrained(self) -> StudiedModel:
        """Return the same network with random weights, the autoencoder and words kept."""
        pipe = self._model.pipe
        twin = copy.deepcopy(pipe.unet)
        _randomise(twin)
        with quiet_libraries():
            whole = type(pipe)(**{**pipe.components, "unet": twin})
        whole.set_progress_bar_config(disable=True)
        name = f"{self._model.name}, random weights"
        untrained = StudiedModel(Model(name, self._model.family, whole), self._noise)
        untrained._shape = self._shape
        return untrained

    def _batch(
        self, prompt: str, seeds: Sequence[int], how: Painting, push: Push | None = None
    ) -> Tensor:
        import torch

        plan = self._plan(how)
        painted = sample_batch(
            self._model,
            [prompt],
            torch.stack([self._drawn(seed) for seed in seeds]),
            steps=plan.steps,
            guidance=plan.guidance,
            sampler=plan.sampler,
            schedule=plan.schedule,
            step_seeds=list(seeds),
            step_source=self._noise,
            push=push,
        )
        return torch.stack([in_8_bits(picture) for picture in painted])

    def _plan(self, how: Painting) -> Plan:
        usual = self._model.info.usual
        name = None if how.sampler is None else read_sampler_name(how.sampler, None)
        return usual.but(
            None if name is None else name.sampler,
            how.steps,
            how.guidance,
            None if name is None else name.schedule,
        )

    def _drawn(self, seed: int) -> Tensor:
        return initial_noise(seed, self._shape, source=self._noise)

    def _text(self, prompt: str, how: Painting) -> Conditioning:
        return encode_text(self._model, [prompt], negative="", guided=self._plan(how).guided)

    def _steps(
        self,
        noise: Tensor,
        text: Conditioning,
        plan: Plan,
        streams: Sequence[Draws] | None,
        source: InitLatents | None = None,
    ) -> Iterator[Step]:
        source = source or source_without_picture(self._model, self._shape)
        return denoise(self._model, noise[None], text, plan, source=source, streams=streams)

    def _picture(self, latents: Tensor) -> Tensor:
        return in_8_bits(decode_latents(self._model, latents)[0])


def _joined(parts: Sequence[Glimpse]) -> Glimpse:
    """Put what was seen of several batches after the same step together."""
    import torch

    return Glimpse(
        parts[0].step,
        torch.cat([part.pictures for part in parts]),
        {name: torch.cat([part.features[name] for part in parts]) for name in parts[0].features},
    )


def _randomise(network: nn.Module) -> None:
    """Draw every weight matrix anew; biases and norms stay as they are."""
    import torch

    generator = torch.Generator("cpu").manual_seed(0)
    with torch.no_grad():
        for weight in network.parameters():
            if weight.ndim > 1:
                drawn = torch.randn(weight.shape, generator=generator)
                weight.copy_(drawn * (_GAIN / weight[0].numel() ** 0.5))
