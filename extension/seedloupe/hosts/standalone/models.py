"""Opening a model, wherever it lies, without the network unless a hub id asks for it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import InputError, ModelError, ShapeError
from .checkpoint import Checkpoint, Family, identify
from .folders import Layout, find_weights, read_layout

if TYPE_CHECKING:
    import torch
    from torch import nn

_CONFIGS = Path(__file__).parent / "configs"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
#: Stable Diffusion 2 and the second tokenizer of XL fill a prompt up with this, not with the end.
_OPENCLIP_PAD = "!"


@dataclass(frozen=True, eq=False)
class Model:
    """A Stable Diffusion model ready to run.

    Attributes:
        name: short name for messages and metadata, e.g. ``"seedling"``.
        family: which line of Stable Diffusion it belongs to.
        pipe: diffusers' text-to-image pipeline, the owner of all networks.
        files: the weight files, what :attr:`sha256` is taken over.
    """

    name: str
    family: Family
    pipe: Any
    files: tuple[Path, ...] = field(default=())

    @property
    def unet(self) -> nn.Module:
        """The denoiser."""
        return self.pipe.unet

    @property
    def vae(self) -> Any:
        """The autoencoder between pixels and latent cells."""
        return self.pipe.vae

    @property
    def device(self) -> torch.device:
        """Where the U-Net lies."""
        return self.pipe.unet.device

    @property
    def dtype(self) -> torch.dtype:
        """What the U-Net computes in."""
        return self.pipe.unet.dtype

    @property
    def in_channels(self) -> int:
        """4, or 9 where the U-Net was trained for inpainting."""
        return int(self.pipe.unet.config.in_channels)

    @property
    def prediction(self) -> str:
        """``"epsilon"`` or ``"v_prediction"``."""
        return str(self.pipe.scheduler.config.prediction_type)

    @property
    def cell(self) -> int:
        """How many pixels a side one latent cell covers, 8 for every known model."""
        return 2 ** (len(self.pipe.vae.config.block_out_channels) - 1)

    @property
    def native_size(self) -> tuple[int, int]:
        """Width and height the model was trained at, in pixels."""
        cells = self.pipe.unet.config.sample_size
        height, width = (cells, cells) if isinstance(cells, int) else cells
        return width * self.cell, height * self.cell

    @cached_property
    def sha256(self) -> str:
        """Hash of the weight file, or of all of them in turn, computed when first asked for."""
        digest = hashlib.sha256()
        for path in self.files:
            _feed(digest, path)
        return digest.hexdigest()

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        """Return the latent ``(C, H, W)`` of a picture of ``width`` by ``height`` pixels.

        Raises:
            ShapeError: a side is no positive multiple of the cell.
        """
        if width < self.cell or height < self.cell or width % self.cell or height % self.cell:
            raise ShapeError(
                "size",
                expected=f"positive multiples of {self.cell} pixels",
                got=f"{width}x{height}",
            )
        return int(self.vae.config.latent_channels), height // self.cell, width // self.cell


def open_model(model: str, *, device: str = "cpu", dtype: torch.dtype | None = None) -> Model:
    """Open a model by name, path or hub id.

    Args:
        model: ``"seedling"``, a folder in diffusers layout, a single ``.safetensors`` file, or a
            hub id such as ``"owner/name"``; only the last ever uses the network.
        device: a torch device, or ``"auto"`` for the first GPU if there is one.
        dtype: what to compute in; by default float32 on the CPU and float16 elsewhere.

    Raises:
        ModelError: nothing usable is there, or this machine cannot run it; the message says why.
    """
    place = _device(device)
    kind = dtype or _default_dtype(place)
    with _quiet_loading():
        opened = _open(model, kind)
    if opened.vae.config.get("force_upcast") and str(kind) == "torch.float16":
        opened.vae.float()  # the XL autoencoder overflows in half precision
    opened.pipe.to(place)
    opened.pipe.set_progress_bar_config(disable=True)
    return opened


def _open(model: str, dtype: torch.dtype) -> Model:
    path = Path(model).expanduser()
    if model == "seedling":
        return _open_file(_seedling_file(), dtype, name=model)
    if path.suffix.lower() in {".ckpt", ".pt", ".pth", ".bin"}:
        raise _pickled(path)
    if path.is_dir():
        return _open_folder(path, dtype)
    if path.is_file():
        return _open_file(path, dtype, name=path.stem)
    if _HUB_ID.fullmatch(model) and path.suffix.lower() != ".safetensors":
        return _open_hub(model, dtype)
    raise ModelError(
        "model",
        expected="'seedling', a diffusers folder, a .safetensors file or a hub id 'owner/name'",
        got=f"{model!r}, which is not there",
    )


def _open_file(path: Path, dtype: torch.dtype, *, name: str) -> Model:
    from diffusers import UNet2DConditionModel

    found = identify(path)
    config = config_folder(found.family)
    settings: dict[str, Any] = {
        "config": str(config),
        "local_files_only": True,
        "dtype": dtype,
    }
    with _load_errors(path.name):
        unet = UNet2DConditionModel.from_single_file(
            str(path), subfolder="unet", in_channels=found.in_channels, **settings
        )
        pipe = _pipeline_class(found.family).from_single_file(
            str(path), unet=unet, **_tokenizers(found.family), **settings
        )
        _require_whole(pipe)
    _set_prediction(pipe, found)
    return Model(name, found.family, pipe, (path,))


def _open_folder(folder: Path, dtype: torch.dtype) -> Model:
    layout = read_layout(folder)
    weights = find_weights(folder, layout)
    with _load_errors(folder.name):
        pipe = _from_pretrained(str(folder), layout, dtype, variant=weights.variant, local=True)
    return Model(folder.resolve().name, layout.family, pipe, weights.files)


def _open_hub(hub_id: str, dtype: torch.dtype) -> Model:
    """Fetch what the model index names, safetensors only, then open it like any folder."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    wanted = ["*.json", "*.txt", "*/diffusion_pytorch_model*.safetensors", "*/model*.safetensors"]
    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=wanted))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            "model",
            expected=f"a hub model called {hub_id}, or a path",
            got=f"{type(error).__name__} from the hub and nothing on this disk",
            advice="Check the name and the connection.",
        ) from error
    opened = _open_folder(folder, dtype)
    return Model(hub_id, opened.family, opened.pipe, opened.files)


