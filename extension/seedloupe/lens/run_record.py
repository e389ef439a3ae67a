"""Turning what the lens saw of one picture into a lens file's record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..generation.request import Request
    from ..hosts.standalone.engine.models import Model
    from . import FeatureMap, WordsSeen
    from .budget import Budgeted, Recipe
    from .levels import NoiseLevels
    from .record import LensRecord, LensSpec

#: What a lens file may take unless somebody says otherwise.
DEFAULT_BUDGET = 10**9


def panel_of(model: Model, words: Sequence[str]) -> tuple[str, ...]:
    """Return layer names; the single word ``auto`` stands for the panel made for the model.

    Raises:
        LayerNotFoundError: a name fits no layer.
        ModelError: the U-Net has no known shape.
    """
    from . import default_panel, find_layers

    if tuple(words) == ("auto",):
        return default_panel(model.unet)
    return tuple(layer.name for layer in find_layers(model.unet, words))


def levels_of(model: Model) -> NoiseLevels | None:
    """Return the noise levels the model was trained at, or None if its schedule has no such."""
    from ..errors import InputError
    from .levels import NoiseLevels

    products = getattr(model.pipe.scheduler, "alphas_cumprod", None)
    try:
        return None if products is None else NoiseLevels.of_alphas(products)
    except InputError:
        return None


def budgeted(
    model: Model,
    request: Request,
    layers: Sequence[str],
    *,
    steps: int,
    budget: int,
    words: bool = False,
) -> Budgeted:
    """Cut what is to be recorded of one picture of ``request`` until it fits ``budget`` bytes.

    Args:
        model: what will make it.
        request: what will be asked for.
        layers: which layers are wanted.
        steps: how many it takes.
        budget: the most the lens file may take.
        words: whether words are watched as well.

    Raises:
        ModelError: the U-Net has no known shape.
        ShapeError: no picture can have the size asked for.
    """
    from . import predict_words
    from .budget import RecordingPlan, fit_budget
    from .run_watch import empty_word_maps
    from .shapes import predict_shapes

    _, height, width = request.shape
    length = model.pipe.tokenizer.model_max_length
    shapes = predict_shapes(model.unet, layers, height=height, width=width, words=length)
    seen = empty_word_maps(model, request) if words else None
    maps = predict_words(model.unet, seen, height=height, width=width) if seen else {}
    return fit_budget(
        RecordingPlan({name: shapes[name] for name in layers}, steps, words=maps), budget
    )


class Recording:
    """What the lens keeps of one picture; trouble becomes a note and never costs the picture.

    Args:
        recipe: what to keep of each map.
    """

    def __init__(self, recipe: Recipe | None = None) -> None:
        from .budget import Recipe
        from .recorder import Recorder

        self._recipe = recipe or Recipe()
        self._recorder = Recorder(self._recipe)
        self._refused: dict[str, str] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept, and why."""
        return (*self._refused.values(), *self._recorder.notes)

    def take(self, features: Iterable[FeatureMap]) -> None:
        """Keep what one step gave."""
        from .hooks import reason_of

        for feature in features:
            try:
                if feature.layer not in self._refused:
                    self._recorder(feature)
            except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
                note = f"{feature.layer} was not recorded to the end: {reason_of(error)}"
                self._refused[feature.layer] = note

    def finish(
        self,
        model: Model,
        request: Request,
        seed: int,
        notes: Sequence[str] = (),
        *,
        words: WordsSeen | None = None,
    ) -> LensRecord:
        """Return the record of the finished picture.

        Args:
            model: what made it.
            request: what was asked for.
            seed: its seed.
            notes: what the eye could not watch.
            words: what words did in it, where they were watched; kept if the recipe says so.
        """
        from . import record_with_words

        record = self._recorder.finish(spec_of(model, request, seed, (*notes, *self.notes)))
        if words is None or not self._recipe.words:
            return record
        return record_with_words(record, words, every=self._recipe.every)


def spec_of(model: Model, request: Request, seed: int, notes: Sequence[str]) -> LensSpec:
    """Say which run was recorded."""
    from .record import LensSpec

    return LensSpec(
        model=request.model.name,
        sampler=request.sampler.value,
        model_sha256=request.model.sha256,
        prompt=request.prompt,
        tokens=tokens_of(model, request.prompt),
        negative=request.negative,
        seeds=(str(seed),),
        rows="conditional" if request.plan.guided else "all",
        truth={"notes": list(notes)},
    )


def tokens_of(model: Model, prompt: str) -> tuple[str, ...]:
    """Return a prompt's tokens as the model's own tokenizer splits it."""
    tokenizer = model.pipe.tokenizer
    numbers = tokenizer(prompt, truncation=True).input_ids
    return tuple(tokenizer.convert_ids_to_tokens(numbers))


def keep(record: LensRecord, lens: Path, sheet: Path) -> None:
    """Write a lens file and its sheet of pictures; of words alone no sheet is made.

    Raises:
        LensFileError: the file cannot be written.
        ImageError: the record holds no pictures.
        InputError: the sheet cannot be written.
    """
    from .file import write_lens
    from .sheets import paint_layers

    lens.parent.mkdir(parents=True, exist_ok=True)
    write_lens(lens, record)
    if record.rgb or not record.words:
        paint_layers(record, sheet)
