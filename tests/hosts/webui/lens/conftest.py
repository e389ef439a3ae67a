"""A sampling under the lens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor

from ..conftest import Host
from .one_sampling import Conds, Job, OneSampling, loaded, scheduled, small_unet


@dataclass
class Bench:
    """The web UI's double, with our lens's modules loaded over it."""

    host: Host
    done: list[Any] = field(default_factory=list)

    def ours(self, name: str) -> Any:
        return self.host.ours(f"lens.{name}")

    def use(self, model: Any) -> None:
        self.host.module("shared").sd_model = model

    def sampling(self, model: Any | None = None, *, images: int = 2, **more: Any) -> OneSampling:
        """A sampling of the web UI; ``told`` is our callback."""
        settings: dict[str, Any] = {
            "model": model or loaded(small_unet()),
            "conds": Conds([[scheduled(n)] for n in range(images)]),
            "negatives": [scheduled(90).schedules] * images,
            "told": self.ours("callbacks")._evaluated,
            "job": Job(),
            **more,
        }
        self.use(settings["model"])
        return OneSampling(**settings)

    def watched(self, sampling: OneSampling, **plan: Any) -> Any:
        """Put the next sampling under watch, without words."""
        module, prompts = self.ours("watched_sampling"), self.ours("prompts")
        images = len(sampling.conds.batch)
        conds = (sampling.conds, sampling.negatives)
        settings: dict[str, Any] = {
            "prompts": prompts.BatchPrompts(["a cat"] * images, [""] * images, *conds, 3),
            "seeds": list(range(151, 151 + images)),
            "cells": (8, 6),
            "sampler": "Euler",
            "layers": ("mid-vit-out",),
            "budget": 10**8,
            "words": False,
            **plan,
        }
        watch = module.WatchedSampling(
            module.SamplingPlan(**settings), sampling.job, self.done.append
        )
        self.ours("watched_sampler").watch_next_sampling(sampling.sampler, watch)
        return watch


@pytest.fixture
def bench(host: Host) -> Bench:
    return Bench(host)


@pytest.fixture
def latents() -> Callable[[int], Tensor]:
    def draw(images: int = 2) -> Tensor:
        return torch.randn(images, 4, 8, 6, generator=torch.Generator().manual_seed(7))

    return draw
