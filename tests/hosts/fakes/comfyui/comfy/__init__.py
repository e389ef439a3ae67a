"""A double of the few corners of ComfyUI's engine that the Seedling loader touches."""
