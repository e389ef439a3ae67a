"""Which noise a seed stands for."""

from .draw import (
    FINGERPRINT_TOLERANCE,
    canonical_seed,
    fingerprints_agree,
    initial_noise,
    noise_fingerprint,
)
from .source import CPU_NOISE, NoiseSource, Rng

__all__ = [
    "CPU_NOISE",
    "FINGERPRINT_TOLERANCE",
    "NoiseSource",
    "Rng",
    "canonical_seed",
    "fingerprints_agree",
    "initial_noise",
    "noise_fingerprint",
]
