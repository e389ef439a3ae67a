"""Nodes that make neither pictures nor noise, with the reason they have no say in either."""

from __future__ import annotations

from collections.abc import Mapping

from ..evaluation import Inputs, Rule
from ..values import OTHER, Value

_WORDS = "makes conditioning, which says what to sample towards; noise is drawn beside it"
_LOADS = "loads a text encoder, a VAE or another model that draws nothing"

_LISTS: Mapping[str, tuple[str, ...]] = {
    _WORDS: (
        "CLIPSetLastLayer",
        "CLIPTextEncode",
        "CLIPTextEncodeControlnet",
        "CLIPTextEncodeFlux",
        "CLIPTextEncodeHiDream",
        "CLIPTextEncodeHunyuanDiT",
        "CLIPTextEncodeLumina2",
        "CLIPTextEncodePixArtAlpha",
        "CLIPTextEncodeSD3",
        "CLIPTextEncodeSDXL",
        "CLIPTextEncodeSDXLRefiner",
        "CLIPVisionEncode",
        "ConditioningAverage",
        "ConditioningCombine",
        "ConditioningConcat",
        "ConditioningSetArea",
        "ConditioningSetAreaPercentage",
        "ConditioningSetAreaStrength",
        "ConditioningSetMask",
        "ConditioningSetTimestepRange",
        "ConditioningZeroOut",
        "ControlNetApply",
        "ControlNetApplyAdvanced",
        "ControlNetApplySD3",
        "ControlNetInpaintingAliMamaApply",
        "FluxGuidance",
        "FluxKontextMultiReferenceLatentMethod",
        "GLIGENTextBoxApply",
        "ReferenceLatent",
        "SetUnionControlNetType",
        "StyleModelApply",
        "TextEncodeQwenImageEdit",
        "TextEncodeQwenImageEditPlus",
        "smZ CLIPTextEncode",
        "unCLIPConditioning",
    ),
    _LOADS: (
        "CLIPLoader",
        "CLIPLoaderGGUF",
        "CLIPVisionLoader",
        "ControlNetLoader",
        "DiffControlNetLoader",
        "DualCLIPLoader",
        "DualCLIPLoaderGGUF",
        "GLIGENLoader",
        "IPAdapterModelLoader",
        "QuadrupleCLIPLoader",
        "StyleModelLoader",
        "TripleCLIPLoader",
        "UltralyticsDetectorProvider",
        "UpscaleModelLoader",
        "VAELoader",
    ),
}

HARMLESS_OTHERS: Mapping[str, str] = {
    kind: reason for reason, kinds in _LISTS.items() for kind in kinds
}
"""Every such node, and why it has no say."""


def _other(inputs: Inputs) -> Value:
    return OTHER


RULES: Mapping[str, Rule] = dict.fromkeys(HARMLESS_OTHERS, _other)
