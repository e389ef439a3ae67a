"""Turning what the lens saw of one picture into a lens file's record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .budget import Budgeted, Recipe, RecordingPlan, fit_budget
from .channels import ChannelChoice, ChannelFilter
from .file import write_lens
from .hooks import reason_of
from .layer_panel import chosen_layers
from .layers import find_layers
from .record import LensRecord, LensSpec
from .recorder import Recorder
from .shapes import predict_shapes
from .sheets import paint_layers
from .words import WordsSeen, predict_words, record_with_words

if TYPE_CHECKING:
    from torch import nn

    from ..generation.request import Request
    from .features import FeatureMap

#: What a lens file may take unless somebody says otherwise.
DEFAULT_BUDGET = 10**9


def panel_of(
    unet: nn.Module, words: Sequence[str], *, panels: Path | None = None
) -> tuple[str, ...]:
    """Return layer names; a single word may stand for several, see :func:`chosen_layers`.

    Args:
        unet: the model in use.
        words: names, aliases or globs; or ``auto``, ``published`` or ``NAME.panel.json``.
        panels: the only folder panels are read from; None reads them from anywhere.

    Raises:
        LayerNotFoundError: a name fits no layer, or a panel is of another model's layers.
        PanelFileError: a panel cannot be read.
        ModelError: the U-Net has no known shape.
    """
    chosen = chosen_layers(unet, words, panels=panels)
    if chosen:
        return tuple(choice.layer for choice in chosen)
    return tuple(layer.name for layer in find_layers(unet, words))


def budgeted(
    unet: nn.Module,
    cells: tuple[int, int],
    layers: Sequence[str],
    *,
    text_length: int,
    steps: int,
    budget: int,
    words: WordsSeen | None = None,
    rows: int = 1,
) -> Budgeted:
    """Cut what is to be recorded of one picture until it fits ``budget`` bytes.

    Args:
        unet: what will run.
        cells: height and width of the latent.
        layers: which layers are wanted.
        text_length: tokens of one chunk of text.
        steps: how many the picture takes.
        budget: the most the lens file may take.
        words: the empty word maps, where words are watched as well.
        rows: how many rows of the U-Net's batch are kept: pictures times prompts of each.

    Raises:
        ModelError: the U-Net has no known shape.
    """
    height, width = cells
    shapes = predict_shapes(unet, layers, height=height, width=width, words=text_length)
    maps = predict_words(unet, words, height=height, width=width) if words else {}
    return fit_budget(
        RecordingPlan({name: shapes[name] for name in layers}, steps, rows, words=maps), budget
    )


class Recording:
    """What the lens keeps of one picture; trouble becomes a note and never costs the picture.

    Args:
        recipe: what to keep of each map.
        channels: which channels of each layer.
    """

    def __init__(
        self, recipe: Recipe | None = None, *, channels: ChannelChoice = ChannelChoice.ALL
    ) -> None:
        self._recipe = recipe or Recipe()
        self._channels = ChannelFilter(channels)
        self._recorder = Recorder(self._recipe)
        self._refused: dict[str, str] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept, and why."""
        return (*self._refused.values(), *self._recorder.notes, *self._channels.notes)

    def take(self, feature: FeatureMap) -> None:
        """Keep one map: the sink of whoever watches."""
        try:
            if feature.layer not in self._refused:
                self._recorder(self._channels.of(feature))
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            note = f"{feature.layer} was not recorded to the end: {reason_of(error)}"
            self._refused[feature.layer] = note

    def finish_as(self, spec: LensSpec) -> LensRecord:
        """Return the record of the finished picture under a spec of the caller's.

        Args:
            spec: which run it was; what could not be kept is added to its notes.
        """
        record = self._recorder.finish(spec)
        said = [*_listed(spec.truth.get("notes")), *self.notes]
        return replace(
            record, spec=replace(record.spec, truth={**record.spec.truth, "notes": said})
        )

    def finish(
        self,
        request: Request,
        seed: int,
        notes: Sequence[str] = (),
        *,
        tokens: Sequence[str],
        words: WordsSeen | None = None,
        between: Callable[[], object] = lambda: None,
    ) -> LensRecord:
        """Return the record of the finished picture.

        Args:
            request: what was asked for.
            seed: its seed.
            notes: what could not be watched.
            tokens: of the prompt, by name.
            words: what words did in it, where they were watched; kept if the recipe says so.
            between: called before each layer and each map; what it raises ends the work.
        """
        spec = spec_of(request, seed, tokens, (*notes, *self.notes))
        record = self._recorder.finish(spec, between=between)
        if words is None or not self._recipe.words:
            return record
        return record_with_words(record, words, every=self._recipe.every)


def spec_of(request: Request, seed: int, tokens: Sequence[str], notes: Sequence[str]) -> LensSpec:
    """Say which run was recorded."""
    return LensSpec(
        model=request.model.name,
        sampler=request.plan.name.key,
        model_sha256=request.model.sha256,
        prompt=request.prompt,
        tokens=tuple(tokens),
        negative=request.negative,
        seeds=(str(seed),),
        rows="conditional" if request.plan.guided else "all",
        truth={"notes": list(notes)},
    )


def keep(record: LensRecord, lens: Path, sheet: Path) -> None:
    """Write a lens file and its sheet of pictures; of words alone no sheet is made.

    Raises:
        LensFileError: the file cannot be written.
        ImageError: the record holds no pictures.
        InputError: the sheet cannot be written.
    """
    lens.parent.mkdir(parents=True, exist_ok=True)
    write_lens(lens, record)
    if record.rgb or not record.words:
        paint_layers(record, sheet)


def _listed(notes: object) -> list[object]:
    return list(notes) if isinstance(notes, (list, tuple)) else []
