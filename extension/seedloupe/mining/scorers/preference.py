"""What people prefer, by networks that were trained on what people said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...errors import ModelError
from ...tables import MetricSpec
from .clip_network import ClipNetwork, open_clip_network
from .fidelity import FidelityScorer
from .plugin import ScorerCost, ScorerNeeds, ScorerSources, require_ready
from .protocol import OutputKind, PictureBatch, ScorerOutput
from .weights import load_into

Rule = Callable[[PictureBatch], Tensor]


class RuleScorer:
    """One score, by a function of the batch.

    Args:
        metric: what the table calls it.
        rule: ``B`` pictures to ``(B,)``.
    """

    def __init__(self, metric: MetricSpec, rule: Rule) -> None:
        self._rule = rule
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.SCORE, metric.name, metric=metric),
        )

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Return the score of each picture."""
        return {self.outputs[0].key: self._rule(batch)}


@dataclass(frozen=True)
class ClipScorePlugin:
    """Cosine of picture and prompt, times something.

    Args:
        name: the metric's.
        summary: what it measures.
        hub: where the weights are at the hub.
        times: what cosines are multiplied with; None for the network's own scale.
    """

    name: str
    summary: str
    hub: str
    times: float | None = None

    cost = ScorerCost.LARGE

    @property
    def needs(self) -> ScorerNeeds:
        """A CLIP network, and the library that opens it."""
        weights = "a CLIP network as transformers or open_clip save it"
        return ScorerNeeds(("transformers",), weights, self.hub)

    def open(self, sources: ScorerSources) -> RuleScorer:
        """Return the scorer."""
        network = network_for(self.name, self.needs, sources)
        times = network.scale if self.times is None else self.times
        metric = MetricSpec(self.name, "1", higher_is_better=True, reference=network.title)
        return RuleScorer(metric, lambda b: times * network.cosines(b.images, b.prompts))


class AestheticHead(nn.Module):
    """The improved aesthetic predictor's: linear layers without activations (LAION, 2022).

    Args:
        width: of the CLIP vectors.
    """

    def __init__(self, width: int = 768) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, 1024),
            nn.Dropout(0.2),
            nn.Linear(1024, 128),
            nn.Dropout(0.2),
            nn.Linear(128, 64),
            nn.Dropout(0.1),
            nn.Linear(64, 16),
            nn.Linear(16, 1),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Vectors ``(B, D)`` to scores ``(B,)``."""
        scores: Tensor = self.layers(vectors).squeeze(-1)
        return scores


class AestheticPlugin:
    """How beautiful a picture is, from 1 to 10, whatever its prompt."""

    summary = "LAION's improved aesthetic predictor, 1 to 10"
    needs = ScorerNeeds(
        ("transformers",),
        "CLIP ViT-L/14 as transformers saves it, and the predictor (.safetensors or .pth) beside",
    )
    cost = ScorerCost.LARGE

    def open(self, sources: ScorerSources) -> RuleScorer:
        """Return the scorer."""
        network = network_for("aesthetic", self.needs, sources)
        folder = sources.weights["aesthetic"]
        width = network.picture_vectors(torch.zeros(1, 3, 32, 32)).shape[1]
        head = AestheticHead(width).eval()
        load_into(head, _head_in(folder))

        def rule(batch: PictureBatch) -> Tensor:
            vectors = functional.normalize(network.picture_vectors(batch.images), dim=-1)
            scores: Tensor = head(vectors)
            return scores

        metric = MetricSpec("aesthetic", "1", higher_is_better=True, reference=network.title)
        return RuleScorer(metric, rule)


class ClipDistancePlugin:
    """Fréchet and kernel distance of CLIP's picture vectors."""

    summary = "Fréchet and kernel distance to real pictures by CLIP's picture vectors"
    needs = ScorerNeeds(
        ("transformers",),
        "a CLIP network as transformers or open_clip save it",
        "openai/clip-vit-base-patch32",
        reference=True,
    )
    cost = ScorerCost.LARGE

    def open(self, sources: ScorerSources) -> FidelityScorer:
        """Return the scorer."""
        reference = require_ready("fd_clip", self.needs, sources)
        network = network_for("fd_clip", self.needs, sources)
        return FidelityScorer(
            _Pictures(network),
            reference,
            space="clip",
            names=("fd_clip", "kd_clip"),
            words=network.title,
        )


class _Pictures(nn.Module):
    def __init__(self, network: ClipNetwork) -> None:
        super().__init__()
        self._network = network

    def forward(self, images: Tensor) -> Tensor:
        return self._network.picture_vectors(images)


def network_for(name: str, needs: ScorerNeeds, sources: ScorerSources) -> ClipNetwork:
    """Open the CLIP network of a scorer, from where the run says or, if asked to, from the hub.

    Raises:
        InputError: something is lacking; one line says what.
    """
    require_ready(name, needs, sources)
    place = sources.weights.get(name)
    if place is None:
        return open_clip_network(needs.hub, device=sources.device, hub=True)
    return open_clip_network(place, device=sources.device)


def _head_in(folder: Path) -> Path:
    """Return the one file of weights that is not the network's own."""
    own = ("model", "open_clip", "pytorch_model")
    found = sorted(
        path
        for path in folder.glob("*")
        if path.suffix in (".pth", ".pt", ".safetensors") and not path.name.startswith(own)
    )
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        expected = "one file with the predictor beside the network"
        raise ModelError("weights", expected=expected, got=f"{names} in {folder}")
    return found[0]


CLIP_SCORE = ClipScorePlugin(
    "clip",
    "CLIP score: how well picture and prompt fit, 100 times the cosine",
    "openai/clip-vit-base-patch32",
    100.0,
)
PICK_SCORE = ClipScorePlugin(
    "pickscore", "PickScore: which picture people pick for a prompt", "yuvalkirstain/PickScore_v1"
)
HPS = ClipScorePlugin(
    "hps",
    "HPS v2: human preference score, the cosine; weights as a checkpoint or a CLIP folder",
    "adams-story/HPSv2-hf",
    1.0,
)
