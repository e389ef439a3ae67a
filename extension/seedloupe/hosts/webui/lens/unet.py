"""The U-Net that runs in A1111 or Forge, and what is known of its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....errors import InputError, ModelError
from ....lens import NoiseLevels

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """The model the web UI draws with now.

    Args:
        model: its ``shared.sd_model``.
    """

    model: Any

    @property
    def forge(self) -> bool:
        """Whether it is a model of Forge, which says itself what the rows of its calls are."""
        return getattr(self.model, "forge_objects", None) is not None

    @property
    def unet(self) -> nn.Module:
        """The U-Net.

        Raises:
            ModelError: the model has none that is known.
        """
        if self.forge:
            part = getattr(self.model.forge_objects.unet, "model", None)
        else:
            part = getattr(self.model, "model", None)
        unet = getattr(part, "diffusion_model", None)
        if unet is None:
            got = f"a {type(self.model).__name__} without one"
            raise ModelError("model", expected="a model with a U-Net", got=got)
        return unet  # type: ignore[no-any-return]

    @property
    def levels(self) -> NoiseLevels | None:
        """The noise levels it was trained at, where it has such a list."""
        try:
            if self.forge:
                predictor = self.model.forge_objects.unet.model.predictor
                return NoiseLevels(tuple(predictor.sigmas.tolist()))
            return NoiseLevels.of_alphas(self.model.alphas_cumprod)
        except (AttributeError, InputError):
            return None

    @property
    def name(self) -> str:
        """Name of the checkpoint's file."""
        return str(getattr(self._checkpoint, "name_for_extra", "") or type(self.model).__name__)

    @property
    def sha256(self) -> str:
        """Hash of the checkpoint's file; empty where the web UI has taken none."""
        return str(getattr(self._checkpoint, "sha256", "") or "")

    @property
    def _checkpoint(self) -> Any:
        return getattr(self.model, "sd_checkpoint_info", None)


def model_in_use() -> LoadedModel:
    """Return the model the web UI draws with now; ask while it samples only.

    Forge loads a model when it first draws, and what it shows before is none.
    """
    from modules import shared

    return LoadedModel(shared.sd_model)
