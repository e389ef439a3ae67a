"""The script class the web UI finds."""

from __future__ import annotations

import logging
from typing import Any

from modules import devices, paths, scripts, sd_samplers, shared

from ....errors import SeedloupeError
from ....tables import Catalogue
from ..catalogue import webui_catalogue
from ..options import TABLE_FOLDER
from ..plug_ins import webui_plugins
from ..use import use_of_processing
from . import infotext
from .controls import PanelSettings
from .golden import SeedGivenError, require_free_seeds, use_golden_seeds

_logger = logging.getLogger(__name__)


class SeedloupeScript(scripts.Script):
    """The Seedloupe panel of one tab.

    Whatever goes wrong in here costs the user a line of text and never the picture.
    """

    def __init__(self) -> None:
        """Look for plug-ins, once for both tabs."""
        super().__init__()
        self.plugins = webui_plugins()

    def title(self) -> str:
        """Name the script, for the API too."""
        return "Seedloupe"

    def show(self, is_img2img: bool) -> object:
        """Stand below the other controls, in both tabs."""
        return scripts.AlwaysVisible

    def ui(self, is_img2img: bool) -> list[Any]:
        """Build the controls; the web UI calls this several times for each tab."""
        from .panel import build_panel

        panel = build_panel(self.elem_id, _catalogue())
        self.infotext_fields = panel.infotext_fields
        self.paste_field_names = panel.paste_field_names
        return panel.controls

    def process(self, p: Any, *args: Any) -> None:
        """Choose the job's seeds; the last moment at which the web UI takes them."""
        infotext.forget(p)
        try:
            for note in _choose_seeds(p, PanelSettings.from_args(args)):
                _say(p, note)
        except SeedGivenError as error:
            p.comment(f"Seedloupe: the seeds were left alone. {error}")
        except SeedloupeError as error:
            _seeds_were_kept(p, str(error))
        except Exception as error:
            _logger.exception("Seedloupe could not choose seeds")
            _seeds_were_kept(p, f"{type(error).__name__}: {error}")


def _choose_seeds(p: Any, settings: PanelSettings) -> tuple[str, ...]:
    if not settings.enabled:
        return ()
    require_free_seeds(p, settings, shared.opts)
    table = _catalogue().read(settings.table)
    sampler = sd_samplers.find_sampler_config(p.sampler_name)
    use = use_of_processing(p, shared.opts, devices.device, sampler)
    return use_golden_seeds(p, settings.table, table, use)


def _catalogue() -> Catalogue:
    return webui_catalogue(paths.models_path, getattr(shared.opts, TABLE_FOLDER, ""))


def _seeds_were_kept(p: Any, reason: str) -> None:
    """Leave word in the picture too: who uses the API sees neither the page nor the log."""
    p.extra_generation_params[infotext.NOTE] = f"seeds left alone: {reason}"
    _say(p, f"the seeds were left alone. {reason}")


def _say(p: Any, sentence: str) -> None:
    p.comment(f"Seedloupe: {sentence}")
    _logger.warning("Seedloupe: %s", sentence)
