"""What everything in the web UI can see."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from . import devices, standin, standin_model
from .options import OptionInfo, Options
from .shared_state import State

opts = Options(
    {
        "sd_model_checkpoint": OptionInfo("stand-in.safetensors", "Stable Diffusion checkpoint"),
        "randn_source": OptionInfo(
            standin.variant.randn_source, "Random number generator source.", infotext="RNG"
        ),
        "eta_noise_seed_delta": OptionInfo(0, "Eta noise seed delta", infotext="ENSD"),
        "eta_ddim": OptionInfo(0.0, "Eta for DDIM"),
        "eta_ancestral": OptionInfo(1.0, "Eta for k-diffusion samplers"),
        "CLIP_stop_at_last_layers": OptionInfo(1, "Clip skip"),
        "add_version_to_infotext": OptionInfo(True, "Add program version to infotext"),
        "batch_cond_uncond": OptionInfo(True, "Batch cond/uncond"),
        "pad_cond_uncond": OptionInfo(False, "Pad prompt/negative prompt"),
        "pad_cond_uncond_v0": OptionInfo(False, "Pad prompt/negative prompt (v0)"),
        "s_min_uncond": OptionInfo(0.0, "Negative Guidance minimum sigma"),
        "s_min_uncond_all": OptionInfo(False, "Negative Guidance minimum sigma all steps"),
        "skip_early_cond": OptionInfo(0.0, "Ignore negative prompt during early sampling"),
        "img2img_fix_steps": OptionInfo(False, "With img2img, do exactly the steps"),
        "overlay_inpaint": OptionInfo(True, "Overlay original for inpaint"),
        "return_mask": OptionInfo(False, "For inpainting, include the greyscale mask in results"),
        "return_mask_composite": OptionInfo(False, "Include masked composite in results"),
        "return_grid": OptionInfo(True, "Show grid in results"),
        "grid_save": OptionInfo(True, "Always save all generated image grids"),
        "grid_only_if_multiple": OptionInfo(True, "Do not save grids consisting of one picture"),
        "samples_save": OptionInfo(True, "Always save all generated images"),
        "samples_format": OptionInfo("png", "File format for images"),
        "enable_pnginfo": OptionInfo(True, "Write infotext to metadata"),
    }
)
if standin.variant is standin.NEO:
    for gone in ("batch_cond_uncond", "pad_cond_uncond", "pad_cond_uncond_v0"):
        del opts.data_labels[gone], opts.data[gone]
    opts.CLIP_stop_at_last_layers = opts.data_labels["CLIP_stop_at_last_layers"].default = 2
if standin.variant is standin.FORGE:
    opts.add_option("forge_try_reproduce", OptionInfo("None", "Try to reproduce the results from"))

cmd_opts = SimpleNamespace(
    api_auth=None,
    gradio_auth=None,
    gradio_auth_path=None,
    api=True,
    nowebui=False,
    ckpt_dir=None,
    lowvram=False,
    medvram=False,
    allow_code=False,
)
config_filename = "/nowhere/config.json"
state = State()
device = devices.device

sd_model: Any = standin_model.loaded_model()
"""Forge has a placeholder here until the first job loads the model; see ``standin_model``."""


class _TotalBar:
    def update(self) -> None:
        pass

    def clear(self) -> None:
        pass

    def updateTotal(self, new_total: int) -> None:  # noqa: N802 - the web UI's name
        pass


total_tqdm = _TotalBar()
