"""Which noise a seed stands for."""

from .draw import (
    FINGERPRINT_TOLERANCE,
    fingerprints_agree,
    initial_noise,
    noise_array,
    noise_fingerprint,
)
from .seeds import canonical_seed, collisions
from .source import CPU_NOISE, NoiseSource, Rng
from .stream import ArrayStream, NoiseStream

__all__ = [
    "CPU_NOISE",
    "FINGERPRINT_TOLERANCE",
    "ArrayStream",
    "NoiseSource",
    "NoiseStream",
    "Rng",
    "canonical_seed",
    "collisions",
    "fingerprints_agree",
    "initial_noise",
    "noise_array",
    "noise_fingerprint",
]
