"""A procedural world of small pictures whose every fact is known."""

from .render import SIDE, Picture, render, render_scene
from .scene import Colour, Ground, Kind, Scene, Size, Sky, Split, Style, sample_scene

__all__ = [
    "SIDE",
    "Colour",
    "Ground",
    "Kind",
    "Picture",
    "Scene",
    "Size",
    "Sky",
    "Split",
    "Style",
    "render",
    "render_scene",
    "sample_scene",
]
