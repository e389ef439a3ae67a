"""What a single model file holds, read from its header without touching the weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ....errors import InputError, ModelError
from ....generation.model_info import Family
from ....safetensors_file import ContainerRules, read_header
from ....seedling.variants import MARK, Variant

UNET = "model.diffusion_model."
VAE = "first_stage_model."
TEXT = ("cond_stage_model.", "conditioner.embedders.")

_FIRST_CONV = UNET + "input_blocks.0.0.weight"
_CONTEXT = re.compile(re.escape(UNET) + r".*\.attn2\.to_k\.weight$")
#: A checkpoint's metadata may hold long lists of what it was trained on.
_RULES = ContainerRules(most_values=2**21)

#: Diffusers' word for steps that are spaced from the noisiest one on.
TRAILING = "trailing"

#: What other kinds of safetensors files begin their tensors' names with.
_OTHER_KINDS = {
    "lora_": "a LoRA, which only changes a model",
    "control_model.": "a ControlNet, which only steers a model",
    "controlnet_": "a ControlNet, which only steers a model",
    "double_blocks.": "a Flux model",
    "model.diffusion_model.double_blocks.": "a Flux model",
    "model.diffusion_model.joint_blocks.": "a Stable Diffusion 3 model",
    "down_blocks.": "a U-Net in diffusers layout without its VAE and text encoder",
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
    """

    family: Family
    in_channels: int
    prediction: str
    trailing: bool = False


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
    for part, prefixes in {"VAE": (VAE,), "text encoder": TEXT}.items():
        if not header.has(*prefixes):
            raise _wrong_kind(path, f"a file without its {part}")
    prediction = _prediction(path, header, family, first[1])
    trailing = header.metadata.get(MARK) == Variant.FAST.mark
    return Checkpoint(family, first[1], prediction, trailing)


def _prediction(path: Path, header: _Header, family: Family, in_channels: int) -> str:
    """Epsilon or v: no shape tells, so ask the places where authors write it down.

    Stable Diffusion 2 came in two kinds with equal shapes; without any note the 768-pixel one,
    which predicts v, is by far the more common, and its 512-pixel base says so in its name.
    """
    noted = header.metadata.get("modelspec.prediction_type", "")
    beside = path.with_suffix(".yaml")
    text = beside.read_text("utf-8", "replace") if beside.is_file() else ""
    if (
        noted.startswith("v")
        or "v_pred" in header.shapes
        or re.search(r"terization: *\W?v\b", text)
    ):
        return "v_prediction"
    base = in_channels == 9 or re.search(r"base|512", path.stem) or noted or text
    return "v_prediction" if family is Family.SD2 and not base else "epsilon"


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
        what = f"whose {error.field} should be {error.expected} and is {error.got}"
        raise ModelError(
            "model",
            expected="a safetensors file",
            got=f"{path}, {what}",
            advice=error.advice,
        ) from error
    return _Header({entry.name: entry.shape for entry in read.entries}, read.metadata)


def _wrong_kind(path: Path, got: str) -> ModelError:
    return ModelError(
        "model",
        expected="a whole Stable Diffusion 1, 2 or XL model or Seedling",
        got=f"{got} in {path.name}",
    )
