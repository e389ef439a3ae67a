"""What tests of the lens nodes sample with: a tiny network and a CLIP of single words."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from .conftest import Host
from .network import small_network

SIGMAS = torch.tensor([14.6146, 4.0, 1.0, 0.0])
BEGIN, END = 1, 2
WORDS = {"cat": 5, "dog": 6, "blue": 7}


class WordTokenizer:
    """A CLIP tokenizer that knows three words, in chunks of three tokens."""

    model_max_length = 3
    bos_token_id, eos_token_id = BEGIN, END

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        names = {BEGIN: "<begin>", END: "<end>", **{n: f"{w}</w>" for w, n in WORDS.items()}}
        return [names[number] for number in ids]

    def get_added_vocab(self) -> dict[str, int]:
        return {}


class WordClip:
    """The host's CLIP, as far as words are asked of it."""

    def __init__(self) -> None:
        self.tokenizer = SimpleNamespace(clip_l=SimpleNamespace(tokenizer=WordTokenizer()))

    def tokenize(self, text: str) -> dict[str, list[list[tuple[int, float]]]]:
        return {"l": [[(BEGIN, 1.0), (WORDS[w], 1.0), (END, 1.0)] for w in text.split()]}


def text(value: float, tokens: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(int(100 * abs(value)))
    return torch.randn(1, tokens, 16, generator=generator)


@dataclass
class Bench:
    """One workflow on the double."""

    host: Host
    model: Any = None
    positive: tuple[Tensor, ...] = (text(0.1),)
    negative: tuple[Tensor, ...] = (text(0.2),)
    hidden: dict[str, object] = field(default_factory=lambda: {"unique_id": "11:5"})

    def __post_init__(self) -> None:
        patcher = self.host.module("comfy.model_patcher").ModelPatcher
        self.model = self.model or patcher(small_network())

    @property
    def network(self) -> torch.nn.Module:
        return self.model.model.diffusion_model

    @property
    def sent(self) -> list[tuple[Any, Any, Any]]:
        return self.host.module("server").PromptServer.instance.sent

    def tap(self, model: Any = None, **inputs: Any) -> tuple[Any, Any]:
        given = {"layers": "auto", "live": True, "budget": 200, **inputs}
        node = self.host.node("SeedloupeLensTap")
        return node.run_hidden(self.hidden, model=model or self.model, **given).args

    def sample(
        self,
        model: Any,
        *,
        seed: int = 7,
        sampler: str = "euler",
        cfg: float = 4.0,
        batch: int = 1,
        callback: Any = None,
    ) -> Tensor:
        latent = torch.zeros(batch, 4, 8, 12)
        sampling = self.host.module("comfy.sample")
        return sampling.sample_custom(
            model,
            sampling.prepare_noise(latent, seed),
            cfg,
            self.host.module("comfy.samplers").ksampler(sampler),
            SIGMAS,
            [[one, {}] for one in self.positive],
            [[one, {}] for one in self.negative],
            latent,
            callback=callback,
            seed=seed,
        )

    def view(self, lens: Any, *, picture: Any = None, **inputs: Any) -> Any:
        given = {
            "view": "colours",
            "layer": "auto",
            "step": -1,
            "word": "",
            "x": 0.5,
            "y": 0.5,
            "run": 0,
            "image": 0,
            "prompt": 0,
            **inputs,
        }
        picture = {} if picture is None else {"picture": picture}
        return self.host.node("SeedloupeLensView").run(lens=lens, **given, **picture)


def picture(height: int = 64, width: int = 96, batch: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.rand(batch, height, width, 3, generator=generator)
