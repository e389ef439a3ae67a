"""A procedural world of small pictures whose every fact is known."""

from .captions import CaptionFacts, Named, read_caption
from .moving import frames
from .render import SIDE, Keypoint, RenderedPicture, render, render_scene
from .scene import Scene, Thing, sample_scene
from .words import Colour, Ground, ObjectKind, Relation, Size, Sky, Split, Style, Weather

__all__ = [
    "SIDE",
    "CaptionFacts",
    "Colour",
    "Ground",
    "Keypoint",
    "Named",
    "ObjectKind",
    "Relation",
    "RenderedPicture",
    "Scene",
    "Size",
    "Sky",
    "Split",
    "Style",
    "Thing",
    "Weather",
    "frames",
    "read_caption",
    "render",
    "render_scene",
    "sample_scene",
]
