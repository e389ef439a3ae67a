"""What the web UI computes on."""

import torch

device = torch.device("cpu")
