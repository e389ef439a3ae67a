"""The paper these studies repeat, as far as its protocol is known."""

PAPER = (
    "Bonechi, Andreini, Toniella Corradini, Scarselli: An analysis of pre-trained stable diffusion "
    "models through a semantic lens (Neurocomputing 614, 2024)"
)
OURS = (
    "Of the paper's protocol only the abstract was at hand: several distances, layers and "
    "combinations of layers, transformations, numbers of steps, and frames of DAVIS. How it is "
    "asked here is ours: "
)
