"""Seedling: a small Stable Diffusion, the world it was taught, and the critic that judges it."""

from pathlib import Path

__all__ = ["weights_folder"]


def weights_folder() -> Path:
    """Where Seedling's checkpoint, its configuration, its critic and its card lie."""
    return Path(__file__).parent / "weights"
