"""A double of ComfyUI's node API: see ``latest``."""
