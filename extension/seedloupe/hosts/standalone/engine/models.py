"""Opening a model, wherever it lies, without the network unless a hub id asks for it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....errors import InputError, ModelError
from ....files import hash_files
from ....generation.model_info import Family, ModelInfo
from ....seedling.variants import Variant
from .checkpoint import TRAILING, identify
from .folders import find_weights, read_layout

if TYPE_CHECKING:
    import torch
    from torch import nn

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_PICKLED = {".ckpt", ".pt", ".pth", ".bin"}


@dataclass(frozen=True, eq=False)
class Model:
    """A Stable Diffusion model ready to run.

    Attributes:
        name: short name for messages and metadata, e.g. ``"seedling"``.
        family: which line of Stable Diffusion it belongs to.
        pipe: diffusers' text-to-image pipeline, the owner of all networks.
        files: the weight files, what the model's hash is taken over.
        notes: what of it was guessed and how, in whole sentences.
    """

    name: str
    family: Family
    pipe: Any
    files: tuple[Path, ...] = field(default=())
    notes: tuple[str, ...] = ()

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

    @cached_property
    def info(self) -> ModelInfo:
        """What must be known of it to make pictures; the weight files are hashed when first asked.

        Patches of the weights do not show in a pipeline, so none are listed.
        """
        return ModelInfo(
            self.name,
            self.family,
            self.cell,
            int(self.vae.config.latent_channels),
            int(self.pipe.unet.config.in_channels),
            self.native_size,
            str(self.pipe.scheduler.config.prediction_type),
            hash_files(self.files),
            trailing=self.pipe.scheduler.config.get("timestep_spacing") == TRAILING,
            guessed=" ".join(self.notes),
        )

    @property
    def dtype_name(self) -> str:
        """What the U-Net computes in, e.g. ``"bfloat16"``."""
        return str(self.dtype).removeprefix("torch.")

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


def open_model(model: str, *, device: str = "cpu", dtype: torch.dtype | None = None) -> Model:
    """Open a model by name, path or hub id.

    Args:
        model: ``"seedling"`` or another :class:`~...seedling.variants.Variant`, a folder in
            diffusers layout, a single ``.safetensors`` file, or a hub id such as ``"owner/name"``;
            only the last ever uses the network.
        device: a torch device, or ``"auto"`` for the first GPU if there is one.
        dtype: what to compute in; by default float32 on the CPU and float16 elsewhere.

    Raises:
        ModelError: nothing usable is there; the message says why.
        InputError: this machine has no such device.
    """
    files = _files(model)
    place = resolve_device(device)
    kind = dtype or _default_dtype(place)
    opened = _open_files(files, model, kind) if files else _open_hub(model, kind)
    if opened.vae.config.get("force_upcast") and str(kind) == "torch.float16":
        opened.vae.float()  # the XL autoencoder overflows in half precision
    opened.pipe.to(place)
    opened.pipe.set_progress_bar_config(disable=True)
    return opened


def weight_files(model: str) -> tuple[Path, ...]:
    """Return the files a model's hash is taken over, as :func:`open_model` would, unopened.

    Raises:
        ModelError: nothing usable is there; the message says why.
    """
    files = _files(model)
    if not files:
        from .loading import fetch

        files = (fetch(model),)
    if files[0].is_dir():
        return find_weights(files[0], read_layout(files[0])).files
    identify(files[0])
    return files


def _files(model: str) -> tuple[Path, ...]:
    """Return where the model lies on this disk; nothing for a hub id.

    A second file is laid over the first.
    """
    path = Path(model).expanduser()
    if model in set(Variant):
        return _seedling_files(Variant(model))
    if path.suffix.lower() in _PICKLED:
        raise _pickled(path)
    if model.strip() and _exists(path):
        return (path,)
    if _HUB_ID.fullmatch(model) and path.suffix.lower() != ".safetensors":
        return ()
    close = difflib.get_close_matches(model, [variant.value for variant in Variant], n=1)
    raise ModelError(
        "model",
        expected="'seedling', a diffusers folder, a .safetensors file or a hub id 'owner/name'",
        got=f"{model!r}, which is not there" if model.strip() else "nothing",
        advice=f"Did you mean {close[0]}?" if close else "",
    )


def _exists(path: Path) -> bool:
    """Tell whether a path is there; what is too long for a path is not."""
    try:
        return path.exists()
    except OSError:
        return False


def _open_files(files: tuple[Path, ...], model: str, dtype: torch.dtype) -> Model:
    """Look at headers and indexes first: they refuse in no time what cannot be loaded."""
    path, over = files[0], files[1] if len(files) > 1 else None
    if model == Variant.DIT:
        return _open_flow(files, dtype)
    if path.is_dir():
        layout = read_layout(path)
        weights = find_weights(path, layout)
        from .loading import load_folder

        pipe = load_folder(path, layout, weights, dtype)
        return Model(path.resolve().name, layout.family, pipe, weights.files)
    found = identify(path, over=over)
    from .loading import load_file

    pipe = load_file(path, found, dtype, over=over)
    name = model if model in set(Variant) else path.stem
    return Model(name, found.family, pipe, files, tuple(filter(None, [found.guessed])))


def _open_flow(files: tuple[Path, ...], dtype: torch.dtype) -> Model:
    plain, weights = files
    found = identify(plain)
    from .flow import put_flow
    from .loading import load_file

    pipe = load_file(plain, found, dtype)
    put_flow(pipe, weights)
    return Model(Variant.DIT.value, found.family, pipe, files)


def _open_hub(hub_id: str, dtype: torch.dtype) -> Model:
    from .loading import fetch

    opened = _open_files((fetch(hub_id),), hub_id, dtype)
    return Model(hub_id, opened.family, opened.pipe, opened.files, opened.notes)


def _seedling_files(variant: Variant) -> tuple[Path, ...]:
    missing = [path for path in variant.files if not path.is_file()]
    if not missing:
        return variant.files
    raise ModelError(
        "model",
        expected="Seedling's weights, which ship with Seedloupe",
        got=f"no file {missing[0]}",
        advice="Install Seedloupe again, or name another model with --model.",
    )


def _pickled(path: Path) -> ModelError:
    return ModelError(
        "model",
        expected="a .safetensors file",
        got=f"{path.name}, a pickle, which can run any program when opened",
        advice="Convert it to safetensors, or take the .safetensors file of the same model.",
    )


def resolve_device(name: str) -> torch.device:
    """Return the torch device of a name; ``"auto"`` is the first GPU if there is one.

    Raises:
        InputError: this machine has no such device.
    """
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
