"""The script class the web UI finds."""

from __future__ import annotations

import logging
from typing import Any

from modules import devices, scripts, sd_samplers, shared

from ....errors import SeedloupeError
from ..plug_ins import webui_plugins
from . import infotext
from .choice import JobContext, SeedGivenError, choose_for, restore_resize
from .controls import PanelSettings
from .course import SeedCourse, begin_course, course_of
from .stores import positions, webui_tables

_logger = logging.getLogger(__name__)


class SeedloupeScript(scripts.Script):
    """The Seedloupe panel of one tab.

    Whatever goes wrong in here costs the user a line of text and never the picture.
    """

    def __init__(self) -> None:
        """Look for plug-ins, once for both tabs."""
        super().__init__()
        self.plugins = webui_plugins()
        self._running: tuple[SeedCourse, object] | None = None
        self._links: Any = None

    def title(self) -> str:
        """Name the script, for the API too."""
        return "Seedloupe"

    def show(self, is_img2img: bool) -> object:
        """Stand below the other controls, in both tabs."""
        return scripts.AlwaysVisible

    def ui(self, is_img2img: bool) -> list[Any]:
        """Build the controls; the web UI calls this several times for each tab."""
        from .panel import build_panel

        panel = build_panel(self.elem_id, webui_tables())
        self.infotext_fields = panel.infotext_fields
        self.paste_field_names = panel.paste_field_names
        self._page_links().offer_panel(panel)
        return panel.controls

    def after_component(self, component: Any, **kwargs: Any) -> None:
        """Note the page's own controls, which the panel reads and sets."""
        self._page_links().offer(kwargs.get("elem_id"), component)

    def setup(self, p: Any, *args: Any) -> None:
        """Note the seed as the user asked for it; scripts fix it before :meth:`process`."""
        begin_course(p)

    def process(self, p: Any, *args: Any) -> None:
        """Choose the job's seeds; the last moment at which the web UI takes them."""
        course = course_of(p)
        infotext.forget(p)
        restore_resize(p, course)
        course.written = []
        if self._is_inside_another(course):
            return  # a picture is being mended: its seed is the one it has
        self._running = course, shared.state.job_timestamp
        try:
            settings = PanelSettings.from_args(args)
            if settings.is_on:
                _say_all(p, choose_for(p, settings, course, _context(p)))
        except SeedGivenError as error:
            p.comment(f"Seedloupe: the seeds were left alone. {error}")
        except SeedloupeError as error:
            _seeds_were_kept(p, str(error))
        except Exception as error:
            _logger.exception("Seedloupe could not choose seeds")
            _seeds_were_kept(p, f"{type(error).__name__}: {error}")

    def before_process_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
        """Take back what the pictures say where another extension changed the seeds after us."""
        ours = course_of(p).written
        if ours and kwargs.get("batch_number") == 0 and list(p.all_seeds) != ours:
            infotext.forget(p)
            course_of(p).written = []
            _seeds_were_kept(p, "Another extension replaced the seeds after Seedloupe chose them.")

    def postprocess(self, p: Any, processed: Any, *args: Any) -> None:
        """Note that the job is over."""
        if self._running is not None and self._running[0] is course_of(p):
            self._running = None

    def _is_inside_another(self, course: SeedCourse) -> bool:
        """Tell whether this job runs from within another's, as ADetailer's do."""
        if self._running is None:
            return False
        outer, stamp = self._running
        alive = outer.original() is not None
        return alive and outer is not course and stamp == shared.state.job_timestamp

    def _page_links(self) -> Any:
        """Return what joins the panel to the page's own controls; gradio is imported by then."""
        if self._links is None:
            from .page import PageLinks

            self._links = PageLinks("img2img" if self.is_img2img else "txt2img")
        return self._links


def _context(p: Any) -> JobContext:
    sampler = sd_samplers.find_sampler_config(p.sampler_name)
    return JobContext(webui_tables(), shared.opts, devices.device, sampler, positions())


def _say_all(p: Any, notes: tuple[str, ...]) -> None:
    """Say notes on the page and in the pictures: who uses the API sees the latter alone."""
    if notes:
        p.extra_generation_params[infotext.NOTE] = " ".join(notes)
    for note in notes:
        _say(p, note)


def _seeds_were_kept(p: Any, reason: str) -> None:
    p.extra_generation_params[infotext.NOTE] = f"seeds left alone: {reason}"
    _say(p, f"the seeds were left alone. {reason}")


def _say(p: Any, sentence: str) -> None:
    p.comment(f"Seedloupe: {sentence}")
    _logger.warning("Seedloupe: %s", sentence)
