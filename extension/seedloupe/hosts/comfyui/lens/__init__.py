"""The lens in ComfyUI: wrappers around its sampling, what a LENS is, what the page is told."""
