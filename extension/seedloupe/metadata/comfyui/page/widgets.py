"""The names of a page's values, which it writes in order and, in its newer versions, also by name.

An input with a seed is followed by what is to happen to it after each run; that is no input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..rules.empty_latents import EMPTY
from ..rules.numbers import HANDED_ON
from ..rules.switches import BOOLEAN_SWITCHES, NUMBERED_SWITCHES
from .read import listed, sockets_of

_AFTER = ("fixed", "increment", "decrement", "randomize")
"""What a page can be told to do to a seed after a run; its first versions wrote a switch."""

_ONE_MORE = "one more"
"""Stands for a value beyond all inputs."""
_SEEDS = ("seed", "noise_seed", "variation_seed")
_SAMPLING = ("steps", "cfg", "sampler_name", "scheduler")
_SIZE = ("width", "height", "batch_size")
_FRAMES = ("width", "height", "length", "batch_size")
_DETAIL = ("guide_size", "guide_size_for", "max_size", "seed", "steps", "cfg", "sampler_name")
_ASPECT = (
    "width",
    "height",
    "aspect_ratio",
    "swap_dimensions",
    "upscale_factor",
    "batch_size",
)
_INSPIRE = ("noise_mode", "batch_seed_mode", "variation_seed", "variation_strength")

_WIDGETS: Mapping[str, tuple[str, ...]] = {
    # samplers
    "KSampler": ("seed", *_SAMPLING, "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", *_SAMPLING, "start_at_step", "end_at_step"),
    "SamplerCustom": ("add_noise", "noise_seed", "cfg"),
    "RandomNoise": ("noise_seed",),
    "KSampler (Efficient)": ("seed", *_SAMPLING, "denoise"),
    "KSampler Adv. (Efficient)": ("add_noise", "noise_seed", *_SAMPLING, "start_at_step"),
    "KSampler SDXL (Eff.)": ("noise_seed", *_SAMPLING, "start_at_step", "refine_at_step"),
    "KSampler //Inspire": ("seed", *_SAMPLING, "denoise", *_INSPIRE),
    "RandomNoise //Inspire": ("noise_seed", *_INSPIRE),
    "ImpactKSamplerBasicPipe": ("seed", *_SAMPLING, "denoise"),
    "UltimateSDUpscale": ("upscale_by", "seed", *_SAMPLING, "denoise"),
    "UltimateSDUpscaleNoUpscale": ("seed", *_SAMPLING, "denoise"),
    "FaceDetailer": (*_DETAIL, "scheduler", "denoise"),
    "FaceDetailerPipe": (*_DETAIL, "scheduler", "denoise"),
    # noise levels
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "AlignYourStepsScheduler": ("model_type", "steps", "denoise"),
    "OptimalStepsScheduler": ("model_type", "steps", "denoise"),
    "GITSScheduler": ("coeff", "steps", "denoise"),
    "SDTurboScheduler": ("steps", "denoise"),
    "BetaSamplingScheduler": ("steps",),
    "Flux2Scheduler": ("steps", "width", "height"),
    "Ideogram4Scheduler": ("steps", "width", "height"),
    "KarrasScheduler": ("steps",),
    "ExponentialScheduler": ("steps",),
    "PolyexponentialScheduler": ("steps",),
    "SplitSigmas": ("step",),
    "SplitSigmasDenoise": ("denoise",),
    # latents
    **{kind: _FRAMES if empty.frames else _SIZE for kind, empty in EMPTY.items()},
    "SDXL Empty Latent Image (rgthree)": ("dimensions", "clip_scale", "batch_size"),
    "EmptyLatentImagePresets": ("dimensions", "invert", "batch_size"),
    "SDXLEmptyLatentSizePicker+": ("resolution", "batch_size", "width_override", "height_override"),
    "CR SD1.5 Aspect Ratio": _ASPECT,
    "CR SDXL Aspect Ratio": _ASPECT,
    "LatentUpscale": ("upscale_method", "width", "height", "crop"),
    "LatentUpscaleBy": ("upscale_method", "scale_by"),
    "LatentCrop": ("width", "height", "x", "y"),
    "LatentRotate": ("rotation",),
    "LatentFromBatch": ("batch_index", "length"),
    "RepeatLatentBatch": ("amount",),
    "LatentBatchSeedBehavior": ("seed_behavior",),
    "RebatchLatents": ("batch_size",),
    "InpaintModelConditioning": ("noise_mask",),
    "Efficient Loader": (
        "ckpt_name",
        "vae_name",
        "clip_skip",
        "lora_name",
        "lora_model_strength",
        "lora_clip_strength",
        "positive",
        "negative",
        "token_normalization",
        "weight_interpretation",
        "empty_latent_width",
        "empty_latent_height",
        "batch_size",
    ),
    # pictures
    "LoadImage": ("image",),
    "EmptyImage": (*_SIZE, "color"),
    "SolidMask": ("value", "width", "height"),
    "ImageScale": ("upscale_method", "width", "height", "crop"),
    "ImageScaleBy": ("upscale_method", "scale_by"),
    "ImageScaleToTotalPixels": ("upscale_method", "megapixels", "resolution_steps"),
    "ImageScaleToMaxDimension": ("upscale_method", "largest_size"),
    "ResizeAndPadImage": ("target_width", "target_height"),
    "ImageCrop": ("width", "height", "x", "y"),
    "ImagePadForOutpaint": ("left", "top", "right", "bottom"),
    "ImageRotate": ("rotation",),
    "ImageFromBatch": ("batch_index", "length"),
    "ImageFromBatch+": ("start", "length"),
    "RepeatImageBatch": ("amount",),
    "RebatchImages": ("batch_size",),
    # numbers and switches
    **{kind: (name,) for kind, name in HANDED_ON.items()},
    **{kind: (switch,) for kind, (switch, _, _) in BOOLEAN_SWITCHES.items()},
    **{kind: (number,) for kind, (number, _, _) in NUMBERED_SWITCHES.items()},
    "Seed (rgthree)": ("seed",),
    "Seed": ("seed",),
    "Seed Generator (Image Saver)": ("seed", "increment"),
    "ComfyMathExpression": ("expression",),
    "ComfyNumberConvert": ("value",),
    "SeedloupeGoldenSeed": ("table", "count", "width", "height"),
}
"""The order of the values that count, of nodes known here."""


def named_values(node: Mapping[str, object]) -> dict[str, object]:
    """Return a page node's values by name, as far as their names are known."""
    by_name = node.get("widgets_values_named")
    if isinstance(by_name, Mapping):
        return {str(name): value for name, value in by_name.items()}
    values = node.get("widgets_values")
    if isinstance(values, Mapping):
        return {str(name): value for name, value in values.items()}
    if not isinstance(values, list):
        return {}
    names = _WIDGETS.get(str(node.get("type")))
    if names is not None:
        return dict(_paired(names, values))
    # Of a kind not known here, only a list that fits its inputs one by one has names.
    names = tuple(_widget_inputs(node))
    found = dict(_paired((*names, _ONE_MORE), values))
    return found if len(found) == len(names) and _ONE_MORE not in found else {}


