"""What a tap does with one sampling: listens to the sampler, watches calls, keeps a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ....errors import InputError
from ....lens import LivePictures, NoiseLevels, Recipe, SamplingWatch, WordWatch
from ....lens.concepts import ConceptPainter, SparseCoder
from ....lens.conditionings import Conditionings
from ....lens.hooks import reason_of
from ....lens.record import LensRecord, LensSpec
from ....lens.run_record import Recording, budgeted
from ....lens.transformer_kinds import reads_clip_first
from ..identity import model_sha256
from .events import Page

if TYPE_CHECKING:
    from ....lens import FeatureMap, FeatureSink
    from ....lens.tokens import PromptTokens

__all__ = ["TapRun", "TapSettings"]

_CHUNK = 77
_UNREAD = "words are not shown: this model is told the tokens of another encoder than CLIP"


@dataclass(frozen=True)
class TapSettings:
    """What a tap watches.

    Args:
        layers: canonical names.
        budget: bytes a recording may take.
        live: whether pictures are sent while a model samples.
        prompt: the words of the prompt; None watches no words.
        negative: those of the negative prompt.
        texts: both prompts as they were written.
        concepts: painted while a model samples, where pictures are sent; None paints none.
    """

    layers: tuple[str, ...]
    budget: int
    live: bool = True
    prompt: PromptTokens | None = None
    negative: PromptTokens | None = None
    texts: tuple[str, str] = ("", "")
    concepts: SparseCoder | None = None

    def words(self) -> WordWatch | None:
        """Return a watch of the words, or None where there are none."""
        if self.prompt is None:
            return None
        words = WordWatch(self.prompt, self.negative)
        return words if words.prompt.prompt.words else None


class TapRun:
    """One sampling under watch."""

    def __init__(
        self,
        settings: TapSettings,
        page: Page,
        guider: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        noise, sampler, sigmas, seed = (
            _argument(name, args, kwargs) for name in ("noise", "sampler", "sigmas", "seed")
        )
        self._page, self._settings = page, settings
        self._steps = max(1, len(sigmas) - 1)
        model = guider.model_patcher
        self._conditionings = Conditionings(_ids(guider))
        unet, words = model.get_model_object("diffusion_model"), settings.words()
        unread = words is not None and not reads_clip_first(unet)
        words = None if unread else words
        planned = budgeted(
            unet,
            (noise.shape[-2], noise.shape[-1]),
            settings.layers,
            text_length=settings.prompt.length if settings.prompt else _CHUNK,
            steps=self._steps,
            budget=settings.budget,
            words=words.prompt if words else None,
            rows=noise.shape[0] * self._conditionings.prompts,
        )
        recipe: Recipe = planned.wish.recipe
        self._every, self._words = recipe.every, words if recipe.words else None
        self._recording, self._live = Recording(recipe), LivePictures()
        self._cut = (*planned.notes, *([_UNREAD] if unread else []))
        self._spec = _spec(model, sampler, seed, settings)
        shows, coder = self._shows, settings.concepts
        self._painter = ConceptPainter(coder) if coder is not None and shows else None
        sinks = [
            _of_layers(planned.layers, self._recording.take),
            *([_of_layers(planned.layers, self._live.take)] if shows else []),
            *([self._painter.take] if self._painter else []),
        ]
        layers = dict.fromkeys((*planned.layers, *([coder.layer] if self._painter else [])))
        self._watch = SamplingWatch(tuple(layers), sinks, levels=_levels(model), words=self._words)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know about the run."""
        said = (*self._cut, *self._watch.notes, *self._recording.notes, *self._live.notes.values())
        return tuple(dict.fromkeys(said))

    def listening(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments of the sampling with our callback behind the one that was there."""
        callback = self._behind(_argument("callback", args, kwargs))
        place = _SAMPLE.index("callback")
        if len(args) > place:
            return (*args[:place], callback, *args[place + 1 :]), dict(kwargs)
        return args, {**kwargs, "callback": callback}

    def watching(self, unet: Any, x: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Watch one call of the network."""
        options = kwargs.get("transformer_options") or (args[4] if len(args) > 4 else {})
        context = kwargs.get("context", args[1] if len(args) > 1 else None)
        if self._words is not None and context is not None:
            self._words.check_length(context.shape[1])
        chunks = self._conditionings.chunks(
            options.get("cond_or_uncond", [0]), options.get("uuids", ())
        )
        return self._watch.call(unet, x, chunks, sigma=float(options["sigmas"].flatten()[0]))

    def release(self) -> None:
        """Let go of the model; harmless when sampling is over anyway."""
        self._watch.finish()

    def record(self) -> LensRecord:
        """Return what was recorded."""
        notes = [*self._cut, *self._watch.notes]
        record = self._recording.finish_as(replace(self._spec, truth={"notes": notes}))
        return self._words.kept_in(record, every=self._every) if self._words else record

    @property
    def _shows(self) -> bool:
        return self._settings.live and self._page.listens

    def _behind(self, given: Callable[..., Any] | None) -> Callable[..., Any]:
        def callback(step: int, x0: Any, x: Any, total: int, *more: Any) -> Any:
            result = given(step, x0, x, total, *more) if given is not None else None
            self._stepped(int(step))
            return result

        return callback

    def _stepped(self, step: int) -> None:
        try:
            self._watch.stepped(step)
            if pictures := self._live.due(last=step + 1 >= self._steps):
                painted = self._painter.frames[-1:] if self._painter else []
                self._page.show(pictures, step=step, steps=self._steps, concepts=painted)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._live.notes["page"] = f"layers were not shown: {reason_of(error)}"


def _of_layers(layers: Sequence[str], sink: FeatureSink) -> FeatureSink:
    """Return ``sink`` for these layers alone; another is watched for its concepts."""

    def take(feature: FeatureMap) -> None:
        if feature.layer in layers:
            sink(feature)

    return take


_SAMPLE = (
    "noise",
    "latent_image",
    "sampler",
    "sigmas",
    "denoise_mask",
    "callback",
    "disable_pbar",
    "seed",
)


def _argument(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return one argument of the host's sampling; packs before us may name them or not."""
    place = _SAMPLE.index(name)
    return args[place] if place < len(args) else kwargs.get(name)


def _ids(guider: Any) -> dict[str, list[object]]:
    """Return the ids of a guider's conditionings, by the names it gives its lists."""
    return {
        name: [one.get("uuid") for one in conds] for name, conds in guider.conds.items() if conds
    }


def _levels(model: Any) -> NoiseLevels | None:
    """Return the noise levels the model was trained at, where it has such a list."""
    sigmas = getattr(model.get_model_object("model_sampling"), "sigmas", None)
    try:
        return None if sigmas is None else NoiseLevels(tuple(sigmas.tolist()))
    except InputError:
        return None


def _spec(model: Any, sampler: Any, seed: Any, settings: TapSettings) -> LensSpec:
    name = getattr(getattr(sampler, "sampler_function", sampler), "__name__", "")
    prompt, negative = settings.texts
    return LensSpec(
        model=_model_name(model),
        sampler=name.removeprefix("sample_") or type(sampler).__name__,
        model_sha256=model_sha256(model) or "",
        prompt=prompt,
        tokens=tuple(token.text for token in settings.prompt.tokens if not token.special)
        if settings.prompt
        else (),
        negative=negative,
        seeds=() if seed is None else (str(seed),),
        rows="conditional",
    )


def _model_name(model: Any) -> str:
    """Name the file a MODEL was read from, or else what kind of model it is."""
    _, given, *_ = getattr(model, "cached_patcher_init", None) or (None, ())
    files = [PurePath(one).name for one in given if isinstance(one, str) and one]
    config = getattr(model.model, "model_config", model.model)
    return files[0] if files else type(config).__name__
