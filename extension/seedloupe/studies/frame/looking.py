"""Looking at many pictures with many layers at several noise levels, beside a control."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from torch import Tensor

from ...errors import InputError
from .store import FeatureStore
from .subject import StudiedNetwork

TRAINED, CONTROL = "trained", "random weights"
USUAL_EVENTS = ("res-out", "vit-out", "cross-q", "self-k", "sampler-out")
"""What of each part is looked at where nobody chose layers."""
_BLOCKS = re.compile(r"vit-block\d+-(out|q|k|cross-q|self-k)")
"""The counterparts in transformers without a U-Net."""
_FEW = 12
"""Blocks of which all are taken; of more, every third."""


@dataclass(frozen=True, eq=False)
class Looking:
    """What is looked with.

    Attributes:
        subject: the model.
        layers: canonical names.
        times: training times pictures are noised to, rising.
        control: the same network with random weights; None looks without.
        store: where features are kept.
        seed: of the noise.
    """

    subject: StudiedNetwork
    layers: tuple[str, ...]
    times: tuple[int, ...]
    control: StudiedNetwork | None = None
    store: FeatureStore = field(default_factory=lambda: FeatureStore(None))
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse layers the model does not have."""
        unknown = [layer for layer in self.layers if layer not in self.subject.layers]
        if unknown or not self.layers:
            expected = f"layers of {self.subject.name} with a value for each cell"
            raise InputError("layers", expected=expected, got=", ".join(unknown) or "none")
        if not self.times or list(self.times) != sorted(set(self.times)):
            raise InputError("times", expected="rising training times", got=str(self.times))

    @property
    def settings(self) -> Mapping[str, object]:
        """What decides what is seen, as JSON types."""
        return {
            **self.subject.settings,
            "layers": list(self.layers),
            "times": list(self.times),
            "look seed": self.seed,
            "control": self.control is not None,
        }

    def settings_of(self, study: str, origin: str, **shown: object) -> Mapping[str, object]:
        """Return everything that decides what a study finds by looking.

        Args:
            study: its name.
            origin: where what it looks at comes from, in words.
            shown: what it looks at, by what that is, as JSON types.
        """
        return {"study": study, **self.settings, **shown, "origin": origin}

    @property
    def networks(self) -> Mapping[str, StudiedNetwork]:
        """The model and its control, by name."""
        if self.control is None:
            return {TRAINED: self.subject}
        return {TRAINED: self.subject, CONTROL: self.control}

    def look(self, picture: Tensor) -> Iterator[tuple[str, int, Mapping[str, Tensor]]]:
        """Return for each network and time the features ``(C, H, W)`` of all layers."""
        for name, network in self.networks.items():
            for time in self.times:
                yield name, time, self.features(network, picture, time)

    def features(self, network: StudiedNetwork, picture: Tensor, time: int) -> Mapping[str, Tensor]:
        """Return what one network computes at one time."""
        key = {
            **network.settings,
            "network": network.name,
            "time": time,
            "seed": self.seed,
            "picture": sha256(picture.contiguous().numpy().tobytes()).hexdigest(),
        }
        return self.store.get_named(
            key,
            self.layers,
            lambda missing: network.features(picture, missing, time, seed=self.seed),
        )


def usual_layers(layers: Sequence[str], *, all_blocks: bool = False) -> tuple[str, ...]:
    """Return the layers looked at where nobody chose any.

    Of a transformer's many blocks every third is taken, as in Meng et al. (2024). Transformers
    without a U-Net that have twelve blocks at most are looked at whole: their outputs, queries and
    keys.

    Args:
        layers: all of a model.
        all_blocks: take every block.
    """
    chosen = [one for one in layers if one.endswith(USUAL_EVENTS) or _BLOCKS.fullmatch(one)]
    few = max(map(_block, layers), default=0) < _FEW and any(map(_BLOCKS.fullmatch, layers))
    if all_blocks or few:
        return tuple(chosen)
    return tuple(layer for layer in chosen if _block(layer) % 3 == 0)


def _block(layer: str) -> int:
    found = re.search(r"-block(\d+)-", layer)
    return int(found[1]) if found else 0


def encoder_at_sixteen(layers: Sequence[str]) -> str | None:
    """Return the layer Bonechi et al. point to, as far as is known: an inference of ours.

    In Stable Diffusion 1 at 512 pixels the first attention on 16 x 16 cells is at the encoder's
    third level, the first query towards the words there; see ``docs/lens.md``.
    """
    wanted = "down-level2-repeat0-vit-block0-cross-q"
    return wanted if wanted in layers else None
