"""A model of which everything is known: what studies find of it can be checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from seedloupe.studies.frame import Glimpse, Painting

HEIGHT, WIDTH = 48, 64
COLOURS, PLACE, NOISE = "up-level0-repeat0-res-out", "up-level1-repeat0-res-out", "mid-vit-out"
"""A layer that sees colours, one that sees places, and one that sees nothing."""


@dataclass(frozen=True)
class Stand:
    """Paints flat pictures out of seed and prompt, and sees colours, places or noise.

    Attributes:
        trained: whether the first layer sees anything.
        seed_share: how much of a picture is its seed's, in [0, 1].
        step_share: how much of it the step noise decides.
    """

    trained: bool = True
    seed_share: float = 1.0
    step_share: float = 0.0

    @property
    def name(self) -> str:
        return "stand" if self.trained else "stand, random weights"

    @property
    def settings(self) -> Mapping[str, object]:
        return {"model": self.name}

    @property
    def layers(self) -> tuple[str, ...]:
        return (NOISE, COLOURS, PLACE)

    def paint(self, prompt: str, seeds: Sequence[int], how: Painting) -> Tensor:
        return torch.stack([self._picture(prompt, seed, seed) for seed in seeds])

    def paint_together(
        self,
        prompt: str,
        seeds: Sequence[int],
        how: Painting,
        push: Callable[[Tensor, float], Tensor],
    ) -> Tensor:
        pictures = self.paint(prompt, seeds, how)
        for sigma in (9.0, 3.0, 1.0, 0.3):
            pictures = pictures + push(pictures, sigma)
        return pictures.clamp(0, 1)

    def paint_swapped(
        self, prompt: str, seed: int, other: int, at: int, how: Painting
    ) -> tuple[Tensor, Tensor]:
        steps = how.steps or 20
        left = 1 - at / steps
        stepwise = self._picture(prompt, seed, other if left else seed)
        ends = self._picture(prompt, seed, seed), self._picture(prompt, other, other)
        return stepwise, ends[0] * (1 - left) + ends[1] * left

    def previews(self, prompt: str, seed: int, how: Painting) -> tuple[Tensor, ...]:
        steps = how.steps or 20
        end = self._picture(prompt, seed, seed)
        grey = torch.full_like(end, 0.5)
        return tuple(end * (k + 1) / steps + grey * (1 - (k + 1) / steps) for k in range(steps))

    def glimpses(
        self,
        prompt: str,
        seeds: Sequence[int],
        how: Painting,
        *,
        steps: Sequence[int],
        layers: Sequence[str] = (),
    ) -> tuple[Glimpse, ...]:
        shown = [self.previews(prompt, seed, how) for seed in seeds]
        found = []
        for step in steps:
            pictures = torch.stack([one[step - 1] for one in shown])
            held = [self.features(self._picture(prompt, s, s), layers, 0, seed=s) for s in seeds]
            features = {layer: torch.stack([one[layer] for one in held]) for layer in layers}
            found.append(Glimpse(step, pictures, features))
        return tuple(found)

    def repaint(
        self, picture: Tensor, prompt: str, seed: int, *, strength: float, steps: int
    ) -> Tensor:
        noise = numbers("repaint", str(seed), count=picture.numel()).reshape(picture.shape)
        return (picture + 0.01 * steps * (noise - 0.5)).clamp(0, 1)

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        height, width = picture.shape[-2] // 4, picture.shape[-1] // 4
        colours = interpolate(picture[None], (height, width), mode="area")[0] * 2 - 1
        rows = torch.linspace(-1, 1, height)[:, None].expand(height, width)
        columns = torch.linspace(-1, 1, width)[None].expand(height, width)
        digest = hashlib.sha256(picture.contiguous().numpy().tobytes()).hexdigest()
        noise = numbers(digest, str(seed), count=5 * height * width).reshape(5, height, width)
        noise = noise - 0.5
        seen = {
            NOISE: noise,
            COLOURS: colours + 0.02 * noise[:3] if self.trained else noise[:3],
            PLACE: torch.stack([rows, columns, torch.ones_like(rows)]),
        }
        return {layer: seen[layer] for layer in layers}

    def untrained(self) -> Stand:
        return replace(self, trained=False)

    def _picture(self, prompt: str, seed: int, step_seed: int) -> Tensor:
        shape = (3, HEIGHT // 8, WIDTH // 8)
        count = shape[0] * shape[1] * shape[2]
        own = numbers("seed", str(seed), count=count)
        asked = numbers("prompt", prompt, str(seed) if self.seed_share < 1 else "", count=count)
        steps = numbers("steps", str(step_seed), count=count)
        mixed = self.seed_share * own + (1 - self.seed_share) * asked
        mixed = (1 - self.step_share) * mixed + self.step_share * steps
        return interpolate(mixed.reshape(1, *shape), (HEIGHT, WIDTH))[0]


NOISY_LAYER, COARSE_LAYER = "down-level0-repeat0-res-out", "mid-vit-out"
SCATTERED_LAYER, PLACE_LAYER = "up-level1-repeat0-res-out", "up-level0-repeat0-vit-block0-self-k"
GOOD_LAYERS = ("up-level0-repeat0-vit-block0-cross-q", "up-level1-repeat0-vit-block0-self-q")
"""Layers of a denoiser each of which has one fault, and two that have none."""


@dataclass(frozen=True)
class FaultyStand(Stand):
    """Holds one layer a fault, each where the paper's rule by place drops it too."""

    @property
    def layers(self) -> tuple[str, ...]:
        return (NOISY_LAYER, COARSE_LAYER, *GOOD_LAYERS, SCATTERED_LAYER, PLACE_LAYER)

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        height, width = picture.shape[-2] // 4, picture.shape[-1] // 4
        colours = interpolate(picture[None], (height, width), mode="area")[0] * 2 - 1
        digest = hashlib.sha256(picture.contiguous().numpy().tobytes()).hexdigest()
        noise = numbers(digest, str(seed), count=9 * height * width).reshape(9, height, width) - 0.5
        if not self.trained:
            return {layer: noise[k : k + 3] for k, layer in enumerate(self.layers)}
        flat = colours.flatten(1)
        order = torch.randperm(flat.shape[1], generator=torch.Generator().manual_seed(0))
        rows = torch.linspace(-1, 1, height)[:, None].expand(height, width)
        columns = torch.linspace(-1, 1, width)[None].expand(height, width)
        halves = interpolate(colours[None], (1, 2), mode="area")
        seen = {
            NOISY_LAYER: 0.1 * colours + noise[:3],
            COARSE_LAYER: interpolate(halves, (height, width))[0],
            SCATTERED_LAYER: flat[:, order].reshape(3, height, width),
            PLACE_LAYER: torch.stack([rows, columns]) + 0.01 * noise[:2],
            GOOD_LAYERS[0]: colours + 0.02 * noise[:3],
            GOOD_LAYERS[1]: 2 * colours + 0.05 * noise[3:6],
        }
        return {layer: seen[layer] for layer in layers}


