"""Seedloupe as a ComfyUI node pack; only ``nodes`` and what it imports need ComfyUI."""
