"""Ending a call of the U-Net once enough of it has run.

One look at a finished picture needs only the layers up to the last one asked for; in a decoder's
first level that is half of the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from torch import nn

from .layers import find_layers, list_layers
from .topology import bare_unet


class _EnoughError(BaseException):
    """Carries the control flow out of the U-Net; nobody who catches errors may hold it up."""


@contextmanager
def ending_after(unet: nn.Module, layers: Sequence[str]) -> Iterator[None]:
    """Let the one call of ``unet`` inside the block end after the last of ``layers`` to run.

    The call gives no result; what comes after it in the block is skipped. Open it inside the block
    of a probe, so that the probe sees the last layer first. No hook is left, whatever happens.

    Args:
        unet: the U-Net that is called.
        layers: canonical names, aliases, globs or ranges; at least one.

    Raises:
        LayerNotFoundError: a name fits nothing.
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    unet = bare_unet(unet)
    wanted = set(find_layers(unet, layers))
    last = [layer for layer in list_layers(unet) if layer in wanted][-1]
    enough = _EnoughError()

    def stop(*_: object) -> NoReturn:
        raise enough

    handle = unet.get_submodule(last.path).register_forward_hook(stop)
    try:
        yield
    except _EnoughError as error:
        if error is not enough:
            raise
    finally:
        handle.remove()
