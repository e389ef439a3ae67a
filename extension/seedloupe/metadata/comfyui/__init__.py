"""Which noise a picture of ComfyUI was made from, told from the graph it carries."""

from .answer import noise_in_graph
from .page import noise_in_workflow

__all__ = ["noise_in_graph", "noise_in_workflow"]
