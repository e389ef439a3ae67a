"""The paper these studies repeat."""

PAPER = (
    "Meng, Xu, Wang, Cao, Huang: Not All Diffusion Model Activations Have Been Evaluated as "
    "Discriminative Features (NeurIPS 2024)"
)
