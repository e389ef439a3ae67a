"""What Kim, Thomas and Ghadiyaram ask: which classes layers tell apart, at which noise."""

from .probe import ProbeStudy

__all__ = ["ProbeStudy"]
