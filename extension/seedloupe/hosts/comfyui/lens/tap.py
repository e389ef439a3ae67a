"""Watching a sampling from ComfyUI's own wrappers, for as long as it runs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from comfy.patcher_extension import WrappersMP

from ....lens.hooks import reason_of
from ....lens.topology import is_compiled
from .events import Page, sampling_prompt
from .handle import Lens, LensRun
from .tap_run import TapRun, TapSettings

__all__ = ["LensTap"]

_logger = logging.getLogger(__name__)

_COMPILE_KEY = "torch.compile"


class LensTap:
    """Records every sampling of one MODEL, and leaves it as it was in between.

    Args:
        lens: gets each finished run.
        settings: what is watched.
        page: shows layers while the model samples.
    """

    def __init__(self, lens: Lens, settings: TapSettings, page: Page) -> None:
        self._lens, self._settings, self._page = lens, settings, page
        self._run: TapRun | None = None

    def attach(self, model: Any) -> Any:
        """Return a clone of ``model`` that is watched; the given one stays as it is."""
        tapped = model.clone()
        key = f"seedloupe.lens.{self._page.node}"
        tapped.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, key, self.sample)
        tapped.add_wrapper_with_key(WrappersMP.DIFFUSION_MODEL, key, self.call)
        return tapped

    def sample(self, executor: Any, *args: Any, **kwargs: Any) -> Any:
        """Run one sampling; what goes wrong with watching it never reaches it."""
        run = self._begin(executor.class_obj, args, kwargs)
        if run is None:
            return executor(*args, **kwargs)
        args, kwargs = run.listening(args, kwargs)
        before, self._run = self._run, run
        try:
            result = executor(*args, **kwargs)
        except BaseException as error:
            self._stopped(error)
            raise
        finally:
            self._run = before
            run.release()
        self._finish(run)
        return result

    def call(self, executor: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the network once, with hooks on its layers for as long as that takes."""
        run = self._run
        if run is None:
            return executor(x, *args, **kwargs)
        with run.watching(executor.class_obj, x, args, kwargs):
            return executor(x, *args, **kwargs)

    def _begin(
        self, guider: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> TapRun | None:
        try:
            if why := _unobservable(guider):
                self._refuse(why)
                return None
            return TapRun(self._settings, self._page, guider, args, kwargs)
        except Exception as error:  # noqa: BLE001 - the picture must not pay for the lens
            self._refuse(f"the sampling could not be watched: {reason_of(error)}")
            return None

    def _stopped(self, error: BaseException) -> None:
        stopped = "Interrupt" in type(error).__name__
        why = "the sampling was stopped" if stopped else f"the sampling failed: {reason_of(error)}"
        self._refuse(why)

    def _refuse(self, why: str) -> None:
        _logger.info("Seedloupe lens: %s", why)
        self._lens.fail(why)
        self._tell([why])

    def _finish(self, run: TapRun) -> None:
        self._lens.add(LensRun(run.record, sampling_prompt()))
        self._tell(run.notes)

    def _tell(self, notes: Sequence[str]) -> None:
        try:
            self._page.tell(notes)
        except Exception as error:  # noqa: BLE001 - nor must it pay for the page
            _logger.warning("Seedloupe lens: the page was not told: %s", reason_of(error))


def _unobservable(guider: Any) -> str:
    """Say why the network cannot be looked into; empty where it can."""
    wrappers = guider.model_options.get("transformer_options", {}).get("wrappers", {})
    unet = guider.model_patcher.get_model_object("diffusion_model")
    if wrappers.get(WrappersMP.APPLY_MODEL, {}).get(_COMPILE_KEY) or is_compiled(unet):
        return (
            "not watched: torch.compile runs the U-Net as one piece, in which no layer can be "
            "seen; bypass the compile node to look into it"
        )
    return ""
