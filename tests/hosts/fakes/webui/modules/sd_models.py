"""The list of checkpoints."""

model_path = "/nowhere/models/Stable-diffusion"
listed = 0


def list_models() -> None:
    global listed
    listed += 1
