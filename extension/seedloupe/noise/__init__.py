"""Which noise a seed stands for."""

from .comfyui import BatchPaths, batch_paths, comfyui_noise
from .diffusers import DiffusersStart, PipelineKind, diffusers_noise
from .draw import (
    FINGERPRINT_TOLERANCE,
    fingerprints_agree,
    initial_noise,
    noise_fingerprint,
)
from .portability import (
    CARDS,
    USUAL_SIZES,
    Card,
    Portability,
    UsualSize,
    find_card,
    grid_threads,
    percent,
    portability,
)
from .resize import (
    NoiseResize,
    ResizeWay,
    repeated_share,
    resized_noise,
    resized_stream,
)
from .seeds import canonical_seed, collisions, parse_seeds
from .source import CPU_NOISE, NV_NOISE, NoiseSource, Rng
from .stream import NoiseStream
from .webui import WebuiExtras, WebuiNoise, WebuiSeeds, webui_noise, webui_seeds

__all__ = [
    "CARDS",
    "CPU_NOISE",
    "FINGERPRINT_TOLERANCE",
    "NV_NOISE",
    "USUAL_SIZES",
    "BatchPaths",
    "Card",
    "DiffusersStart",
    "NoiseResize",
    "NoiseSource",
    "NoiseStream",
    "PipelineKind",
    "Portability",
    "ResizeWay",
    "Rng",
    "UsualSize",
    "WebuiExtras",
    "WebuiNoise",
    "WebuiSeeds",
    "batch_paths",
    "canonical_seed",
    "collisions",
    "comfyui_noise",
    "diffusers_noise",
    "find_card",
    "fingerprints_agree",
    "grid_threads",
    "initial_noise",
    "noise_fingerprint",
    "parse_seeds",
    "percent",
    "portability",
    "repeated_share",
    "resized_noise",
    "resized_stream",
    "webui_noise",
    "webui_seeds",
]
