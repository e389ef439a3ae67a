"""The model a study asks about, as the studies see it; a host's business how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from torch import Tensor

Push: TypeAlias = Callable[[Tensor, float], Tensor]
"""Predictions of pictures that are painted together, and the noise level they were made at, to what
is added to them."""


@dataclass(frozen=True)
class Painting:
    """How pictures are made from prompts.

    Attributes:
        steps: how many; None takes the model's usual number.
        sampler: of the catalogue; None takes the model's usual one.
        guidance: None takes the model's usual one.
    """

    steps: int | None = None
    sampler: str | None = None
    guidance: float | None = None

    @property
    def settings(self) -> dict[str, object]:
        """All of it, as JSON types."""
        return {"steps": self.steps, "sampler": self.sampler, "guidance": self.guidance}


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What shows of unfinished pictures after a step.

    Attributes:
        step: counted from 1: so many were taken.
        pictures: ``(B, 3, H, W)`` float32 in [0, 1], as predicted there.
        features: what layers computed in that step with the prompt, ``(B, C, H, W)`` each.
    """

    step: int
    pictures: Tensor
    features: Mapping[str, Tensor]


class StudiedNetwork(Protocol):
    """A denoiser that can paint and be looked into."""

    @property
    def name(self) -> str:
        """Short, for people."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """What decides its answers, as JSON types: name, hash, noise."""
        ...

    @property
    def layers(self) -> tuple[str, ...]:
        """Canonical names of all layers that hold a value for each cell of the picture."""
        ...

    def paint(self, prompt: str, seeds: Sequence[int], how: Painting) -> Tensor:
        """Paint ``(B, 3, H, W)`` float32 in [0, 1], one picture a seed."""
        ...

    def paint_together(
        self, prompt: str, seeds: Sequence[int], how: Painting, push: Push
    ) -> Tensor:
        """Paint pictures in one batch that influence each other.

        Args:
            prompt: of all.
            seeds: one a picture.
            how: steps, sampler, guidance.
            push: is given what each step predicts of the finished pictures, as the model's
                latents ``(B, C, H, W)``, and at which noise level (sigma); it returns what to add
                to them.

        Returns:
            ``(B, 3, H, W)`` float32 in [0, 1].
        """
        ...

    def paint_swapped(
        self, prompt: str, seed: int, other: int, at: int, how: Painting
    ) -> tuple[Tensor, Tensor]:
        """Paint with ``seed``, whose noise is that of ``other`` from step ``at`` on.

        Returns:
            ``(3, H, W)`` float32 in [0, 1] twice: with the step noise of ``other`` from there on,
            and with the noise left in the latent replaced once by that of ``other``.
        """
        ...

    def previews(self, prompt: str, seed: int, how: Painting) -> tuple[Tensor, ...]:
        """Return the picture as predicted after each step, ``(3, H, W)`` float32 in [0, 1]."""
        ...

    def glimpses(
        self,
        prompt: str,
        seeds: Sequence[int],
        how: Painting,
        *,
        steps: Sequence[int],
        layers: Sequence[str] = (),
    ) -> tuple[Glimpse, ...]:
        """Paint until the last of ``steps``, and return what shows after each of them.

        Args:
            prompt: what is painted.
            seeds: one picture each.
            how: of the whole pictures; what comes after the last of ``steps`` is not computed.
            steps: rising, counted from 1.
            layers: canonical names.
        """
        ...

    def repaint(
        self, picture: Tensor, prompt: str, seed: int, *, strength: float, steps: int
    ) -> Tensor:
        """Noise a picture a little and denoise it again without guidance.

        Args:
            picture: ``(3, H, W)`` float32 in [0, 1], of the size pictures are painted at.
            prompt: what the denoiser is told.
            seed: of the noise.
            strength: how much is forgotten, in (0, 1].
            steps: in how many steps it is denoised.

        Returns:
            ``(3, H, W)`` float32 in [0, 1].
        """
        ...

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        """Return what layers compute of ``picture`` noised to a training time.

        Args:
            picture: ``(3, H, W)`` float32 in [0, 1].
            layers: canonical names.
            time: training time the picture is noised to.
            prompt: what the denoiser is told.
            seed: of the noise.

        Returns:
            ``(C, H, W)`` float32 for each layer, on its own cells.
        """
        ...

    def untrained(self) -> StudiedNetwork:
        """Return the same network with random weights: the control of what training taught."""
        ...
