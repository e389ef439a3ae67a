"""Wrappers around the host's own calls, kept by kind and key, the first added outermost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


class WrappersMP:
    OUTER_SAMPLE = "outer_sample"
    SAMPLER_SAMPLE = "sampler_sample"
    PREDICT_NOISE = "predict_noise"
    CALC_COND_BATCH = "calc_cond_batch"
    APPLY_MODEL = "apply_model"
    DIFFUSION_MODEL = "diffusion_model"


class WrapperExecutor:
    """Calls the wrappers in turn, each with the executor of the rest, and at last the original."""

    def __init__(
        self,
        original: Callable[..., Any],
        class_obj: object,
        wrappers: Sequence[Callable[..., Any]],
        idx: int = 0,
    ) -> None:
        self.original, self.class_obj = original, class_obj
        self.wrappers, self.idx = list(wrappers), idx

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        inner = WrapperExecutor(self.original, self.class_obj, self.wrappers, self.idx + 1)
        return inner.execute(*args, **kwargs)

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        if self.idx == len(self.wrappers):
            return self.original(*args, **kwargs)
        return self.wrappers[self.idx](self, *args, **kwargs)

    @classmethod
    def new_class_executor(
        cls,
        original: Callable[..., Any],
        class_obj: object,
        wrappers: Sequence[Callable[..., Any]],
        idx: int = 0,
    ) -> WrapperExecutor:
        return cls(original, class_obj, wrappers, idx)


def get_all_wrappers(
    wrapper_type: str, transformer_options: Mapping[str, Any], is_model_options: bool = False
) -> list[Callable[..., Any]]:
    if is_model_options:
        transformer_options = transformer_options.get("transformer_options", {})
    by_key = transformer_options.get("wrappers", {}).get(wrapper_type, {})
    return [one for wrappers in by_key.values() for one in wrappers]
