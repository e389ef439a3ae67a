"""Conformance batteries that an outside plug-in can run in its own tests."""

from .failure import Failure
from .readers import READER_CHECKS, check_reader

__all__ = ["READER_CHECKS", "Failure", "check_reader"]
