"""Which noise a seed stands for."""

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

__all__ = [
    "CARDS",
    "CPU_NOISE",
    "FINGERPRINT_TOLERANCE",
    "NV_NOISE",
    "USUAL_SIZES",
    "ArrayStream",
    "Card",
    "NoiseSource",
    "NoiseStream",
    "Portability",
    "Rng",
    "UsualSize",
    "canonical_seed",
    "collisions",
    "find_card",
    "fingerprints_agree",
    "grid_threads",
    "initial_noise",
    "noise_array",
    "noise_fingerprint",
    "percent",
    "portability",
]
