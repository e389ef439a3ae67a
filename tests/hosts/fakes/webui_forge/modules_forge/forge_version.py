"""Forge's own number."""

from modules import standin

version = {"forge": "f2.0.1v1.10.1", "neo": "neo"}[standin.variant.name]
