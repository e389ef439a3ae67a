"""What a Lens Tap adds to a sampling in ComfyUI, as a ratio, on the layouts of SD 1.5 and SDXL.

    OMP_NUM_THREADS=1 .../ComfyUI/venv/bin/python benchmarks/comfyui_tap_cost.py .../ComfyUI sd15

ComfyUI's own U-Net classes with random weights on a CPU, one thread, processor time; the three
ways take turns, and each ratio is of two runs next to each other. Each picture is held to the one
without a tap, bit by bit. SDXL needs 11 GB. Prints one JSON document. On a shared machine with two
cores, at 128 x 128 pixels: SD 1.5, 4 steps, 1.07 for the default panel and 1.10 with words; SDXL, 2
steps, 1.00 and 1.08.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, TypeAlias

import torch

#: A MODEL of the host, which is imported only when this runs.
Patcher: TypeAlias = Any

_BASE = {
    "image_size": 32,
    "in_channels": 4,
    "out_channels": 4,
    "model_channels": 320,
    "use_spatial_transformer": True,
    "legacy": False,
    "use_temporal_attention": False,
    "use_temporal_resblock": False,
}
_LAYOUTS: dict[str, dict[str, Any]] = {
    "sd15": {
        "num_res_blocks": [2] * 4,
        "channel_mult": [1, 2, 4, 4],
        "num_heads": 8,
        "num_head_channels": -1,
        "transformer_depth": [1] * 6 + [0] * 2,
        "transformer_depth_output": [1] * 9 + [0] * 3,
        "transformer_depth_middle": 1,
        "context_dim": 768,
        "adm_in_channels": None,
        "use_linear_in_transformer": False,
    },
    "sdxl": {
        "num_res_blocks": [2] * 3,
        "channel_mult": [1, 2, 4],
        "num_heads": -1,
        "num_head_channels": 64,
        "transformer_depth": [0, 0, 2, 2, 10, 10],
        "transformer_depth_output": [0] * 3 + [2] * 3 + [10] * 3,
        "transformer_depth_middle": 10,
        "context_dim": 2048,
        "adm_in_channels": 2816,
        "num_classes": "sequential",
        "use_linear_in_transformer": True,
    },
}
_CLASSES = {"sd15": ("SD15", "BaseModel"), "sdxl": ("SDXL", "SDXL")}
_WORDS = 8


class _Server:
    """A page that takes what it is sent."""

    client_id = "a page"

    def send_sync(self, event: str, said: object, client: str) -> None:
        json.dumps(said)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("comfyui", type=Path)
    parser.add_argument("layout", choices=sorted(_LAYOUTS))
    parser.add_argument("--cells", type=int, default=16)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    sys.argv = [sys.argv[0], "--cpu"]  # ComfyUI reads its own options when imported
    sys.path[:0] = [str(asked.comfyui), str(Path(__file__).parents[1] / "extension")]
    importlib.import_module("comfy.options").enable_args_parsing()
    torch.set_num_threads(1)
    importlib.import_module("server").PromptServer.instance = _Server()
    patcher = _random_model(asked.layout)
    sys.stdout.write(json.dumps(_measured(patcher, asked), indent=2) + "\n")


def _random_model(layout: str) -> Patcher:
    config_name, model_name = _CLASSES[layout]
    settings = _BASE | _LAYOUTS[layout]
    config = getattr(importlib.import_module("comfy.supported_models"), config_name)(settings)
    config.unet_config = dict(settings)
    config.set_inference_dtype(torch.float32, None)
    model = getattr(importlib.import_module("comfy.model_base"), model_name)(config, device="cpu")
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in model.diffusion_model.named_parameters():
            if weight.ndim > 1:
                weight.normal_(0, weight[0].numel() ** -0.5, generator=generator)
            else:
                weight.fill_(0.0 if name.endswith("bias") else 1.0)
    device = torch.device("cpu")
    kind = importlib.import_module("comfy.model_patcher").ModelPatcher
    return kind(model.eval().requires_grad_(False), load_device=device, offload_device=device)


def _tapped(patcher: Patcher, panel: tuple[str, ...], *, words: bool) -> Patcher:
    lens = importlib.import_module("seedloupe.hosts.comfyui.lens.handle").Lens()
    run = importlib.import_module("seedloupe.hosts.comfyui.lens.tap_run")
    page = importlib.import_module("seedloupe.hosts.comfyui.lens.events").Page("1")
    tokens = importlib.import_module("seedloupe.lens.tokens")
    special = tokens.Piece("", special=True)
    pieces = [special, *(tokens.Piece(f"w{n}") for n in range(_WORDS)), *[special] * (76 - _WORDS)]
    prompt = tokens.PromptTokens.of_chunks([pieces]) if words else None
    settings = run.TapSettings(panel, 200 * 10**6, prompt=prompt, negative=prompt)
    tap = importlib.import_module("seedloupe.hosts.comfyui.lens.tap").LensTap
    return tap(lens, settings, page).attach(patcher)


def _measured(patcher: Patcher, asked: argparse.Namespace) -> dict[str, Any]:
    unet = patcher.model.diffusion_model
    panel = importlib.import_module("seedloupe.lens").default_panel(unet)
    ways = {
        "none": patcher,
        "panel": _tapped(patcher, panel, words=False),
        "panel and words": _tapped(patcher, panel, words=True),
    }
    plain = {name: _sampled(model, asked)[1] for name, model in ways.items()}["none"]
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, model in ways.items():
            seconds, picture = _sampled(model, asked)
            if not torch.equal(picture, plain):
                raise SystemExit(f"the picture changed with {name}")
            times[name].append(seconds)
    ratios = {
        name: statistics.median(a / b for a, b in zip(taken, times["none"], strict=True))
        for name, taken in times.items()
    }
    return {"layout": asked.layout, "panel": panel, "seconds": times, "ratios": ratios}


def _sampled(model: Patcher, asked: argparse.Namespace) -> tuple[float, torch.Tensor]:
    latent = torch.zeros(1, 4, asked.cells, asked.cells)
    noise = importlib.import_module("comfy.sample").prepare_noise(latent, 7)
    kind = importlib.import_module("comfy.samplers").KSampler
    options = {"model_options": model.model_options, "denoise": 1.0}
    device = torch.device("cpu")
    sampler = kind(model, asked.steps, device, "euler", "normal", **options)
    width = _LAYOUTS[asked.layout]["context_dim"]
    positive, negative = (_conditioning(number, width, asked.cells) for number in (1, 2))
    start = time.process_time()
    picture = sampler.sample(
        noise, positive, negative, cfg=7.0, latent_image=latent, disable_pbar=True, seed=7
    )
    return time.process_time() - start, picture


def _conditioning(number: int, width: int, cells: int) -> list[Any]:
    generator = torch.Generator().manual_seed(number)
    text = torch.randn(1, 77, width, generator=generator)
    pooled = torch.randn(1, 1280, generator=generator)
    return [[text, {"pooled_output": pooled, "width": 8 * cells, "height": 8 * cells}]]


if __name__ == "__main__":
    main()
