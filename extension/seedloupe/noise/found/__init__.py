"""Which noise a picture was made from, told from what it says about itself."""

from .draw import draw_found
from .file import texts_in_file
from .graph import noise_in_graph
from .parameters import noise_in_parameters
from .picture import noise_in_picture
from .record import noise_in_record
from .value import FoundHost, FoundLevel, FoundNoise
from .workflow import noise_in_workflow

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
