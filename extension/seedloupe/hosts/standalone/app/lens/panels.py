"""Which layers the tab shows, and whose choice they are."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .....lens import PanelChoice, panel_choices
from .....lens.layer_panel import chosen_layers
from .....lens.run_record import panel_of
from .....places import panels_folder

if TYPE_CHECKING:
    from torch import nn

    from ...engine.models import Model


def panel_in_use(unet: nn.Module, words: Sequence[str]) -> tuple[str, ...]:
    """Return the layers that words stand for; panels are read from the user's own folder alone.

    Raises:
        SeedloupeError: they stand for none, or the panel cannot be used with this model.
    """
    return panel_of(unet, words, panels=_folder())


def panel_reasons(
    model: Model, layers: Sequence[str], words: Sequence[str] = ()
) -> tuple[PanelChoice, ...]:
    """Return whose finding each layer follows; none where these are no panel's layers.

    Args:
        model: in use.
        layers: canonical names.
        words: they were asked for by, where somebody did.
    """
    if named := chosen_layers(model.unet, words, panels=_folder()):
        return named
    choices = panel_choices(model.unet)
    return choices if {choice.layer for choice in choices} == set(layers) else ()


def _folder() -> Path:
    return panels_folder(os.environ, sys.platform, Path.home())
