"""Letting diffusers load weights: from the disk only, in safetensors only, and quietly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....errors import ModelError
from ....seedling.variants import overlaid
from .checkpoint import TRAILING, Checkpoint, Family
from .folders import FolderLayout, FolderWeights

if TYPE_CHECKING:
    import torch

_CONFIGS = Path(__file__).parent / "configs"
#: Stable Diffusion 2 and the second tokenizer of XL fill a prompt up with this, not with the end.
_OPENCLIP_PAD = "!"
_WITHOUT_CHECKER = {
    "safety_checker": None,
    "feature_extractor": None,
    "requires_safety_checker": False,
}


def load_file(
    path: Path, found: Checkpoint, dtype: torch.dtype, *, over: Path | None = None
) -> Any:
    """Load a single file in the original layout as diffusers' text-to-image pipeline.

    Args:
        path: the file.
        found: what it holds.
        dtype: what to compute in.
        over: weights of the U-Net that take the place of their namesakes in ``path``.

    Raises:
        ModelError: the weights do not fit the family's configuration, or some are missing.
    """
    from diffusers import UNet2DConditionModel

    settings: dict[str, Any] = {
        "config": str(config_folder(found.family)),
        "local_files_only": True,
        "dtype": dtype,
    }
    with _quiet_loading(), _load_errors(path.name):
        weights = overlaid(path, over) if over is not None else str(path)
        unet = UNet2DConditionModel.from_single_file(
            weights, subfolder="unet", in_channels=found.in_channels, **settings
        )
        pipe = _pipeline_class(found.family).from_single_file(
            str(path), unet=unet, **_tokenizers(found.family), **settings
        )
        _require_whole(pipe)
    _set_schedule(pipe, found)
    return pipe


def load_folder(
    folder: Path, layout: FolderLayout, weights: FolderWeights, dtype: torch.dtype
) -> Any:
    """Load a diffusers folder as a text-to-image pipeline, whatever task it was saved for.

    Raises:
        ModelError: diffusers cannot load it; the message has its reason.
    """
    with _quiet_loading(), _load_errors(folder.name):
        return _pipeline_class(layout.family).from_pretrained(
            str(folder),
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            variant=weights.variant,
            **({} if layout.family is Family.SDXL else _WITHOUT_CHECKER),
        )


def fetch(hub_id: str) -> Path:
    """Fetch a hub model's safetensors and return the folder; the only use of the network.

    Raises:
        ModelError: the hub cannot be reached, or has no such model in safetensors.
    """
    from diffusers import DiffusionPipeline

    with _quiet_loading():
        try:
            return Path(
                DiffusionPipeline.download(hub_id, use_safetensors=True, safety_checker=None)
            )
        except Exception as error:
            raise ModelError(
                "model",
                expected=f"a path, or a hub model {hub_id!r} with safetensors weights",
                got=f"no such path, and from the hub: {_first_line(error)}",
            ) from error


def config_folder(family: Family) -> Path:
    """Return the folder with the family's configuration in diffusers layout."""
    if family is Family.SEEDLING:
        from ....seedling import weights_folder

        return weights_folder() / "config"
    return _CONFIGS / family.value


def _pipeline_class(family: Family) -> Any:
    import diffusers

    if family is Family.SDXL:
        return diffusers.StableDiffusionXLPipeline
    return diffusers.StableDiffusionPipeline


def _tokenizers(family: Family) -> dict[str, Any]:
    """CLIP's tokenizer, one for all families; single files do not carry it."""
    if family is Family.SDXL:
        return {"tokenizer": _tokenizer(), "tokenizer_2": _tokenizer(pad_token=_OPENCLIP_PAD)}
    pad = {"pad_token": _OPENCLIP_PAD} if family is Family.SD2 else {}
    return {"tokenizer": _tokenizer(**pad)}


def _tokenizer(**settings: str) -> Any:
    from transformers import CLIPTokenizer

    from ....seedling import weights_folder

    folder = weights_folder() / "config" / "tokenizer"
    return CLIPTokenizer.from_pretrained(str(folder), local_files_only=True, **settings)


def _set_schedule(pipe: Any, found: Checkpoint) -> None:
    scheduler = pipe.scheduler
    known = {"prediction_type": found.prediction}
    if found.trailing:
        known["timestep_spacing"] = TRAILING
    pipe.scheduler = type(scheduler).from_config(scheduler.config, **known)


def _require_whole(pipe: Any) -> None:
    """Loaders leave a tensor the file lacks on the meta device; such a model cannot run."""
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        network = getattr(pipe, part, None)
        for name, tensor in network.named_parameters() if network is not None else ():
            if tensor.is_meta:
                raise ValueError(f"{part}.{name} is missing")


@contextmanager
def _load_errors(name: str) -> Iterator[None]:
    """Loaders of other people raise anything; say in one line which model it was."""
    try:
        yield
    except Exception as error:
        raise ModelError(
            "model",
            expected="weights that fit the model's configuration",
            got=f"{name}, which cannot be loaded: {_first_line(error)}",
        ) from error


@contextmanager
def _quiet_loading() -> Iterator[None]:
    """Load without chatter on stderr and without drawing from the global generator."""
    import torch

    with quiet_libraries(), torch.random.fork_rng(devices=[]):
        yield


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep diffusers and transformers from speaking; what matters is said in our words."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    with ExitStack() as stack:
        for log in (diffusers_logging, transformers_logging):
            stack.callback(log.set_verbosity, log.get_verbosity())
            log.set_verbosity_error()
            if log.is_progress_bar_enabled():
                log.disable_progress_bar()
                stack.callback(log.enable_progress_bar)
        yield


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    first = lines[0].rstrip(".") if lines else type(error).__name__
    # Loaders leave a tensor the file lacks on the meta device and fail when they convert it.
    return "it lacks some tensors" if "meta tensor" in first else first
