"""How near a seed's pictures are to real ones: Fréchet and kernel distances of their features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import InputError
from ...tables import MetricSpec
from .frechet import FrechetDistance
from .kid import KernelDistance
from .plugin import ScorerCost, ScorerNeeds, ScorerSources, require_ready
from .protocol import OutputKind, PictureBatch, ScorerOutput, SetMetric
from .references import read_reference

_PROBE = 64


class FidelityScorer:
    """Features of each picture, whose sets are compared with a reference.

    Args:
        network: images ``(B, 3, H, W)`` in [0, 1] to ``(B, D)``; its weights are not changed.
        reference: a folder of pictures, or saved statistics.
        space: what the features are called.
        names: the metrics' names: of the Fréchet distance and of the kernel distance.
        words: what the network is, for the table.
        device: where it runs.

    Raises:
        InputError: the reference cannot be used.
    """

    def __init__(
        self,
        network: nn.Module,
        reference: Path,
        *,
        space: str = "features",
        names: tuple[str, str] = ("fd", "kd"),
        words: str = "a given network",
        device: str = "cpu",
    ) -> None:
        self._network, self._device = network.to(device).eval(), device
        with torch.no_grad():
            width = self._features(torch.zeros(1, 3, _PROBE, _PROBE)).shape[1]
        found = read_reference(reference, self._features, width=width)
        told = f"{words}; {found.words}"
        statistics = [
            SetMetric(
                MetricSpec(names[0], "1", higher_is_better=False, reference=told),
                FrechetDistance(found.statistics, device),
            )
        ]
        if found.vectors is not None:
            kernel = MetricSpec(names[1], "1", higher_is_better=False, reference=told)
            statistics.append(SetMetric(kernel, KernelDistance(found.vectors, device)))
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.SET, space, width, statistics=tuple(statistics)),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Return the features of each picture."""
        return {self.outputs[0].key: self._features(batch.images)}

    def _features(self, images: Tensor) -> Tensor:
        found = self._network(images.to(self._device, torch.float32))
        if not isinstance(found, Tensor) or found.ndim != 2 or len(found) != len(images):
            got = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise InputError("features", expected=f"({len(images)}, D)", got=f"{got}")
        return found.float()


@dataclass(frozen=True)
class InceptionPlugin:
    """Fréchet and kernel distance of Inception features, resized as one of two programs does."""

    clean: bool = False

    needs = ScorerNeeds(
        weights="pytorch-fid's Inception weights (.safetensors or .pth)", reference=True
    )
    cost = ScorerCost.LARGE

    @property
    def summary(self) -> str:
        """What it measures."""
        how = "clean-fid" if self.clean else "pytorch-fid"
        return f"Fréchet distance (FID) and KID to real pictures, resized as by {how}"

    def open(self, sources: ScorerSources) -> FidelityScorer:
        """Return the scorer."""
        from .inception import load_inception

        name = "clean_fid" if self.clean else "fid"
        reference = require_ready(name, self.needs, sources)
        return FidelityScorer(
            load_inception(sources.weights[name], clean=self.clean),
            reference,
            space=f"inception_{name}",
            names=("clean_fid", "clean_kid") if self.clean else ("fid", "kid"),
            words=self.summary,
            device=sources.device,
        )


class GivenFeaturesPlugin:
    """The same with whatever network Python code hands in."""

    summary = "Fréchet and kernel distance to real pictures by a network of your own (Python)"
    needs = ScorerNeeds(reference=True, features=True)
    cost = ScorerCost.SMALL

    def open(self, sources: ScorerSources) -> FidelityScorer:
        """Return the scorer."""
        reference = require_ready("features", self.needs, sources)
        assert sources.features is not None  # require_ready saw to it
        return FidelityScorer(sources.features, reference, device=sources.device)
