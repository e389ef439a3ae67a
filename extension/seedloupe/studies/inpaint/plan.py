"""What an inpainting study will do, decided before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ...artifacts.repaints import InpaintTask, Pair
from ...errors import InputError
from ...noise import NoiseSource, canonical_seed
from ...tables import ModelSpec, SamplingSpec


@dataclass(frozen=True, eq=False)
class InpaintPlan:
    """Pairs times seeds times tasks, for one model, noise and way of sampling.

    Attributes:
        pairs: what is repainted, each name once, all of one size.
        seeds: canonical seeds, strictly increasing.
        tasks: what for, each once.
        shape: ``(C, H, W)`` of the latent.
        noise: where noise comes from.
        model: what repaints.
        sampling: how.
        origin: where the pairs come from, in words.

    Raises:
        InputError: something above does not hold; the field is named.
    """

    pairs: tuple[Pair, ...]
    seeds: tuple[int, ...]
    tasks: tuple[InpaintTask, ...]
    shape: tuple[int, int, int]
    noise: NoiseSource
    model: ModelSpec
    sampling: SamplingSpec
    origin: str

    def __post_init__(self) -> None:
        """Refuse what could not be told apart afterwards."""
        names = [pair.name for pair in self.pairs]
        if not names or len(set(names)) != len(names):
            raise InputError("pairs", expected="one or more, each name once", got=f"{len(names)}")
        if len({pair.size for pair in self.pairs}) > 1:
            raise InputError("pairs", expected="pictures of one size", got="several sizes")
        canonical = tuple(canonical_seed(seed, self.noise) for seed in self.seeds)
        rising = all(a < b for a, b in pairwise(canonical))
        if not canonical or canonical != self.seeds or not rising:
            expected = "one or more different canonical seeds in rising order"
            raise InputError("seeds", expected=expected, got=f"{len(self.seeds)} seeds")
        if not self.tasks or len(set(self.tasks)) != len(self.tasks):
            known = ", ".join(task.value for task in InpaintTask)
            raise InputError("tasks", expected=f"some of {known}", got=f"{self.tasks}")

    @property
    def images(self) -> int:
        """How many pictures the study makes."""
        return len(self.pairs) * len(self.seeds) * len(self.tasks)

    def settings(self, lookers: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
        """Everything that decides what is found, as JSON types.

        Args:
            lookers: for each who looks, by name, what decides its answers.
        """
        made = self.sampling
        return {
            "study": "inpaint",
            "model": {
                "name": self.model.name,
                "sha256": self.model.sha256,
                "in_channels": self.model.in_channels,
                "prediction": self.model.prediction,
            },
            "noise": self.noise.label,
            "shape": list(self.shape),
            "sampling": {
                "sampler": made.sampler,
                "scheduler": made.scheduler,
                "steps": made.steps,
                "guidance": made.guidance,
                "strength": made.strength,
                "size": list(made.size or ()),
                **dict(made.extra),
            },
            "tasks": [task.value for task in self.tasks],
            "seeds": [str(seed) for seed in self.seeds],
            "pairs": {pair.name: pair.digest for pair in self.pairs},
            "origin": self.origin,
            "lookers": {name: dict(settings) for name, settings in lookers.items()},
        }
