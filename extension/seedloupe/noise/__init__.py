"""Which noise a seed stands for."""

from .carry import (
    Carried,
    Carry,
    carried_array,
    carried_noise,
    carried_stream,
    repeated_share,
)
from .comfyui import BatchPaths, batch_paths, comfyui_noise
from .diffusers import DiffusersStart, PipelineKind, diffusers_noise
from .draw import (
    FINGERPRINT_TOLERANCE,
    fingerprints_agree,
    initial_noise,
    noise_array,
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
from .seeds import canonical_seed, collisions
from .source import CPU_NOISE, NV_NOISE, NoiseSource, Rng
from .stream import ArrayStream, NoiseStream
from .webui import WebuiExtras, WebuiNoise, WebuiSeeds, webui_noise, webui_seeds

__all__ = [
    "CARDS",
    "CPU_NOISE",
    "FINGERPRINT_TOLERANCE",
    "NV_NOISE",
    "USUAL_SIZES",
    "ArrayStream",
    "BatchPaths",
    "Card",
    "Carried",
    "Carry",
    "DiffusersStart",
    "NoiseSource",
    "NoiseStream",
    "PipelineKind",
    "Portability",
    "Rng",
    "UsualSize",
    "WebuiExtras",
    "WebuiNoise",
    "WebuiSeeds",
    "batch_paths",
    "canonical_seed",
    "carried_array",
    "carried_noise",
    "carried_stream",
    "collisions",
    "comfyui_noise",
    "diffusers_noise",
    "find_card",
    "fingerprints_agree",
    "grid_threads",
    "initial_noise",
    "noise_array",
    "noise_fingerprint",
    "percent",
    "portability",
    "repeated_share",
    "webui_noise",
    "webui_seeds",
]
