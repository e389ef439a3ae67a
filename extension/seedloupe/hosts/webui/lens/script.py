"""The lens's script class, which the web UI finds."""

from __future__ import annotations

import logging
from typing import Any

from modules import scripts, shared

from ....errors import SeedloupeError
from ....lens.hooks import reason_of
from ..options import WebuiSettings
from .job import LensJob, attach, lens_job_of
from .prompts import BatchPrompts
from .settings import LensSettings
from .state import kept_runs, live_strip
from .watched_sampler import watch_next_sampling
from .watched_sampling import SamplingPlan, WatchedSampling

_logger = logging.getLogger(__name__)
_MOST_NOTES = 4
_HIRES, _FIRST = "hires pass", "first pass"


class SeedloupeLensScript(scripts.Script):
    """The lens's panel of one tab.

    Whatever goes wrong in here costs the user a line of text and never the picture.
    """

    def title(self) -> str:
        """Name the script, for the API too."""
        return "Seedloupe lens"

    def show(self, is_img2img: bool) -> object:
        """Stand below the other controls, in both tabs."""
        return scripts.AlwaysVisible

    def ui(self, is_img2img: bool) -> list[Any]:
        """Build the controls; the web UI calls this several times for each tab."""
        from .panel import build_lens_panel

        return build_lens_panel(self.elem_id)

    def process(self, p: Any, *args: Any) -> None:
        """Begin a job."""
        attach(p, None)
        try:
            settings = LensSettings.from_args(args)
        except SeedloupeError as error:
            _say(p, f"nothing is watched. {error}")
            return
        # ADetailer's jobs within a job are about a part of its picture.
        if settings.enabled and not getattr(p, "_ad_inner", False):
            attach(p, LensJob(settings, kept_runs()))

    def process_before_every_sampling(self, p: Any, *args: Any, **kwargs: Any) -> None:
        """Stand around the sampling that comes; the last moment before it."""
        job = lens_job_of(p)
        if job is None:
            return
        try:
            part = _part(p)
            plan = _plan(p, job.settings, kwargs, part)
            batch = int(getattr(p, "iteration", 0))
            tap = WatchedSampling(plan, p, lambda tap: _over(p, job, tap, batch, part))
            watch_next_sampling(p.sampler, tap)
        except Exception as error:
            _logger.exception("Seedloupe lens could not watch the sampling")
            _say(p, f"the sampling is not watched: {reason_of(error)}")

    def postprocess_image_after_composite(self, p: Any, pp: Any, *args: Any) -> None:
        """Put the finished picture beside what was recorded of it."""
        job = lens_job_of(p)
        if job is not None:
            picture = _part_sampled(p, pp.image)
            job.finished(picture, batch=int(p.iteration), image=int(getattr(p, "batch_index", 0)))

    def postprocess(self, p: Any, processed: Any, *args: Any) -> None:
        """Note what the web UI wrote into each picture, saved or not."""
        job = lens_job_of(p)
        if job is None:
            return
        first = processed.index_of_first_image
        for number, text in enumerate(processed.infotexts[first:]):
            job.described(text, batch=number // p.batch_size, image=number % p.batch_size)


def _plan(p: Any, settings: LensSettings, kwargs: Any, part: str) -> SamplingPlan:
    options = WebuiSettings.of(shared.opts)
    noise = kwargs["noise"]
    hires = part == _HIRES
    steps = (getattr(p, "hr_second_pass_steps", 0) if hires else 0) or p.steps
    prompts = BatchPrompts(
        [*((getattr(p, "hr_prompts", None) if hires else None) or p.prompts)],
        [*((getattr(p, "hr_negative_prompts", None) if hires else None) or p.negative_prompts)],
        kwargs["c"],
        kwargs["uc"],
        steps,
    )
    sampler = (getattr(p, "hr_sampler_name", None) if hires else None) or p.sampler_name
    batch = f"batch {p.iteration + 1} of {p.n_iter}" if p.n_iter > 1 else ""
    return SamplingPlan(
        prompts,
        [*p.seeds],
        (noise.shape[-2], noise.shape[-1]),
        str(sampler),
        settings.names(options.lens_layers),
        options.lens_bytes,
        words=settings.words,
        strip=live_strip() if options.lens_live else None,
        task=_task(),
        title=", ".join(filter(None, (part, batch))),
    )


def _over(p: Any, job: LensJob, tap: WatchedSampling, batch: int, part: str) -> None:
    if shared.state.interrupted or shared.state.skipped:
        tap.note("stopped", "the sampling was stopped before its last step")
    job.add(tap, batch=batch, part=part)
    notes = tap.notes
    for note in notes[:_MOST_NOTES]:
        _say(p, note)
    if len(notes) > _MOST_NOTES:
        _say(p, f"and {len(notes) - _MOST_NOTES} notes more, which the lens file keeps")


def _part(p: Any) -> str:
    """Return what a sampling is called; empty where a picture takes only one."""
    if getattr(p, "is_hr_pass", False):
        return _HIRES
    return _FIRST if getattr(p, "enable_hr", False) else ""


def _part_sampled(p: Any, picture: Any) -> Any:
    """Cut out what was sampled, where the web UI inpaints "only masked"."""
    place = getattr(p, "paste_to", None)
    if place is None:
        return picture
    left, top, width, height = place
    return picture.crop((left, top, left + width, top + height))


def _task() -> str:
    from modules import progress

    return str(progress.current_task or "")


def _say(p: Any, sentence: str) -> None:
    p.comment(f"Seedloupe lens: {sentence}")
    _logger.warning("Seedloupe lens: %s", sentence)
