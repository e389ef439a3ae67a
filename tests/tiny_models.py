"""A Stable Diffusion model of a few hundred kilobytes, with random weights, as a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline
    from transformers import CLIPTokenizer

    from seedloupe.hosts.standalone.engine.models import Model

UNET = {
    "sample_size": 4,
    "block_out_channels": (32, 64),
    "layers_per_block": 1,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    "cross_attention_dim": 32,
    "attention_head_dim": 4,
    "norm_num_groups": 16,
}
VAE = {
    "block_out_channels": (8, 8, 16, 16),
    "layers_per_block": 1,
    "norm_num_groups": 4,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}
#: CLIP's alphabet of bytes, each also as the end of a word, and the two marks.
BYTES = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 324))]
VOCABULARY = [*BYTES, *(f"{byte}</w>" for byte in BYTES), "<|startoftext|>", "<|endoftext|>"]
START, END = len(VOCABULARY) - 2, len(VOCABULARY) - 1
TEXT = {
    "vocab_size": len(VOCABULARY),
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "projection_dim": 32,
    "bos_token_id": START,
    "eos_token_id": END,
    "pad_token_id": END,
}


def build_tokenizer(folder: Path) -> CLIPTokenizer:
    """A tokenizer that spells every word; positional, as releases differ in the names."""
    from transformers import CLIPTokenizer

    words = {word: number for number, word in enumerate(VOCABULARY)}
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps(words), "utf-8")
    merges.write_text("#version: 0.2\n", "utf-8")
    tokenizer = CLIPTokenizer(str(vocabulary), str(merges), model_max_length=77)
    assert len(tokenizer) == len(VOCABULARY)
    return tokenizer


def build_pipeline(scratch: Path, in_channels: int = 4) -> DiffusionPipeline:
    import torch
    from diffusers import (
        AutoencoderKL,
        DDIMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(in_channels)
    return StableDiffusionPipeline(
        vae=AutoencoderKL(**VAE),
        text_encoder=CLIPTextModel(CLIPTextConfig(**TEXT)),
        tokenizer=build_tokenizer(scratch),
        unet=UNet2DConditionModel(in_channels=in_channels, **UNET),
        scheduler=DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            clip_sample=False,
            set_alpha_to_one=False,
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def build_xl_pipeline(scratch: Path) -> DiffusionPipeline:
    import torch
    from diffusers import (
        AutoencoderKL,
        EulerDiscreteScheduler,
        StableDiffusionXLPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(1)
    tokenizer = build_tokenizer(scratch)
    # The size of a picture enters as six embedded numbers beside the pooled prompt.
    unet = {
        **UNET,
        "cross_attention_dim": 2 * TEXT["hidden_size"],
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 6 * 8 + TEXT["projection_dim"],
    }
    return StableDiffusionXLPipeline(
        vae=AutoencoderKL(**VAE),
        text_encoder=CLIPTextModel(CLIPTextConfig(**TEXT)),
        text_encoder_2=CLIPTextModelWithProjection(CLIPTextConfig(**TEXT)),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=UNet2DConditionModel(**unet),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            timestep_spacing="leading",
            use_karras_sigmas=True,
        ),
        add_watermarker=False,
    )


def save(pipe: DiffusionPipeline, folder: Path) -> Path:
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    pipe.save_pretrained(folder)
    assert json.loads((folder / "model_index.json").read_text("utf-8"))
    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    with torch.random.fork_rng(devices=[]):
        scratch = tmp_path_factory.mktemp("models")
        return save(build_pipeline(scratch), scratch / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Model:
    from seedloupe.hosts.standalone.engine.models import open_model

    return open_model(str(tiny_folder))


@pytest.fixture(scope="session")
def tiny_inpainter(tmp_path_factory: pytest.TempPathFactory) -> Model:
    import torch

    from seedloupe.hosts.standalone.engine.models import open_model

    with torch.random.fork_rng(devices=[]):
        scratch = tmp_path_factory.mktemp("models")
        return open_model(str(save(build_pipeline(scratch, 9), scratch / "tiny9")))


@pytest.fixture(scope="session")
def tiny_xl(tmp_path_factory: pytest.TempPathFactory) -> Model:
    import torch

    from seedloupe.hosts.standalone.engine.models import open_model

    with torch.random.fork_rng(devices=[]):
        scratch = tmp_path_factory.mktemp("models")
        return open_model(str(save(build_xl_pipeline(scratch), scratch / "tiny_xl")))


@pytest.fixture
def picture() -> Callable[[int, int], torch.Tensor]:
    """Make a smooth picture ``(3, height, width)`` of the given size."""
    import torch

    def make(width: int, height: int) -> torch.Tensor:
        across = torch.linspace(0, 1, width).expand(height, width)
        down = torch.linspace(0, 1, height)[:, None].expand(height, width)
        return torch.stack([across, down, (across + down) / 2])

    return make
