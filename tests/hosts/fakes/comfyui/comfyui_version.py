"""Which ComfyUI the double is of."""

__version__ = "0.33.0"
