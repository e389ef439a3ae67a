"""The style of a picture: Gram matrices of a feature network's layers, compressed on the fly.

Xu, Zhang and Shi (2024, sec. 4.2) describe style by Gram matrices (Gatys, Ecker and Bethge, 2016)
of a pretrained network. Of ``C`` channels such a matrix has ``C * C`` numbers, a million and more
over all layers. Each is summed with random signs into a few hundred at once (a count sketch:
Charikar, Chen and Farach-Colton, 2002), which keeps distances; none is ever stored. The table
keeps the first principal components of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...errors import InputError
from .plugin import ScorerCost, ScorerNeeds, ScorerSources, Stages, require_ready
from .protocol import OutputKind, PictureBatch, ScorerOutput
from .weights import load_into

#: Numbers kept of a layer, layers at most, and the side that pictures are looked at with.
NUMBERS, MOST_LAYERS, SIDE = 256, 16, 256
_PROBE = 64
#: VGG-16's convolutions, and where it halves the picture (Simonyan and Zisserman, 2015).
_VGG = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512)
_VGG_STAGES = (1, 6, 11, 18, 25)
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class StyleScorer:
    """Compressed Gram matrices of each picture, for distances.

    Args:
        stages: images ``(B, 3, H, W)`` in [0, 1] to maps ``(B, C, h, w)`` of some layers.
        space: what the table calls it.

    Raises:
        InputError: there are no maps.
    """

    def __init__(self, stages: Stages, *, space: str = "style") -> None:
        self._stages = stages
        with torch.no_grad():
            width = self._style(torch.full((1, 3, _PROBE, _PROBE), 0.5)).shape[1]
        self.outputs: Sequence[ScorerOutput] = (ScorerOutput(OutputKind.FEATURE, space, width),)

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        """Return the style of each picture."""
        return {self.outputs[0].key: self._style(batch.images)}

    def _style(self, images: Tensor) -> Tensor:
        maps = list(self._stages(images))
        if not 1 <= len(maps) <= MOST_LAYERS or any(m.ndim != 4 for m in maps):
            expected = f"1 to {MOST_LAYERS} maps (B, C, h, w)"
            raise InputError("stages", expected=expected, got=f"{len(maps)}")
        return torch.cat([compressed_gram(one.float().cpu()) for one in maps], 1)


def compressed_gram(features: Tensor, numbers: int = NUMBERS) -> Tensor:
    """Return a sketch of the Gram matrix of a layer's channels, whose distances are the matrix's.

    Args:
        features: ``(B, C, h, w)``.
        numbers: how many to keep; a matrix with no more different entries is kept whole.

    Returns:
        ``(B, K)``, ``K`` the lesser of ``C * (C + 1) / 2`` and ``numbers``.
    """
    count = features.shape[1]
    flat = features.flatten(2)
    gram = flat @ flat.mT / (count * flat.shape[-1])
    row, column = torch.triu_indices(count, count)
    # Entries off the diagonal stand twice in the matrix.
    entries = gram[:, row, column] * torch.where(row == column, 1.0, 2.0**0.5)
    if len(row) <= numbers:
        return entries
    generator = torch.Generator().manual_seed(count)
    place = torch.randint(numbers, (len(row),), generator=generator)
    sign = torch.randint(2, (len(row),), generator=generator) * 2.0 - 1
    return torch.zeros(len(features), numbers).index_add(1, place, entries * sign)


class VggStages(nn.Module):
    """The maps of VGG-16 that style is usually taken from, the first of each size."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for width in _VGG:
            if width == 0:
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            inputs = width
        self.features = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Images ``(B, 3, H, W)`` in [0, 1] to five maps."""
        if max(images.shape[-2:]) > SIDE:
            scale = SIDE / max(images.shape[-2:])
            images = functional.interpolate(images, scale_factor=scale, mode="area")
        mean, deviation = (torch.tensor(x).to(images)[:, None, None] for x in (_MEAN, _DEVIATION))
        x, maps = (images - mean) / deviation, []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in _VGG_STAGES:
                maps.append(x)
        return maps


class StylePlugin:
    """Gram matrices of VGG-16, or where its weights are not given of a network a host has open."""

    summary = "style for distances: Gram matrices of a feature network's layers, compressed"
    needs = ScorerNeeds(
        weights="VGG-16's weights as torchvision names them (.safetensors or .pth)", or_stages=True
    )
    cost = ScorerCost.LARGE

    def open(self, sources: ScorerSources) -> StyleScorer:
        """Return the scorer."""
        require_ready("style", self.needs, sources)
        if sources.stages is not None and "style" not in sources.weights:
            return StyleScorer(sources.stages)
        network = VggStages()
        load_into(network, sources.weights["style"], ignore=("classifier.",))
        network = network.eval().requires_grad_(False).to(sources.device)
        return StyleScorer(lambda images: network(images.to(sources.device, torch.float32)))