STRIPES, STRIPES_TOO = "up-level0-repeat0-res-out", "up-level1-repeat0-vit-out"
"""Layers that see lying and standing stripes, which colours do not show; each sees one alone."""


@dataclass(frozen=True)
class StripeStand(Stand):
    """Tells lying from standing stripes with two layers together, and with neither alone."""

    @property
    def layers(self) -> tuple[str, ...]:
        return (NOISE, STRIPES, STRIPES_TOO)

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        height, width = picture.shape[-2] // 4, picture.shape[-1] // 4
        digest = hashlib.sha256(picture.contiguous().numpy().tobytes()).hexdigest()
        noise = numbers(digest, str(seed), count=6 * height * width).reshape(6, height, width) - 0.5
        down = (picture[:, 1::2] - picture[:, 0::2]).abs().mean(0)
        across = (picture[:, :, 1::2] - picture[:, :, 0::2]).abs().mean(0)
        lying = interpolate(down[None, None], (height, width), mode="area")[0]
        standing = interpolate(across[None, None], (height, width), mode="area")[0]
        seen = {NOISE: noise[:2], STRIPES: noise[2:4], STRIPES_TOO: noise[4:6]}
        if self.trained:
            seen[STRIPES] = lying + 0.02 * noise[2:4]
            seen[STRIPES_TOO] = standing + 0.02 * noise[4:6]
        return {layer: seen[layer] for layer in layers}


def numbers(*words: str, count: int) -> Tensor:
    """Return numbers in [0, 1] that are the same for the same words."""
    digest = hashlib.sha256("|".join(words).encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
    return torch.rand(count, generator=generator)
