"""The layers beside the picture being drawn: which ones, and as which colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....errors import ModelError
from ....images import to_pil
from ....lens import PcaRenderer, default_panel, layer_titles
from .html import LayerView, Preview, data_url

if TYPE_CHECKING:
    from torch import nn

    from ....lens import FeatureMap, FeatureRenderer
    from ....lens.concepts import ConceptFrame
    from ..engine.sampling import StepUpdate

#: More would not fit beside the picture.
MOST_LAYERS = 3


def panel(unet: nn.Module) -> tuple[str, ...]:
    """Return the layers to watch: the coarsest of the panel made for this U-Net, and the finest.

    None in a U-Net of unknown shape, which can still draw.
    """
    try:
        layers = default_panel(unet)
    except ModelError:
        return ()
    return layers if len(layers) <= MOST_LAYERS else (layers[0], *layers[1 - MOST_LAYERS :])


class LayerPainter:
    """Colours layers, with one set of colours for a whole run.

    Args:
        renderer: paints; by default the principal components.
    """

    def __init__(self, renderer: FeatureRenderer | None = None) -> None:
        self._renderer = renderer or PcaRenderer()
        self._step: dict[str, FeatureMap] = {}

    def take(self, feature: FeatureMap) -> None:
        """Keep one map of the step being taken: the sink of whoever watches."""
        if any(kept.step != feature.step for kept in self._step.values()):
            self._step.clear()
        self._step[feature.layer] = feature

    def preview(self, update: StepUpdate, title: str) -> Preview:
        """Return what to show of the step just taken.

        A layer that cannot be painted is said, not raised.
        """
        layers: list[LayerView] = []
        notes = list(update.notes)
        titles = layer_titles(tuple(self._step))
        for feature, (held, place) in zip(self._step.values(), titles, strict=True):
            try:
                picture = to_pil(self._renderer.render(feature))
                layers.append(LayerView(held, place, picture))
            except Exception as error:  # noqa: BLE001 - it must not cost the picture
                notes.append(f"{feature.layer} cannot be shown: {error}")
        lines = (f"Step {update.step + 1} of {update.steps}", _noise_words(update.sigma), *notes)
        picture = data_url(update.preview) if update.preview is not None else ""
        share = (update.step + 1) / update.steps
        return Preview(title, lines, picture, tuple(layers), share)


def concept_view(frame: ConceptFrame) -> LayerView:
    """Return the concepts of a step as one more picture beside the layers."""
    held, place = layer_titles((frame.layer,))[0]
    legend = tuple(("#{:02x}{:02x}{:02x}".format(*one.colour), one.name) for one in frame.shares)
    return LayerView("Concepts", f"{held}, {place}", to_pil(frame.picture), legend)


def _noise_words(sigma: float) -> str:
    """Say how much of a latent's variance is noise; that of pictures is about 1."""
    share = sigma**2 / (1 + sigma**2)
    if share > 0.99:
        return "still all noise"
    return f"{share:.0%} of it is noise" if share >= 0.01 else "no noise left to speak of"