def _from_pretrained(
    folder: str, layout: Layout, dtype: torch.dtype, *, variant: str | None, local: bool
) -> Any:
    """Load the text-to-image pipeline whatever task the folder was saved for; networks are one."""
    unused = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    without = unused if layout.family is not Family.SDXL else {}
    return _pipeline_class(layout.family).from_pretrained(
        folder,
        dtype=dtype,
        use_safetensors=True,
        local_files_only=local,
        variant=variant,
        **without,
    )


def config_folder(family: Family) -> Path:
    """Return the folder with the family's configuration in diffusers layout."""
    if family is Family.SEEDLING:
        from ...seedling import weights_folder

        return weights_folder() / "config"
    return _CONFIGS / family.value


def _pipeline_class(family: Family) -> Any:
    import diffusers

    if family is Family.SDXL:
        return diffusers.StableDiffusionXLPipeline
    return diffusers.StableDiffusionPipeline


def _tokenizers(family: Family) -> Mapping[str, Any]:
    """CLIP's tokenizer, one for all families; single files do not carry it."""
    if family is Family.SDXL:
        return {"tokenizer": _tokenizer(), "tokenizer_2": _tokenizer(pad_token=_OPENCLIP_PAD)}
    pad = {"pad_token": _OPENCLIP_PAD} if family is Family.SD2 else {}
    return {"tokenizer": _tokenizer(**pad)}


def _tokenizer(**settings: str) -> Any:
    from transformers import CLIPTokenizer

    from ...seedling import weights_folder

    folder = weights_folder() / "config" / "tokenizer"
    return CLIPTokenizer.from_pretrained(str(folder), local_files_only=True, **settings)


def _set_prediction(pipe: Any, found: Checkpoint) -> None:
    scheduler = pipe.scheduler
    pipe.scheduler = type(scheduler).from_config(scheduler.config, prediction_type=found.prediction)


def _require_whole(pipe: Any) -> None:
    """Loaders leave a tensor the file lacks on the meta device; such a model cannot run."""
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        network = getattr(pipe, part, None)
        for name, tensor in network.named_parameters() if network is not None else ():
            if tensor.is_meta:
                raise ValueError(f"{part}.{name} is missing")


def _seedling_file() -> Path:
    from ...seedling import weights_folder

    path = weights_folder() / "seedling.safetensors"
    if path.is_file():
        return path
    raise ModelError(
        "model",
        expected="Seedling's weights, which ship with Seedloupe",
        got=f"no file {path}",
        advice="Install Seedloupe again, or name another model with --model.",
    )


def _pickled(path: Path) -> ModelError:
    return ModelError(
        "model",
        expected="a .safetensors file",
        got=f"{path.name}, a pickle, which can run any program when opened",
        advice="Convert it to safetensors, or take the .safetensors file of the same model.",
    )


def _device(name: str) -> torch.device:
    import torch

    wanted = ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
    try:
        torch.empty(0, device=wanted)
        return torch.device(wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            "device", expected="a torch device of this machine", got=f"{name!r} ({reason})"
        ) from error


def _default_dtype(device: torch.device) -> torch.dtype:
    import torch

    return torch.float32 if device.type == "cpu" else torch.float16


@contextmanager
def _load_errors(name: str) -> Iterator[None]:
    """Loaders of other people raise anything; say in one line which model it was."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            "model",
            expected="weights that fit the model's configuration",
            got=f"{name}, which cannot be loaded: {reason[0] if reason else type(error).__name__}",
        ) from error


@contextmanager
def _quiet_loading() -> Iterator[None]:
    """Load without progress bars on stderr and without drawing from the global generator."""
    import torch
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=[]))
        for log in (diffusers_logging, transformers_logging):
            if log.is_progress_bar_enabled():
                log.disable_progress_bar()
                stack.callback(log.enable_progress_bar)
        yield


def _feed(digest: hashlib._Hash, path: Path) -> None:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
