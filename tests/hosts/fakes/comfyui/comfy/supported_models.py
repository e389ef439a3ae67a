"""The list of model classes the host's detection tries, with one of its classes."""

from typing import ClassVar

import comfy.latent_formats


class SD15:
    unet_config: ClassVar[dict[str, object]] = {
        "context_dim": 768,
        "model_channels": 320,
        "use_linear_in_transformer": False,
        "adm_in_channels": None,
        "use_temporal_attention": False,
    }
    unet_extra_config: ClassVar[dict[str, object]] = {"num_heads": 8, "num_head_channels": -1}
    latent_format = comfy.latent_formats.SD15


models: list[type] = [SD15]
