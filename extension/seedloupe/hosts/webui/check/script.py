"""The script class the web UI finds."""

from __future__ import annotations

import logging
from typing import Any

from modules import devices, paths, scripts, sd_samplers, shared

from ....artifacts import choose_reader
from ....artifacts.picture_check import CheckAnswer, CheckedPicture
from ....errors import SeedloupeError
from ..catalogue import webui_table_folders
from ..options import TABLE_FOLDER
from ..plug_ins import webui_plugins
from ..use import use_of_processing
from . import infotext
from .controls import TextCheckSettings
from .counting import SeedHistory, seed_is_all
from .frame import place_in_batch
from .job import JobCheck, WebuiModules, aligned_texts
from .reader_setup import offer_own_reader
from .recent import RecentChecks

_logger = logging.getLogger(__name__)


class SeedloupeTextCheckScript(scripts.Script):
    """Looks inpainted pictures over for text that nobody asked for.

    Whatever goes wrong in here costs the user a line of text and never the picture.
    """

    def __init__(self) -> None:
        """Make what lasts from job to job: the checks somebody may want to correct."""
        super().__init__()
        offer_own_reader()
        self.plugins = webui_plugins()
        self.recent = RecentChecks()
        self._job: JobCheck | None = None

    def title(self) -> str:
        """Name the script, for the API too."""
        return "Seedloupe text check"

    def show(self, is_img2img: bool) -> object:
        """Stand below the other controls of img2img, where pictures are repainted."""
        return scripts.AlwaysVisible if is_img2img else False

    def ui(self, is_img2img: bool) -> list[Any]:
        """Build the controls; the web UI calls this several times for each tab."""
        from .panel import build_check_panel

        readers = self.plugins.readers
        return build_check_panel(self.elem_id, readers, _defaults(readers), shared.cmd_opts)

    def after_component(self, component: Any, **kwargs: Any) -> None:
        """Stand below the gallery too, once the web UI has built what tells of a new job."""
        if kwargs.get("elem_id") == "generation_info_img2img":
            from .below_gallery import build_below_gallery

            build_below_gallery(component, self.recent, "seedloupe_check")

    def process(self, p: Any, *args: Any) -> None:
        """Begin: what an earlier run of the same object left is not this one's."""
        infotext.forget_check(p)
        self._job = None

    def postprocess_image_after_composite(self, p: Any, pp: Any, *args: Any) -> None:
        """Look a picture over just before it is saved."""
        infotext.forget_check(p)
        try:
            settings = TextCheckSettings.from_args(args)
            # What another extension repaints inside this job is looked over as part of the whole.
            if settings.enabled and not getattr(p, "_ad_inner", False):
                self._look(p, pp, settings)
        except SeedloupeError as error:
            _not_checked(p, str(error))
        except Exception as error:
            _logger.exception("Seedloupe could not check a picture")
            _not_checked(p, f"{type(error).__name__}: {error}")
        finally:
            shared.state.textinfo = None

    def postprocess(self, p: Any, processed: Any, *args: Any) -> None:
        """Add what was found to the web UI's answer."""
        job, self._job = self._job, None
        if job is None or job.p is not p or not job.checked:
            return
        told = [checked.to_json() for checked in job.checked]
        # A dictionary of its own: p's is written into pictures, and may be used again.
        processed.extra_generation_params = {**p.extra_generation_params, infotext.JSON: told}
        # Scripts that put pictures together count on getting as many as they asked for.
        if job.overlays and not _selected_script(p):
            _add_overlays(processed, job)

    def _look(self, p: Any, pp: Any, settings: TextCheckSettings) -> None:
        job = self._job_of(p, settings)
        checked = job.look(pp.image)
        job.keep(checked)
        pp.image = checked.picture
        infotext.write(p, checked)
        number = p.iteration * p.batch_size + place_in_batch(p)
        self.recent.add(checked, job.history.log(p.all_prompts[number]))
        _comment(p, len(job.checked), checked)

    def _job_of(self, p: Any, settings: TextCheckSettings) -> JobCheck:
        if self._job is None or self._job.p is not p:
            from modules import images, processing

            reader = choose_reader(settings.reader, self.plugins.readers)
            host = WebuiModules(shared, images, processing, scripts.Script)
            self._job = JobCheck(p, settings, reader, _history(p, settings), host, self.filename)
        return self._job


def _defaults(readers: Any) -> TextCheckSettings:
    """What the settings page says, as far as it can be used."""
    usual = TextCheckSettings()
    reader = getattr(shared.opts, "seedloupe_reader", usual.reader)
    level = getattr(shared.opts, "seedloupe_level", usual.level)
    try:
        known = reader if reader in readers else usual.reader
        return TextCheckSettings(level=level, reader=known)
    except SeedloupeError:
        return usual


def _history(p: Any, settings: TextCheckSettings) -> SeedHistory:
    folders = webui_table_folders(paths.models_path, getattr(shared.opts, TABLE_FOLDER, ""))
    use = None
    if seed_is_all(p):
        try:
            sampler = sd_samplers.find_sampler_config(p.sampler_name)
            use = use_of_processing(p, shared.opts, devices.device, sampler)
        except SeedloupeError as error:  # a device whose noise nobody can name
            _logger.warning("Seedloupe counts nothing: %s", error)
    name = str(p.sd_model_name or "model")
    return SeedHistory(use, p.all_prompts[0], name, settings.count, folders)


def _add_overlays(processed: Any, job: JobCheck) -> None:
    texts = aligned_texts(processed.images, processed.infotexts)
    for number, overlay in job.overlays:
        processed.images.append(overlay)
        words = job.checked[number - 1].words
        texts.append(f"Text that Seedloupe found in picture {number}: {words}")
    processed.infotexts[:] = texts


def _selected_script(p: Any) -> bool:
    """Tell whether a script of the web UI's own list runs the job, such as an upscaler."""
    args = p.script_args
    return bool(args) and not isinstance(args, dict) and args[0] not in (0, None)


def _comment(p: Any, number: int, checked: CheckedPicture[Any]) -> None:
    said = f"picture {number}, seed {checked.seed}: {checked.words}."
    p.comment(f"Seedloupe: {' '.join(filter(None, (said, checked.retry_words)))}")


def _not_checked(p: Any, reason: str) -> None:
    """Leave word in the picture too: who uses the API sees neither the page nor the log."""
    infotext.write_words(p, f"{CheckAnswer.COULD_NOT_LOOK.value}: {reason}")
    p.comment(f"Seedloupe: this picture was not checked for text. {reason}")
    _logger.warning("Seedloupe: a picture was not checked for text. %s", reason)
