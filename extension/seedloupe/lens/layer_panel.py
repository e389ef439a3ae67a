"""A choice of layers in a file, such as a study's winner: ``NAME.panel.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from ..errors import InputError, LayerNotFoundError
from ..files import write_json
from .layers import list_layers
from .panel import panel_choices
from .published_panels import published_panel
from .sources import PanelChoice

PANEL_SUFFIX = ".panel.json"
PUBLISHED = "published"
"""The word that stands for the set a paper recommends for such a U-Net."""
_FORMAT = "seedloupe.panel.1"
_MOST_BYTES = 1_000_000
_MOST_LAYERS = 2_000


class PanelFileError(InputError):
    """A file of layers that cannot be used."""


@dataclass(frozen=True)
class LayerPanel:
    """Layers that were found to be worth showing.

    Attributes:
        layers: canonical names, the best first where there is an order.
        study: what found them.
        model: on which model.
        model_sha256: of its weights; empty where nobody knows.
        time: training time pictures were noised to; None where several were.
        finding: what was found, in one sentence.
        command: that made it.
    """

    layers: tuple[str, ...]
    study: str
    model: str
    model_sha256: str = ""
    time: int | None = None
    finding: str = ""
    command: str = ""

    def require_layers_of(self, unet: nn.Module, *, name: str) -> None:
        """Refuse a U-Net that lacks some of the layers.

        Args:
            unet: the model in use.
            name: what the panel is called.

        Raises:
            LayerNotFoundError: the panel is of another model's layers.
            ModelError: ``unet`` has no known shape.
        """
        known = {layer.name for layer in list_layers(unet)}
        missing = [layer for layer in self.layers if layer not in known]
        if missing:
            raise LayerNotFoundError(
                "panel",
                expected="layers this model has",
                got=f"{name} of {self.model}: {len(missing)} of {len(self.layers)} are not here, "
                f"such as {missing[0]}",
                advice=f"Run `seedloupe study {self.study}` on this model for one of its own.",
            )

    def choices(self) -> tuple[PanelChoice, ...]:
        """Return each layer with why it is there."""
        when = "" if self.time is None else f" at training time {self.time}"
        task = f"measured on {self.model}{when}"
        return tuple(
            PanelChoice(layer, f"study {self.study}", task, self.finding, inferred=False)
            for layer in self.layers
        )


def write_panel(panel: LayerPanel, path: Path) -> None:
    """Write a panel for people and programs to read.

    Raises:
        InputError: the place cannot be written to.
    """
    document: dict[str, object] = {
        "format": _FORMAT,
        "study": panel.study,
        "model": panel.model,
        "model_sha256": panel.model_sha256,
        "time": panel.time,
        "layers": list(panel.layers),
        "finding": panel.finding,
        "command": panel.command,
    }
    write_json(path, document)


def read_panel(path: Path) -> LayerPanel:
    """Read a panel.

    Raises:
        PanelFileError: there is none, or it is no such file.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _refusal(path, f"more than {_MOST_BYTES} bytes")
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no JSON"
        raise _refusal(path, str(why)) from error
    if not isinstance(document, Mapping) or document.get("format") != _FORMAT:
        raise _refusal(path, "another kind of file")
    return _panel(path, document)


def _panel(path: Path, document: Mapping[str, object]) -> LayerPanel:
    words = {}
    for name in ("study", "model", "model_sha256", "finding", "command"):
        value = document.get(name, "")
        if not isinstance(value, str):
            raise _refusal(path, f"{name} that is no text")
        words[name] = value
    layers, time = document.get("layers"), document.get("time")
    if not isinstance(layers, list) or not all(isinstance(one, str) and one for one in layers):
        raise _refusal(path, "layers that are no list of names")
    if not 1 <= len(layers) <= _MOST_LAYERS or len(set(layers)) < len(layers):
        raise _refusal(path, f"{len(layers)} layers, or one twice")
    if time is not None and (not isinstance(time, int) or isinstance(time, bool)):
        raise _refusal(path, "a time that is no whole number")
    return LayerPanel(tuple(layers), time=time, **words)


def chosen_layers(
    unet: nn.Module, words: Sequence[str], *, panels: Path | None = None
) -> tuple[PanelChoice, ...]:
    """Return the layers a word stands for, each with why it is there.

    ``auto`` stands for the panel made for the U-Net, ``published`` for what a paper recommends for
    one of its shape, ``NAME.panel.json`` for what a study found. None for other words.

    Args:
        unet: the model in use.
        words: as somebody gave them.
        panels: the only folder files are taken from, by their bare names; None takes any path.

    Raises:
        LayerNotFoundError: the panel is of another model's layers, or none is published.
        PanelFileError: the file cannot be used.
        ModelError: the U-Net has no known shape.
    """
    if len(words) != 1:
        return ()
    if words[0] == "auto":
        return panel_choices(unet)
    if words[0] == PUBLISHED:
        return published_panel(unet).choices()
    if not words[0].endswith(PANEL_SUFFIX):
        return ()
    path = _place(words[0], panels)
    panel = read_panel(path)
    panel.require_layers_of(unet, name=path.name)
    return panel.choices()


def _place(word: str, panels: Path | None) -> Path:
    if panels is None:
        return Path(word)
    if Path(word).name != word or "\\" in word:
        raise PanelFileError(
            "panel", expected=f"the bare name of a file in {panels}", got=repr(word)
        )
    return panels / word


def _refusal(path: Path, got: str) -> PanelFileError:
    return PanelFileError(
        "panel",
        expected=f"a NAME{PANEL_SUFFIX} that a study wrote",
        got=f"{path.name}: {got}",
    )
