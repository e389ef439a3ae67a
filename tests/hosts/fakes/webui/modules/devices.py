"""What the web UI computes on."""

import torch

device = torch.device("cpu")
cpu = torch.device("cpu")
dtype = torch.float32
dtype_vae = torch.float32
fp8 = False
