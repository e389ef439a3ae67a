"""The web UI's ``parameters``, whoever wrote them: settings, program, sizes, grids, noise."""

from .noise import noise_in_parameters
from .settings import Infotext, read_infotext, settings

__all__ = ["Infotext", "noise_in_parameters", "read_infotext", "settings"]
