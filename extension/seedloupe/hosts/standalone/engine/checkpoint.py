"""What a single model file holds, read from its header without touching the weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ....errors import InputError, ModelError
from ....generation.model_info import Family
from ....safetensors_file import ContainerRules, read_content, read_header, read_skeleton
from ....seedling.variants import MARK, Variant

UNET = "model.diffusion_model."
VAE = "first_stage_model."
TEXT = ("cond_stage_model.", "conditioner.embedders.")
_PARTS = {"VAE": (VAE,), "text encoder": TEXT}

_FIRST_CONV = UNET + "input_blocks.0.0.weight"
_CONTEXT = re.compile(re.escape(UNET) + r".*\.attn2\.to_k\.weight$")
#: A weight whose spread tells Stable Diffusion 2's two kinds apart, and from where on it is wide.
_TELLTALE = UNET + "output_blocks.11.1.transformer_blocks.0.norm1.bias"
_WIDE = 0.09
_SMALL_TENSOR = 2**20
_FLOATS = {"F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8"}
_NAMES_V = re.compile(r"768|v-?pred", re.IGNORECASE)
_INPAINTING = 9

#: Diffusers' words for what a U-Net predicts.
EPSILON = "epsilon"
V_PREDICTION = "v_prediction"

#: A checkpoint's metadata may hold long lists of what it was trained on.
_RULES = ContainerRules(most_values=2**21)

#: Diffusers' word for steps that are spaced from the noisiest one on.
TRAILING = "trailing"

_UNET_ALONE = "a U-Net without its VAE and text encoder"

#: What other kinds of safetensors files begin their tensors' names with.
_OTHER_KINDS = {
    "lora_": "a LoRA, which only changes a model",
    "control_model.": "a ControlNet, which only steers a model",
    "controlnet_": "a ControlNet, which only steers a model",
    "double_blocks.": "a Flux model",
    "model.diffusion_model.double_blocks.": "a Flux model",
    "model.diffusion_model.joint_blocks.": "a Stable Diffusion 3 model",
    "input_hint_block.": "a ControlNet, which only steers a model",
    "down_blocks.": "a U-Net in diffusers layout without its VAE and text encoder",
    "input_blocks.": _UNET_ALONE,
    "text_model.": "a text encoder",
    "encoder.": "a VAE",
}


#: Family by (width of the U-Net's first layer, width of a token it attends to).
_FAMILIES = {
    (64, 64): Family.SEEDLING,
    (320, 768): Family.SD1,
    (320, 1024): Family.SD2,
    (320, 2048): Family.SDXL,
}


@dataclass(frozen=True)
class _Header:
    """What tensors a checkpoint has, and what it says of itself."""

    shapes: Mapping[str, tuple[int, ...]]
    metadata: Mapping[str, str] = field(default_factory=dict)

    def has(self, *prefixes: str) -> bool:
        """Tell whether any tensor's name begins with one of ``prefixes``."""
        return any(name.startswith(prefixes) for name in self.shapes)


@dataclass(frozen=True)
class Checkpoint:
    """What must be known before the weights of a single file can be loaded.

    Attributes:
        family: decides the configuration folder.
        in_channels: 4, or 9 where the U-Net was trained for inpainting.
        prediction: ``"epsilon"`` or ``"v_prediction"``, diffusers' words.
        trailing: whether its steps are spaced from the noisiest one on ("trailing", "SGM uniform"),
            as models of few steps are taught.
        guessed: how ``prediction`` was guessed, a whole sentence; empty where the file says it or
            the family knows no other.
    """

    family: Family
    in_channels: int
    prediction: str
    trailing: bool = False
    guessed: str = ""


def identify(path: Path, *, over: Path | None = None) -> Checkpoint:
    """Tell which model a single file holds, from the shapes of its tensors.

    Args:
        path: the file.
        over: another, whose tensors take the place of their namesakes.

    Raises:
        ModelError: the file cannot be read, is something else, or lacks a part.
    """
    header = _header_of(path)
    if over is not None:
        laid = _header_of(over)
        header = _Header({**header.shapes, **laid.shapes}, {**header.metadata, **laid.metadata})
    first = header.shapes.get(_FIRST_CONV)
    if first is None or len(first) != 4:
        raise _wrong_kind(path, _kind_of(header))
    context = next((s[1] for n, s in header.shapes.items() if _CONTEXT.match(n)), 0)
    family = _FAMILIES.get((first[0], context))
    if family is None or first[1] not in (4, 9):
        sizes = f"a U-Net {first[0]} wide over {context}-wide tokens with {first[1]} inputs"
        raise _wrong_kind(path, sizes)
    missing = [part for part, names in _PARTS.items() if not header.has(*names)]
    if missing:
        alone = len(missing) == len(_PARTS)
        raise _wrong_kind(path, _UNET_ALONE if alone else f"a file without its {missing[0]}")
    prediction, guessed = _prediction(path, header, family, first[1])
    trailing = header.metadata.get(MARK) == Variant.FAST.mark
    return Checkpoint(family, first[1], prediction, trailing, guessed)


