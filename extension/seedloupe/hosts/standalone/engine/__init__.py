"""Running a model with diffusers."""
