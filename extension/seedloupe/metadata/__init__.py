"""Which noise a picture was made from, told from what it says about itself."""

from .comfy_graph import noise_in_graph
from .comfy_workflow import noise_in_workflow
from .draw import draw_found
from .file import texts_in_file
from .found_noise import FoundHost, FoundLevel, FoundNoise
from .infotext import noise_in_parameters
from .picture import noise_in_picture
from .record import noise_in_record

__all__ = [
    "FoundHost",
    "FoundLevel",
    "FoundNoise",
    "draw_found",
    "noise_in_graph",
    "noise_in_parameters",
    "noise_in_picture",
    "noise_in_record",
    "noise_in_workflow",
    "texts_in_file",
]
