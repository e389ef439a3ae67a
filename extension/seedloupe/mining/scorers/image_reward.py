"""ImageReward (Xu et al., 2023): BLIP reads the prompt beside the picture, a head gives a number.

The network is transformers' BLIP with the file's names for its layers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from ...errors import ModelError
from ...images import from_pil
from ...tables import MetricSpec
from .clip_network import pil_pictures
from .plugin import ScorerCost, ScorerNeeds, ScorerSources, require_ready
from .preference import AestheticHead, RuleScorer
from .protocol import PictureBatch
from .weights import read_weights

#: What rewards are centred on and divided by, from the authors' code.
MEAN, DEVIATION = 0.16717362830052426, 1.0333394966054072
#: Tokens of a prompt that count.
LONGEST = 35
_RENAMED = (
    (r"^cls_token$", "embeddings.class_embedding"),
    (r"^pos_embed$", "embeddings.position_embedding"),
    (r"^patch_embed\.proj\.", "embeddings.patch_embedding."),
    (r"^blocks\.(\d+)\.norm", r"encoder.layers.\1.layer_norm"),
    (r"^blocks\.(\d+)\.attn\.proj\.", r"encoder.layers.\1.self_attn.projection."),
    (r"^blocks\.(\d+)\.attn\.", r"encoder.layers.\1.self_attn."),
    (r"^blocks\.(\d+)\.", r"encoder.layers.\1."),
    (r"^norm\.", "post_layernorm."),
)
_VISION = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": 224,
    "patch_size": 16,
    "layer_norm_eps": 1e-6,
    "attention_dropout": 0.0,
}
_TEXT = {
    "vocab_size": 30524,
    "encoder_hidden_size": 1024,
    "num_attention_heads": 12,
    "is_decoder": True,
}
_PIXEL_MEAN = (0.48145466, 0.4578275, 0.40821073)
_PIXEL_DEVIATION = (0.26862954, 0.26130258, 0.27577711)


class ImageRewardNetwork(torch.nn.Module):
    """Pictures and token numbers to rewards.

    Args:
        vision: settings of the picture's transformer that differ from the authors'.
        text: settings of the text's transformer likewise.
    """

    def __init__(
        self,
        vision: Mapping[str, object] | None = None,
        text: Mapping[str, object] | None = None,
    ) -> None:
        from transformers import BlipTextConfig, BlipVisionConfig, BlipVisionModel
        from transformers.models.blip.modeling_blip_text import BlipTextModel

        super().__init__()
        self.vision: Any = BlipVisionModel(BlipVisionConfig(**{**_VISION, **(vision or {})}))
        config: Any = BlipTextConfig(**{**_TEXT, **(text or {})})
        self.text: Any = BlipTextModel(config, add_pooling_layer=False)
        self.mlp = AestheticHead(config.hidden_size)

    def forward(self, pixels: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """Pixels ``(B, 3, h, w)``, tokens and mask ``(B, N)`` to rewards ``(B,)``."""
        seen = self.vision(pixel_values=pixels).last_hidden_state
        read = self.text(
            input_ids=tokens,
            attention_mask=mask,
            encoder_hidden_states=seen,
            encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long, device=seen.device),
        )
        first: Tensor = read.last_hidden_state[:, 0].float()
        rewards: Tensor = (self.mlp(first) - MEAN) / DEVIATION
        return rewards

    def fill(self, weights: Mapping[str, Tensor]) -> None:
        """Take the weights of the authors' file.

        Raises:
            ModelError: some are absent or of another shape.
        """
        parts = {"blip.visual_encoder.": self.vision, "blip.text_encoder.": self.text}
        for start, part in (*parts.items(), ("mlp.", self.mlp)):
            own = {
                _renamed(name.removeprefix(start), part is self.vision): value
                for name, value in weights.items()
                if name.startswith(start)
            }
            wanted = {name: value.shape for name, value in part.state_dict().items()}
            wrong = [
                name
                for name, shape in wanted.items()
                if "position_ids" not in name and (name not in own or own[name].shape != shape)
            ]
            if wrong:
                got = f"{start}{wrong[0]} absent or of another shape"
                raise ModelError("weights", expected="ImageReward's", got=got)
            part.load_state_dict({n: v for n, v in own.items() if n in wanted}, strict=False)


class ImageRewardPlugin:
    """How much people would prefer a picture for its prompt."""

    summary = "ImageReward: how much people prefer a picture for its prompt, about -2 to 2"
    needs = ScorerNeeds(
        ("transformers",),
        "ImageReward's weights (ImageReward.pt or .safetensors) and BERT's vocab.txt",
    )
    cost = ScorerCost.LARGE

    def open(self, sources: ScorerSources) -> RuleScorer:
        """Return the scorer."""
        require_ready("imagereward", self.needs, sources)
        folder = sources.weights["imagereward"]
        network = ImageRewardNetwork()
        network.fill(read_weights(folder))
        return reward_scorer(network.eval().to(sources.device), folder, device=sources.device)


def reward_scorer(
    network: ImageRewardNetwork, folder: Path, *, device: str = "cpu", side: int = 224
) -> RuleScorer:
    """Return the scorer of a network; the folder has the vocabulary.

    Args:
        network: in evaluation mode.
        folder: with ``vocab.txt``.
        device: where the network runs.
        side: of the square it looks at, in pixels.

    Raises:
        ModelError: there is no vocabulary.
    """
    from transformers import BertTokenizer

    words = folder / "vocab.txt"
    if not words.is_file():
        raise ModelError("weights", expected="BERT's vocab.txt beside the weights", got="none")
    tokenizer: Any = BertTokenizer(str(words))

    def rule(batch: PictureBatch) -> Tensor:
        asked = tokenizer(
            list(batch.prompts),
            padding="max_length",
            truncation=True,
            max_length=LONGEST,
            return_tensors="pt",
        )
        pixels = torch.stack([_prepared(one, side) for one in pil_pictures(batch.images)])
        rewards: Tensor = network(
            pixels.to(device), asked["input_ids"].to(device), asked["attention_mask"].to(device)
        )
        return rewards

    metric = MetricSpec("imagereward", "1", higher_is_better=True, reference="ImageReward v1.0")
    return RuleScorer(metric, rule)


def _prepared(picture: Image.Image, side: int) -> Tensor:
    """Return the middle square, ``(3, side, side)``, cut where the authors' torchvision cuts."""
    across, down = (int(side * edge / min(picture.size)) for edge in picture.size)
    small = picture.resize((across, down), Image.Resampling.BICUBIC)
    left, top = round((across - side) / 2), round((down - side) / 2)
    pixels = from_pil(small.crop((left, top, left + side, top + side)))
    mean, deviation = (torch.tensor(x)[:, None, None] for x in (_PIXEL_MEAN, _PIXEL_DEVIATION))
    return (pixels - mean) / deviation


def _renamed(name: str, pictures: bool) -> str:
    for old, new in _RENAMED if pictures else ():
        changed = re.sub(old, new, name)
        if changed != name:
            return changed
    return name
