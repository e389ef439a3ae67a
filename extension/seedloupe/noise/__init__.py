"""Which noise a seed stands for."""

from .comfyui import BatchPaths, batch_paths, comfyui_noise
from .diffusers import DiffusersStart, PipelineKind, diffusers_noise
from .draw import (
    FINGERPRINT_TOLERANCE,
    fingerprints_agree,
    initial_noise,
    noise_fingerprint,
)
from .families import LATENT_FAMILIES, LatentFamily, find_family
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
from .seed_batch import SeedBatch
from .seeds import canonical_seed, collisions, parse_seeds
from .shapes import drawn_shape, require_drawn_shape
from .source import CPU_NOISE, NV_NOISE, NoiseSource, Rng
from .stream import NoiseStream
from .webui import WebuiExtras, WebuiNoise, WebuiSeeds, webui_noise, webui_seeds

__all__ = [
    "CARDS",
    "CPU_NOISE",
    "FINGERPRINT_TOLERANCE",
    "LATENT_FAMILIES",
    "NV_NOISE",
    "USUAL_SIZES",
    "BatchPaths",
    "Card",
    "DiffusersStart",
    "LatentFamily",
    "NoiseResize",
    "NoiseSource",
    "NoiseStream",
    "PipelineKind",
    "Portability",
    "ResizeWay",
    "Rng",
    "SeedBatch",
    "UsualSize",
    "WebuiExtras",
    "WebuiNoise",
    "WebuiSeeds",
    "batch_paths",
    "canonical_seed",
    "collisions",
    "comfyui_noise",
    "diffusers_noise",
    "drawn_shape",
    "find_card",
    "find_family",
    "fingerprints_agree",
    "grid_threads",
    "initial_noise",
    "noise_fingerprint",
    "parse_seeds",
    "percent",
    "portability",
    "repeated_share",
    "require_drawn_shape",
    "resized_noise",
    "resized_stream",
    "webui_noise",
    "webui_seeds",
]
