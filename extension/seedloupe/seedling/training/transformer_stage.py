"""The transformer's stage: everything else of Seedling is there, only the transformer is taught."""

from __future__ import annotations

from pathlib import Path

from ..critic import load_critic, load_judge
from ..variants import MARK
from .architecture import build_text_encoder, load_tokenizer
from .export import save_half
from .flow_pictures import FlowEncoders
from .run import Until
from .start import start_text, start_vae
from .transformer import FlowTraining

BATCH = 48


def load_encoders(weights: Path) -> FlowEncoders:
    """VAE (bfloat16), text encoder, tokenizer and critic of the weights in ``weights``."""
    return FlowEncoders(
        start_vae(weights).bfloat16().eval(),
        start_text(build_text_encoder(), weights).eval(),
        load_tokenizer(weights / "config"),
        load_critic(weights),
    )


def transformer_stage(
    folder: Path,
    weights: Path,
    *,
    until: Until,
    lr: float,
    batch: int = BATCH,
    compiled: bool = False,
) -> None:
    """Train the transformer into ``folder``; its average is written there, float16."""
    run = FlowTraining(
        folder,
        load_encoders(weights),
        load_judge(weights),
        until,
        batch,
        lr,
        compiled=compiled,
    )
    save_half(run.train().state_dict(), folder / "dit.safetensors", {"format": "pt", MARK: "dit"})
