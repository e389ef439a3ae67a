"""Training Seedling; diffusers and transformers build the networks."""
