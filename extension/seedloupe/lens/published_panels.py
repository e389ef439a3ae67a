"""Sets of layers that a paper recommends, under our names, as the paper's own code states them.

The names of generic-diffusion-feature are our canonical names, so nothing is translated. Nobody
measured these sets here: what stands with them is what the paper reports.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from ..errors import LayerNotFoundError
from .layers import list_layers
from .sources import PanelChoice
from .topology import bare_unet
from .transformer_kinds import kind_of

_PAPER = "Meng et al., generic-diffusion-feature, NeurIPS 2024"
_CONFIGS = "github.com/Darkbblue/generic-diffusion-feature at e4361a6, feature/configs"
NOT_MEASURED = "published, not measured here"


@dataclass(frozen=True)
class PublishedPanel:
    """A set of layers a paper recommends for one model.

    Attributes:
        name: short, for people.
        model: which one it was published for.
        layers: canonical names.
        paper: who recommends it.
        source: where exactly the layers are named.
        figures: what the paper reports for the set, as a sentence.
        blocks: how many transformer blocks the first of its transformers has at most in the model;
            tells U-Nets of one naming apart.
    """

    name: str
    model: str
    layers: tuple[str, ...]
    paper: str
    source: str
    figures: str
    blocks: int

    def choices(self) -> tuple[PanelChoice, ...]:
        """Return each layer with why it is there."""
        task = f"recommended for {self.model}, in {self.source}; {NOT_MEASURED}"
        return tuple(
            PanelChoice(layer, self.paper, task, self.figures, inferred=False)
            for layer in self.layers
        )


SD15 = PublishedPanel(
    "meng-sd15",
    "SD 1.5",
    (
        "up-level1-repeat1-vit-block0-cross-q",
        "up-level1-repeat2-res-out",
        "up-level2-repeat1-vit-block0-cross-q",
        "up-level3-repeat0-vit-block0-self-k",
    ),
    _PAPER,
    f"{_CONFIGS}/config_15_practical.json",
    "At time step 50 the set reaches PCK@0.1 of 77.78 on SPair-71k (75.14 with the layers used "
    "before) and mIoU of 60.2 on Horse-21 (59.4).",
    1,
)
SDXL = PublishedPanel(
    "meng-sdxl",
    "SDXL",
    (
        "up-level0-repeat0-vit-block7-out",
        "up-level0-repeat0-vit-block5-out",
        "up-level1-repeat0-vit-block0-cross-q",
        "up-level1-repeat0-vit-block0-out",
    ),
    _PAPER,
    f"{_CONFIGS}/config_xl_practical.json",
    "At time step 50 the set reaches PCK@0.1 of 81.72 on SPair-71k (66.00 with the layers used "
    "before) and mIoU of 62.7 on Horse-21 (53.0).",
    10,
)
PUBLISHED_PANELS = (SD15, SDXL)


def published_panel(unet: nn.Module) -> PublishedPanel:
    """Return the published set for a U-Net of this shape.

    Raises:
        LayerNotFoundError: none is published for its shape.
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    names = {layer.name for layer in list_layers(unet)}
    deepest = _deepest(unet)
    for panel in PUBLISHED_PANELS:
        if panel.blocks == deepest and names.issuperset(panel.layers):
            return panel
    raise LayerNotFoundError(
        "panel",
        expected=f"a U-Net of the shape of {' or '.join(one.model for one in PUBLISHED_PANELS)}",
        got=f"one of another shape, with {len(names)} layers",
        advice="auto chooses layers for any U-Net.",
    )


def _deepest(unet: nn.Module) -> int:
    """Return how many transformer blocks the deepest transformer has; 0 where there is no U-Net."""
    unet = bare_unet(unet)
    if kind_of(unet):
        return 0
    lists = [m for name, m in unet.named_modules() if name.endswith("transformer_blocks")]
    return max((len(list(blocks.children())) for blocks in lists), default=0)
