"""What the lens does with one sampling: hears of each evaluation, watches it, keeps a record."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....lens import LivePictures, Recipe, WordWatch
from ....lens.denoiser_watch import DenoiserWatch
from ....lens.hooks import reason_of
from ....lens.record import LensRecord, LensSpec
from ....lens.run_record import Recording, budgeted, panel_of
from ....places import panels_folder
from .announced import announced_rows, announced_sigma
from .prompts import BatchPrompts, watch_of_words
from .unet import LoadedModel, model_in_use

if TYPE_CHECKING:
    from .live import LiveStrip

_CHUNK = 77


@dataclass(frozen=True, eq=False)
class SamplingPlan:
    """What is to be watched of one sampling.

    Args:
        prompts: of its pictures.
        seeds: of its pictures.
        cells: height and width of the latent.
        sampler: as the web UI calls it.
        layers: names, aliases or globs, or ``auto``.
        budget: bytes the recording of a picture may take.
        words: whether words are watched.
        strip: shows layers while the sampling runs; None shows none.
        task: the web UI's name of the job.
        title: which pass and batch it is.
    """

    prompts: BatchPrompts
    seeds: Sequence[int]
    cells: tuple[int, int]
    sampler: str
    layers: tuple[str, ...]
    budget: int
    words: bool = True
    strip: LiveStrip | None = None
    task: str = ""
    title: str = ""


class WatchedSampling:
    """One sampling under watch; trouble becomes a note and never reaches it.

    Args:
        plan: what is to be watched.
        job: the web UI's processing object; evaluations for others are not ours.
        done: is handed the tap when the sampling is over.
    """

    def __init__(
        self, plan: SamplingPlan, job: Any, done: Callable[[WatchedSampling], object]
    ) -> None:
        self.plan, self.job, self._done = plan, job, done
        self._notes: dict[str, str] = {}
        self._run: _Run | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know about the run."""
        run = self._run.notes if self._run is not None else ()
        return tuple(dict.fromkeys((*self._notes.values(), *run)))

    @property
    def recorded(self) -> bool:
        """Whether there is anything to look into."""
        return self._run is not None and self._run.evaluations > 0

    def begin(self, steps: int) -> None:
        """Sampling begins."""
        self._guarded("begin", lambda: self._begin(steps))

    def evaluate(self, params: Any) -> None:
        """The denoiser is evaluated now: what ``on_cfg_denoiser`` hands over."""
        if self.job is not None and params.denoiser.p is self.job and self._run is not None:
            self._guarded("evaluate", lambda: self._run and self._run.evaluate(params))

    def stepped(self, step: int) -> None:
        """The sampler called back after the first evaluation of a step."""
        if self._run is not None:
            self._guarded("step", lambda: self._run and self._run.stepped(step))

    def end(self, error: BaseException | None) -> None:
        """Sampling is over."""
        if self._run is not None:
            self._guarded("end", lambda: self._run and self._run.finish(whole=error is None))
        if error is not None:
            self._notes["error"] = f"the sampling failed: {reason_of(error)}"
        if self.plan.strip is not None:
            self.plan.strip.end(self.notes)
        # What is kept of the run must not keep the host's tensors.
        texts = replace(self.plan.prompts, cond=None, uncond=None)
        self.plan, self.job = replace(self.plan, prompts=texts), None
        if self._run is not None:
            self._run.let_go()
        self._guarded("done", lambda: self._done(self))

    def record(self) -> LensRecord:
        """Return what was recorded."""
        if self._run is None:
            raise RuntimeError("nothing was recorded")
        return self._run.record(self._notes.values())

    def note(self, about: str, note: str) -> None:
        """Add what a user should know; the first word about a thing counts."""
        self._notes.setdefault(about, note)

    def _begin(self, steps: int) -> None:
        if self.plan.strip is not None:
            self.plan.strip.begin(self.plan.task, steps=steps, title=self.plan.title)
        self._run = _Run(self.plan, model_in_use(), steps)

    def _guarded(self, about: str, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self.note(about, f"the sampling was not watched to the end: {reason_of(error)}")


class _Run:
    """A sampling that has begun."""

    def __init__(self, plan: SamplingPlan, model: LoadedModel, steps: int) -> None:
        self._plan, self._steps, self._said = plan, steps, ""
        words = self._wanted_words(model)
        cut = budgeted(
            model.unet,
            plan.cells,
            panel_of(
                model.unet, plan.layers, panels=panels_folder(os.environ, sys.platform, Path.home())
            ),
            text_length=words.prompt.prompt.length if words else _CHUNK,
            steps=steps,
            budget=plan.budget,
            words=words.prompt if words else None,
            rows=max(map(len, plan.prompts.cond.batch)),  # the budget is a picture's
        )
        recipe: Recipe = cut.wish.recipe
        self._cut, self._every = cut.notes, recipe.every
        self._words = words if recipe.words else None
        self._recording, self._live = Recording(recipe), LivePictures()
        self._spec = _spec(plan, model, words)
        self._levels, self._begun_with = model.levels, model.name
        self.evaluations = 0
        self._swapped = ""
        sinks = [self._recording.take, *([self._live.take] if plan.strip else [])]
        self._watch = DenoiserWatch(cut.layers, sinks, levels=self._levels, words=self._words)
        self._watch.arm(model.unet)

    @property
    def notes(self) -> tuple[str, ...]:
        said = (*self._cut, self._said, self._swapped, *self._watch.notes, *self._recording.notes)
        return tuple(filter(None, (*said, *self._live.notes.values())))

    def evaluate(self, params: Any) -> None:
        model = model_in_use()
        self._watch.arm(model.unet)  # a refiner may have taken over
        if model.name != self._begun_with and not self._swapped:
            self._swapped = f"from evaluation {self.evaluations + 1} on, {model.name} draws"
        sigma = announced_sigma(params, model, self._levels)
        self._watch.evaluate(int(params.denoiser.step), sigma, announced_rows(params))
        self.evaluations += 1

    def stepped(self, step: int) -> None:
        self._watch.stepped(step)
        strip = self._plan.strip
        pictures = self._live.due(last=step + 1 >= self._steps) if strip is not None else ()
        if strip is not None and pictures:
            strip.show(pictures, step=step)

    def finish(self, *, whole: bool) -> None:
        self._watch.finish(whole=whole)

    def let_go(self) -> None:
        self._plan = replace(
            self._plan, prompts=replace(self._plan.prompts, cond=None, uncond=None)
        )

    def record(self, notes: Any) -> LensRecord:
        said = [*notes, *filter(None, (*self._cut, self._said, self._swapped)), *self._watch.notes]
        record = self._recording.finish_as(replace(self._spec, truth={"notes": said}))
        return self._words.kept_in(record, every=self._every) if self._words else record

    def _wanted_words(self, model: LoadedModel) -> WordWatch | None:
        if not self._plan.words:
            return None
        try:
            words, self._said = watch_of_words(self._plan.prompts, model)
        except Exception as error:  # noqa: BLE001 - layers are watched without words
            words, self._said = None, f"words are not watched: {reason_of(error)}"
        return words


def _spec(plan: SamplingPlan, model: LoadedModel, words: WordWatch | None) -> LensSpec:
    tokens = words.prompt.prompt.tokens if words is not None else ()
    return LensSpec(
        model=model.name,
        sampler=plan.sampler,
        model_sha256=model.sha256,
        prompt=plan.prompts.prompts[0],
        tokens=tuple(token.text for token in tokens if not token.special),
        negative=plan.prompts.negatives[0],
        seeds=tuple(str(seed) for seed in plan.seeds),
        rows="conditional",
    )
