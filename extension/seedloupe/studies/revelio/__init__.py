"""What Kim, Thomas and Ghadiyaram ask: which classes and concepts layers hold, at which noise."""

from .probe import ProbeStudy
from .sae import SaeStudy

__all__ = ["ProbeStudy", "SaeStudy"]
