"""Which settings of a text leave the starting noise alone, and which replace it.

A setting that is in neither list may be anything, an extension that draws noise of its own
included; so it makes the noise unknown, and is named. What is listed as harmless was looked up in
the program that writes it: the web UI 1.10.1, Forge f2.0.1 and Neo, SD.Next, Fooocus 2.5.5,
stable-diffusion.cpp, and the extensions named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HARMLESS: Mapping[str, tuple[str, ...]] = {
    "names the model or what is loaded with it, none of which draws noise": (
        "Model", "Model hash", "VAE", "VAE hash", "VAE Encoder", "VAE Decoder", "FP8 weight",
        "Cache FP16 weight for LoRA", "Lora hashes", "Lora weights", "LoRA networks", "LoRA tags",
        "TI hashes", "TI", "Hashes", "Hypernet", "Hypernet hash", "Hypernet strength", "Refiner",
        "Refiner hash", "Refiner switch at", "Refiner switch by sampling steps",
        "Diffusion in Low Bits", "Pipeline", "TE", "UNet", "Base model", "LLM", "Embeddings",
        "Noise Schedule", "Downcast alphas_cumprod", "Quant", "Weight dtype",
    ),
    "steers the steps, which begin when the noise is drawn": (
        "Steps", "Sampler", "Schedule type", "Scheduler", "CFG scale", "Image CFG scale",
        "Distilled CFG Scale", "Guidance", "Shift", "CFG rescale", "CFG end", "CFG true",
        "CFG adaptive", "CFG mode", "Eta", "Eta DDIM", "ENSD", "Sigma churn", "Sigma tmin",
        "Sigma tmax", "Sigma noise", "Schedule min sigma", "Schedule max sigma", "Schedule rho",
        "Beta schedule alpha", "Beta schedule beta", "Discard penultimate sigma",
        "SGM noise multiplier", "Extra noise", "UniPC variant", "UniPC skip type", "UniPC order",
        "UniPC lower order final", "NGMS", "NGMS all steps", "Skip Early CFG",
        "eps_scaling_factor", "Tiling", "Token merging ratio", "Token merging ratio hr", "ToMe",
        "ToDo", "FreeU", "Sharpness", "ADM Guidance", "Adaptive CFG", "Performance",
        "Overwrite Switch", "Refiner Swap Method", "Conditional mask weight", "Mask weight",
        "CFGZero", "Skip layers", "Skip layer start", "Skip layer end", "Rescale CFG",
        "Separate Feature Channels", "Scaling Startpoint", "Variability Measure",
        "Interpolate Phi", "Threshold percentile", "CFG scale minimum", "Scheduler value",
        "Power scheduler value",
    ),
    "changes how the prompt is read": (
        "Clip skip", "CLiP-skip", "Emphasis", "Old prompt editing timelines", "Pad conds",
        "Pad conds v0", "Parser", "Styles", "Raw prompt", "Raw negative prompt", "Wildcards",
        "Wildcard prompt", "Wildcard negative prompt", "Negative prompt", "Original prompt",
        "Original negative", "Refiner prompt", "Refiner negative", "Template",
        "Negative Template", "NegPiP", "NegPiP Active", "BREAK", "Used embeddings",
    ),
    "works on the finished picture": (
        "Face restoration", "CodeFormer visibility", "CodeFormer weight", "GFPGAN visibility",
        "Color correction", "FaceSwap", "ReSwapper", "NudeNet", "Rating", "Category", "NSFW",
        "Face swap", "FaceSwapLab",
    ),
    "belongs to the picture or mask it starts from": (
        "Init image hash", "Init image size", "Mask blur", "Mask mode",
        "Mask invert", "Mask only", "Mask padding", "Mask alpha", "Inpaint area",
        "Masked area padding", "Masked content", "Resize mode", "Resize scale",
        "Denoising strength", "Denoise", "Final denoising strength", "Denoising curve",
    ),
    "counts pictures; each has its own seed": ("Batch size", "Batch pos", "Batch", "Index"),
    "is a note that changes nothing": (
        "Version", "App", "User", "Comment", "Created Date", "Operations", "Backend", "Process",
        "Software", "Author", "Time taken", "Generation time", "Date", "Civitai metadata",
        "Civitai resources", "Metadata Scheme",
    ),
    "is read on its own": (
        "Seed", "Size", "RNG", "Variation seed", "Variation seed strength", "Variation strength",
        "Seed resize from", "Noise multiplier", "First pass size", "Script", "Grid",
    ),
}  # fmt: skip
"""Names of settings by the reason why they change nothing of the noise."""

HARMLESS_BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "belongs to the second pass, whose noise is its own": ("Hires ", "HiRes ", "Refine"),
    "names the modules of Forge, none of which draws noise": ("Module ",),
    "names what our own extension chose; the seed stands in its own setting": ("Seedloupe",),
    "works on the finished picture, part by part, with noise of its own": (
        "ADetailer", "Detailer", "Postprocess", "ReActor", "Roop",
    ),
    "steers the steps, which begin when the noise is drawn": (
        "ControlNet", "Hypertile", "Soft inpainting", "Sampler ", "UniPC", "RP ", "AddNet",
        "dynthres_", "Dynamic thresholding", "Mimic ", "freeu_", "sag_", "SAG", "kohya_hrfix_",
        "PAG", "pagi_", "latent_modifier_", "multidiffusion_", "stylealign_", "SEG ", "FreeU ",
        "CFG Rescale", "LoRA block",
    ),
    "belongs to an axis of a grid, which is read on its own": (
        "X Type", "X Values", "Fixed X", "Y Type", "Y Values", "Fixed Y", "Z Type", "Z Values",
        "Fixed Z",
    ),
    "changes how the prompt is read": (
        "Wildcard ", "Dynamic prompt", "TI ", "Style Selector", "Cutoff ",
    ),
}  # fmt: skip
"""The same for settings that come in families."""


@dataclass(frozen=True)
class Replacement:
    """Something that is known to put other noise in the place of the seed's.

    Attributes:
        name: what people call it.
        why: what becomes of the noise, a whole sentence.
    """

    name: str
    why: str


_TILES = "began every tile with the noise of a seed at the tile's size, and drew none of the whole"
_FROM_PICTURE = "makes the noise out of the picture it starts from"

_REPLACING: Mapping[str, Replacement] = {
    "Ultimate SD upscale": Replacement("Ultimate SD upscale", f"Ultimate SD upscale {_TILES}."),
    "USDUpscaler": Replacement("Ultimate SD upscale", f"Ultimate SD upscale {_TILES}."),
    "SD upscale": Replacement("SD upscale", f"SD upscale {_TILES}."),
    "Decode ": Replacement(
        "img2img alternative test", f"The script img2img alternative test {_FROM_PICTURE}."
    ),
    "Sigma adjust": Replacement(
        "img2img alternative test", f"The script img2img alternative test {_FROM_PICTURE}."
    ),
    "Randomness": Replacement(
        "img2img alternative test", f"The script img2img alternative test {_FROM_PICTURE}."
    ),
    "Outpainting": Replacement(
        "outpainting", "Outpainting repaints strips with noise of their own size."
    ),
    "AnimateDiff": Replacement(
        "AnimateDiff", "AnimateDiff may share or shuffle the noise of its frames."
    ),
}
_TILED = "Tiled Diffusion"
_TILED_PLAIN = ("multidiffusion", "mixture of diffusers")
_TILED_OPTIONS = ("upscaler", "scale factor", "method", "tile ", "overlap", "keep input size")
_LAMA = "lama"


def replacements(fields: Mapping[str, str]) -> Iterator[Replacement]:
    """Name what a text says that is known to replace the seed's noise, each once."""
    seen: set[str] = set()
    for key, value in fields.items():
        found = _replacement(key, value, fields)
        if found is not None and found.name not in seen:
            seen.add(found.name)
            yield found


