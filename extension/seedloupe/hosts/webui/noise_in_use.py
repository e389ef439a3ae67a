"""Which noise this web UI is about to draw."""

from __future__ import annotations

from typing import Any

from ...errors import NoiseError
from ...noise import NoiseSource, Rng, grid_threads

_FORGE_IMITATIONS = ("ComfyUI", "DrawThings")


def noise_in_use(opts: Any, device: Any) -> NoiseSource:
    """Translate the web UI's setting and device into a noise source.

    The rule is that of ``modules/rng.py``: ``NV`` imitates a card without limit, ``CPU`` and Apple
    devices draw on the CPU, and ``GPU`` draws on whatever computes.

    Args:
        opts: the web UI's ``shared.opts``.
        device: the ``torch.device`` the web UI computes on.

    Raises:
        NoiseError: the device has a generator nobody can name.
    """
    setting = _setting(opts)
    if setting == "NV":
        return NoiseSource(Rng.PHILOX)
    if setting == "CPU" or device.type in ("cpu", "mps"):
        return NoiseSource(Rng.TORCH_CPU)
    if device.type == "cuda":
        return NoiseSource(Rng.PHILOX, _grid_threads(device))
    raise NoiseError(
        "noise source",
        expected="noise that is the same on other machines",
        got=f"the generator of a {device.type} device",
        advice=how_to_draw(NoiseSource(Rng.TORCH_CPU)),
    )


def how_to_draw(source: NoiseSource) -> str:
    """Say which setting makes this web UI draw a table's noise; empty where none does."""
    if source.grid_threads is not None:
        return ""
    choice = "CPU" if source.rng is Rng.TORCH_CPU else "NV"
    return f'In Settings, Stable Diffusion, set "Random number generator source" to {choice}.'


def _setting(opts: Any) -> str:
    # Forge draws on the CPU for these, whatever the other setting says.
    if getattr(opts, "forge_try_reproduce", None) in _FORGE_IMITATIONS:
        return "CPU"
    return str(opts.randn_source)


def _grid_threads(device: Any) -> int:
    import torch

    card = torch.cuda.get_device_properties(device)
    return grid_threads(card.multi_processor_count, card.max_threads_per_multi_processor)
