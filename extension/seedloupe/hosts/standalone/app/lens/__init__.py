"""The Lens tab: what the layers of the denoiser hold, for a picture or a run."""