def values_of_use(node: Mapping[str, object], inputs: Sequence[str]) -> dict[str, object]:
    """Return the values that one use of a subgraph has of its own, by the subgraph's inputs.

    Newer pages write them by name; others in the order of the subgraph's inputs, those left out
    that are wires. Some leave them all to the nodes inside.

    Args:
        node: the use.
        inputs: the names of the subgraph's inputs.
    """
    if isinstance(node.get("widgets_values_named"), Mapping):
        return named_values(node)
    values = listed(node, "widgets_values")
    if not values:
        return {}
    wires = {str(socket.get("name")) for socket in sockets_of(node)} - set(_widget_inputs(node))
    names = [name for name in inputs if name not in wires]
    if len(names) == len(values):
        return dict(zip(names, values, strict=True))
    # Which value is whose cannot be told, so none of them is: an empty list leads nowhere.
    return {name: [] for name in names}


def _widget_inputs(node: Mapping[str, object]) -> Iterator[str]:
    """Return the names of a node's inputs that are values, as newer pages list them."""
    for socket in sockets_of(node):
        widget = socket.get("widget")
        if isinstance(widget, Mapping):
            yield str(widget.get("name"))


def _paired(names: Sequence[str], values: Sequence[object]) -> Iterator[tuple[str, object]]:
    """Give values their names; what is to happen to a seed after a run gets none."""
    left = iter(names)
    name = ""
    before: object = None
    for value in values:
        after_seed = name in _SEEDS and (value is None or isinstance(value, bool))
        if type(before) is int and (value in _AFTER if isinstance(value, str) else after_seed):
            before = None
            continue
        name, before = next(left, ""), value
        if not name:
            return
        yield name, value