def unknown_keys(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of settings that may change the noise, as far as anybody here knows."""
    return tuple(key for key in fields if key.strip() and not _is_harmless(key))


def _is_harmless(key: str) -> bool:
    plain = key.casefold().strip()
    if plain in _KNOWN or plain.startswith(_KNOWN_BEGINNINGS) or plain == "original size":
        return True
    return plain.startswith(_TILED.casefold()) or any(
        plain.startswith(begin.casefold()) for begin in _REPLACING
    )


def _replacement(key: str, value: str, fields: Mapping[str, str]) -> Replacement | None:
    plain = key.casefold().strip()
    if plain == "original size":
        return _upscaled_later(value, fields.get("Size", ""))
    if plain.startswith(_TILED.casefold()):
        return _tiled(plain.removeprefix(_TILED.casefold()).strip(), value)
    if plain.startswith("controlnet") and _LAMA in value.casefold():
        return Replacement(
            "ControlNet inpaint_only+lama", "ControlNet's lama inpainting blends its picture in."
        )
    for begin, found in _REPLACING.items():
        if plain.startswith(begin.casefold()):
            return found
    return None


def _upscaled_later(original: str, size: str) -> Replacement | None:
    """Forge runs its second pass over any finished picture, and names the size first asked for."""
    if size in (original, "x".join(reversed(original.split("x")))):
        return None
    return Replacement(
        "Original Size", "The second pass went over a finished picture of another size."
    )


def _tiled(option: str, value: str) -> Replacement | None:
    """Tell whether Tiled Diffusion leaves the noise: it does but for inversion and regions."""
    if option:
        plain = option.startswith(_TILED_OPTIONS)
    else:
        try:
            told = json.loads(value)
        except (ValueError, RecursionError):
            told = None
        plain = isinstance(told, dict) and _is_plain_tiling(told)
    if plain:
        return None
    return Replacement(
        _TILED, "Tiled Diffusion makes its noise out of the picture (NoiseInv), or by regions."
    )


def _is_plain_tiling(told: Mapping[str, object]) -> bool:
    method = str(told.get("Method", "")).casefold()
    odd = any(str(name).startswith(("NoiseInv", "Region")) and told[name] for name in told)
    return method in _TILED_PLAIN and not odd


_KNOWN = frozenset(name.casefold() for names in HARMLESS.values() for name in names)
_KNOWN_BEGINNINGS = tuple(
    begin.casefold() for begins in HARMLESS_BEGINNINGS.values() for begin in begins
)
