"""Which noise a picture was made from, told from what it says about itself."""

from .answers import Answers, settled
from .comfyui import noise_in_graph, noise_in_workflow
from .containers.file import PictureFile, read_picture_file, texts_in_file
from .draw import draw_found, is_drawable
from .found_noise import (
    DrawWay,
    FoundHost,
    FoundLevel,
    FoundNoise,
    LaterPass,
    Missing,
    NoiseCandidate,
)
from .infotext import noise_in_parameters
from .picture import noise_in_file, noise_in_picture
from .record import noise_in_record

__all__ = [
    "Answers",
    "DrawWay",
    "FoundHost",
    "FoundLevel",
    "FoundNoise",
    "LaterPass",
    "Missing",
    "NoiseCandidate",
    "PictureFile",
    "draw_found",
    "is_drawable",
    "noise_in_file",
    "noise_in_graph",
    "noise_in_parameters",
    "noise_in_picture",
    "noise_in_record",
    "noise_in_workflow",
    "read_picture_file",
    "settled",
    "texts_in_file",
]
