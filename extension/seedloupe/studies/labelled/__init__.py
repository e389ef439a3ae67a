"""Pictures whose truth is known: Seedling's world, and folders in the formats of data sets."""

from .choose import LabelledSource, read_folder, read_moving, read_point_pairs
from .classes import read_classes
from .coco import read_coco
from .davis import read_davis
from .pictures import ClassPicture, KeypointPair, LabelledPicture, MovingPictures
from .spair import read_spair
from .voc import read_voc
from .world import (
    world_classes,
    world_moving,
    world_pictures,
    world_point_pairs,
    world_segments,
)

__all__ = [
    "ClassPicture",
    "KeypointPair",
    "LabelledPicture",
    "LabelledSource",
    "MovingPictures",
    "read_classes",
    "read_coco",
    "read_davis",
    "read_folder",
    "read_moving",
    "read_point_pairs",
    "read_spair",
    "read_voc",
    "world_classes",
    "world_moving",
    "world_pictures",
    "world_point_pairs",
    "world_segments",
]
