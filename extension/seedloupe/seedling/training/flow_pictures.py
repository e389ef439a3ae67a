"""What the transformer learns from: latents, captions and features, a chunk of pictures at a time.

A CPU takes minutes to encode what it trains on for hours, so training begins with few chunks and
the set grows while it runs. Chunks are files; a run that resumes finds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ..transformer import TOKENS
from ..world import RenderedPicture, Scene, Split, Style, render_scene, sample_scene
from .architecture import LATENT_SCALE, Tokenizer
from .critic import tokenise

if TYPE_CHECKING:
    from ..critic import Critic
    from .architecture import Autoencoder

#: Pictures in a chunk.
CHUNK = 500
#: So many chunks show one thing without style or words: few distinct things first.
PLAIN_CHUNKS = 40
#: Where scenes of all sorts begin among the generator's.
_ALL_SORTS = 500_000
_BATCH = 25


@dataclass(frozen=True, eq=False)
class FlowSet:
    """``S`` pictures as the transformer meets them, all bfloat16.

    Attributes:
        latents: ``(S, 4, h, w)``, scaled.
        contexts: ``(S, T, D)``, the captions' tokens.
        pooled: ``(S, D)``, the captions as a whole.
        features: ``(S, h / 2, w / 2, F)``, what the critic sees in the clean picture.
    """

    latents: Tensor
    contexts: Tensor
    pooled: Tensor
    features: Tensor

    def __len__(self) -> int:
        return len(self.latents)

    def joined(self, other: FlowSet) -> FlowSet:
        """Both sets, ``other`` last."""
        pairs = ((mine, getattr(other, name)) for name, mine in vars(self).items())
        return FlowSet(*(torch.cat(pair) for pair in pairs))


@dataclass(frozen=True, eq=False)
class FlowEncoders:
    """Everything a picture and its caption go through, frozen."""

    vae: Autoencoder
    text: nn.Module
    tokenizer: Tokenizer
    critic: Critic

    @torch.no_grad()
    def captions(self, captions: list[str]) -> tuple[Tensor, Tensor]:
        """Contexts ``(B, T, D)`` and pooled ``(B, D)``, float32."""
        read = self.text.get_submodule("text_model")(
            input_ids=tokenise(self.tokenizer, captions, TOKENS)
        )
        return read.last_hidden_state, read.pooler_output

    @torch.no_grad()
    def encode(self, scenes: list[Scene]) -> FlowSet:
        """Draw and encode ``scenes``."""
        parts = [self._encode(scenes[i : i + _BATCH]) for i in range(0, len(scenes), _BATCH)]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.joined(part)
        return whole

    def _encode(self, scenes: list[Scene]) -> FlowSet:
        images = images_of_scenes([render_scene(scene) for scene in scenes])
        dtype = next(self.vae.parameters()).dtype
        latents = self.vae.encode((images * 2 - 1).to(dtype)).latent_dist.mean * LATENT_SCALE
        features = self.critic.trunk(images)[2].permute(0, 2, 3, 1)
        contexts, pooled = self.captions([scene.caption for scene in scenes])
        whole = (latents, contexts, pooled, features)
        return FlowSet(*(tensor.bfloat16().contiguous() for tensor in whole))


def images_of_scenes(pictures: list[RenderedPicture]) -> Tensor:
    """``(B, 3, H, W)`` float32 in [0, 1]."""
    images = np.stack([picture.image for picture in pictures])
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255


def chunk_scenes(number: int) -> list[Scene]:
    """The scenes of chunk ``number``: plain ones of one thing, later all sorts."""
    if number >= PLAIN_CHUNKS:
        first = _ALL_SORTS + (number - PLAIN_CHUNKS) * CHUNK
        return [sample_scene(Split.GENERATOR.seed(first + i)) for i in range(CHUNK)]
    # About half of all scenes are plain, so three places a scene are enough for every chunk.
    first = number * 3 * CHUNK
    drawn = (sample_scene(Split.GENERATOR.seed(first + i)) for i in count())
    return list(islice(filter(is_plain, drawn), CHUNK))


def is_plain(scene: Scene) -> bool:
    """Whether it shows one thing, in colour, without border or words."""
    return scene.relation is None and scene.style is Style.PLAIN and not scene.word


def load_chunk(folder: Path, number: int, encoders: FlowEncoders) -> FlowSet:
    """Chunk ``number`` from ``folder``, encoded now if it is not there yet."""
    place = folder / "flow" / f"chunk-{number:04d}.pt"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        torch.save(vars(encoders.encode(chunk_scenes(number))), place.with_suffix(".new"))
        place.with_suffix(".new").replace(place)
    return FlowSet(**torch.load(place, weights_only=True))
