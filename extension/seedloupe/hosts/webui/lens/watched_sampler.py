"""Standing around one sampling of one sampler, and leaving nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

#: Where ``on_cfg_denoiser`` finds whoever watches the sampling it is called for.
MARK = "seedloupe_lens"
_LAUNCH, _CALLBACK = "launch_sampling", "callback_state"


class SamplingObserver(Protocol):
    """Whoever watches a sampling; nothing here may raise."""

    def begin(self, steps: int) -> None:
        """Sampling begins."""

    def stepped(self, step: int) -> None:
        """The sampler called back after the first evaluation of a step."""

    def end(self, error: BaseException | None) -> None:
        """Sampling is over, or was broken off by ``error``."""


def watch_next_sampling(sampler: Any, observer: SamplingObserver) -> None:
    """Have ``observer`` watch the next sampling of a sampler, and none after it.

    The web UI makes a sampler for each pass and uses it for all batches of img2img. What stands in
    its place goes when the sampling begins, so that not even a sampling that never begins leaves
    more than itself behind.

    Args:
        sampler: the web UI's, ``p.sampler``.
        observer: is asked by ``on_cfg_denoiser`` in between, under :data:`MARK`.
    """
    waiting = vars(sampler).get(_LAUNCH)
    if isinstance(waiting, _Launch):
        waiting.observer = observer
        return
    setattr(sampler, _LAUNCH, _Launch(sampler, observer))


class _Launch:
    """Called in place of the sampler's own ``launch_sampling``, once."""

    def __init__(self, sampler: Any, observer: SamplingObserver) -> None:
        self._sampler, self._before = sampler, vars(sampler).get(_LAUNCH)
        self._given: Callable[..., Any] = sampler.launch_sampling
        self.observer: SamplingObserver | None = observer

    def __call__(self, steps: int, func: Callable[[], Any]) -> Any:
        observer, self.observer = self.observer, None
        self._step_aside()
        if observer is None:  # another extension kept us behind a wrapper of its own
            return self._given(steps, func)
        observer.begin(steps)
        denoiser, callback = self._sampler.model_wrap_cfg, _Callback(self._sampler, observer)
        setattr(denoiser, MARK, observer)
        error: BaseException | None = None
        try:
            return self._given(steps, func)
        except BaseException as raised:
            error = raised
            raise
        finally:
            if getattr(denoiser, MARK, None) is observer:
                delattr(denoiser, MARK)
            callback.step_aside()
            observer.end(error)

    def _step_aside(self) -> None:
        _put_back(self._sampler, _LAUNCH, self, self._before)


class _Callback:
    """Called in place of the sampler's own ``callback_state``, which samplers ask for by name."""

    def __init__(self, sampler: Any, observer: SamplingObserver) -> None:
        self._sampler, self._observer = sampler, observer
        self._before = vars(sampler).get(_CALLBACK)
        self._given: Callable[[Any], Any] = sampler.callback_state
        setattr(sampler, _CALLBACK, self)

    def __call__(self, told: Any) -> Any:
        result = self._given(told)
        self._observer.stepped(int(told["i"]))
        return result

    def step_aside(self) -> None:
        _put_back(self._sampler, _CALLBACK, self, self._before)


def _put_back(owner: Any, name: str, ours: object, before: object) -> None:
    """Restore what was there, unless somebody has put something over ours."""
    if vars(owner).get(name) is not ours:
        return
    if before is None:
        delattr(owner, name)
    else:
        setattr(owner, name, before)