def _prediction(path: Path, header: _Header, family: Family, in_channels: int) -> tuple[str, str]:
    """Epsilon or v, and how it was guessed: no shape tells, so ask where authors write it down.

    Stable Diffusion 2 came in two kinds with equal shapes. Its inpainting model predicts epsilon.
    """
    noted = header.metadata.get("modelspec.prediction_type", "")
    beside = path.with_suffix(".yaml")
    text = beside.read_text("utf-8", "replace") if beside.is_file() else ""
    if (
        noted.startswith("v")
        or "v_pred" in header.shapes
        or re.search(r"terization: *\W?v\b", text)
    ):
        return V_PREDICTION, ""
    if family is not Family.SD2 or in_channels == _INPAINTING or noted or text:
        return EPSILON, ""
    return _guessed(path)


def _guessed(path: Path) -> tuple[str, str]:
    """Guess what a Stable Diffusion 2 predicts, and say how.

    One weight of models that predict v is spread wider. ComfyUI tells them by it, and takes a file
    without the weight for epsilon (``comfy/supported_models.py``, ``SD20.model_type``).
    """
    spread = _spread_of(path, _TELLTALE)
    if spread is not None:
        prediction = V_PREDICTION if spread > _WIDE else EPSILON
        limit = f"{V_PREDICTION} above {_WIDE}"
        how = f"by the spread of one weight, {spread:.3g} ({limit}), as ComfyUI does"
    else:
        prediction = V_PREDICTION if _NAMES_V.search(path.stem) else EPSILON
        how = "by its name alone, as it lacks the weight that tells the two kinds apart"
    return prediction, (
        f"{path.name} does not say what it predicts: {prediction} was guessed {how}. "
        f'Metadata "modelspec.prediction_type", or a .yaml beside it, would say it.'
    )


def _spread_of(path: Path, name: str) -> float | None:
    """Return the standard deviation of one small tensor; None where there is no such."""
    try:
        with path.open("rb") as stream:
            header = read_header(stream, path.stat().st_size, _RULES)
            entry = next((one for one in header.entries if one.name == name), None)
            if entry is None or entry.code not in _FLOATS or not 0 < entry.size <= _SMALL_TENSOR:
                return None
            content = read_content(stream, header, entry, _RULES)
    except InputError:  # a header whose weights were left out
        return None
    values = np.frombuffer(content, _FLOATS[entry.code])
    if entry.code == "BF16":  # the upper half of a float32
        values = (values.astype("<u4") << 16).view("<f4")
    return float(values.astype(np.float64).std()) if np.isfinite(values).all() else None


def _kind_of(header: _Header) -> str:
    for prefix, kind in _OTHER_KINDS.items():
        if header.has(prefix):
            return kind
    return "a file without a Stable Diffusion U-Net"


def _header_of(path: Path) -> _Header:
    """Read a checkpoint's header.

    Raises:
        ModelError: the file is no safetensors file, or was cut off.
    """
    try:
        with path.open("rb") as stream:
            read = read_header(stream, path.stat().st_size, _RULES)
    except InputError as error:
        skeleton = _skeleton_of(path)
        if skeleton is not None:
            return skeleton
        what = f"whose {error.field} should be {error.expected} and is {error.got}"
        raise ModelError(
            "model",
            expected="a safetensors file",
            got=f"{path}, {what}",
            advice=error.advice,
        ) from error
    return _Header({entry.name: entry.shape for entry in read.entries}, read.metadata)


def _skeleton_of(path: Path) -> _Header | None:
    """Read a header whose weights were left out: it tells the kind, and cannot be loaded."""
    try:
        with path.open("rb") as stream:
            return _Header(read_skeleton(stream, path.stat().st_size, _RULES))
    except InputError:
        return None


def _wrong_kind(path: Path, got: str) -> ModelError:
    return ModelError(
        "model",
        expected="a whole Stable Diffusion 1, 2 or XL model or Seedling",
        got=f"{got} in {path.name}",
    )
