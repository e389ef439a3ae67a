"""What reaches a sampler as its model."""

from __future__ import annotations

from collections.abc import Mapping

from ..evaluation import Inputs, Rule
from ..flow import united
from ..values import Bundle, GraphModel, Guide, Unknown, Value
from .harmless_models import HARMLESS_MODELS

_MODEL_INPUTS = ("model", "model1", "model2", "model_opt", "*", "base_model")
_GENERATORS = ("cpu", "gpu", "nv")

HARMLESS_GUIDERS: Mapping[str, str] = {
    "BasicGuider": "weighs one prediction; noise is handed to the sampler beside it",
    "CFGGuider": "weighs two predictions; noise is handed to the sampler beside it",
    "DualCFGGuider": "weighs three predictions; noise is handed to the sampler beside it",
    "DualModelGuider": "asks two models; noise is handed to the sampler beside it",
    "PerpNegGuider": "weighs three predictions; noise is handed to the sampler beside it",
    "ScheduledCFGGuidance": "weighs two predictions; noise is handed to the sampler beside it",
}
"""Guiders that have no say in the noise, with the reason for each."""


def _model(inputs: Inputs) -> GraphModel:
    """A node that has no say: its model is as well known as the ones it is made of."""
    return _combined([inputs.values[name] for name in _MODEL_INPUTS if name in inputs.values])


def _guider(inputs: Inputs) -> Guide:
    wired = [value for name, value in inputs.values.items() if name.startswith("model")]
    return Guide(_combined(wired))


def _smz_settings(inputs: Inputs) -> Value:
    """Follow the settings of smZNodes: their ``RNG`` replaces the generator that draws the noise.

    It patches whatever it is wired to; on anything but a model it has no say in the noise.
    """
    patched = inputs.value("*")
    if not isinstance(patched, (GraphModel, Unknown)):
        return patched
    generator = inputs.word("RNG")
    model = inputs.model("*")
    if generator not in _GENERATORS:
        return GraphModel(united(model.doubts, [inputs.called]))
    return GraphModel(model.doubts, "" if generator == "cpu" else generator)


def _combined(values: list[Value]) -> GraphModel:
    """Return a model made of others, which are patched as they are."""
    models = [_as_model(value) for value in values if value is not None]
    drawn_by = {model.drawn_by for model in models if model.drawn_by}
    doubts = united(*(model.doubts for model in models))
    if len(drawn_by) > 1:
        return GraphModel(united(doubts, ["two smZ Settings"]))
    return GraphModel(doubts, next(iter(drawn_by), ""))


def _as_model(value: Value) -> GraphModel:
    if isinstance(value, Unknown):
        return GraphModel(value.names)
    if isinstance(value, Bundle):
        return _as_model(value.items.get("model"))
    return value if isinstance(value, GraphModel) else GraphModel()


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(HARMLESS_MODELS, _model),
    **dict.fromkeys(HARMLESS_GUIDERS, _guider),
    "smZ Settings": _smz_settings,
}
