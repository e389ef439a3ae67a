"""A procedural world of small pictures whose every fact is known."""

from .captions import Named, Told, read_caption
from .moving import frames
from .render import SIDE, Keypoint, Picture, render, render_scene
from .scene import Scene, Thing, sample_scene
from .words import Colour, Ground, Kind, Relation, Size, Sky, Split, Style, Weather

__all__ = [
    "SIDE",
    "Colour",
    "Ground",
    "Keypoint",
    "Kind",
    "Named",
    "Picture",
    "Relation",
    "Scene",
    "Size",
    "Sky",
    "Split",
    "Style",
    "Thing",
    "Told",
    "Weather",
    "frames",
    "read_caption",
    "render",
    "render_scene",
    "sample_scene",
]
