"""A double of ComfyUI's ``comfy_execution``."""
