"""What the web UI calls on behalf of the lens, besides its script."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from .job import lens_job_of
from .watched_sampler import MARK
from .watched_sampling import WatchedSampling

_logger = logging.getLogger(__name__)


def register_lens_callbacks() -> None:
    """Register; "Reload UI" forgets callbacks and calls this again."""
    from modules import script_callbacks

    from .png_info import add_buttons

    script_callbacks.on_cfg_denoiser(_evaluated)
    script_callbacks.on_image_saved(_saved)
    script_callbacks.on_after_component(add_buttons)


def _evaluated(params: Any) -> None:
    """Hand an evaluation to whoever watches its sampling; of others we hear and do nothing."""
    tap = getattr(params.denoiser, MARK, None)
    if isinstance(tap, WatchedSampling):
        tap.evaluate(params)


def _saved(params: Any) -> None:
    job = lens_job_of(params.p)
    if job is None:
        return
    parameters = str((params.pnginfo or {}).get("parameters", ""))
    for problem in job.saved(Path(params.filename), parameters):
        params.p.comment(f"Seedloupe lens: {problem}")
        _logger.warning("Seedloupe lens: %s", problem)
