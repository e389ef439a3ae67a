"""Where attention happens in a U-Net, and how its projections are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn

from ...errors import LayerNotFoundError, ModelError
from ..layer import Event, Layer
from ..layers import list_layers, match_layers
from ..topology import bare_unet
from ..transformer_kinds import kind_of
from ..transformer_layers import transformer_sites

#: The two kinds: of the picture to itself, and of the picture to the prompt.
SELF, CROSS = "self", "cross"


@dataclass(frozen=True)
class Heads:
    """How an attention splits its projections.

    Args:
        count: number of heads.
        scale: what dot products are multiplied with; None stands for one over the square root of a
            head's width, which is what hosts do that do not say.
    """

    count: int
    scale: float | None = None

    @classmethod
    def of(cls, attention: nn.Module) -> Heads:
        """Read them off an attention of any host.

        Raises:
            ModelError: the module does not say how many heads it has.
        """
        count, scale = getattr(attention, "heads", None), getattr(attention, "scale", None)
        if not isinstance(count, int) or count < 1:
            got = f"{type(attention).__name__} with heads = {count!r}"
            raise ModelError("attention", expected="a number of heads", got=got)
        return cls(count, float(scale) if isinstance(scale, (int, float)) else None)


@dataclass(frozen=True)
class Tap:
    """A linear module whose output holds one or several projections side by side.

    Args:
        module: its name below the attention.
        holds: what its output holds, of ``q``, ``k`` and ``v``, in order.
    """

    module: str
    holds: str

    def split(self, output: Tensor) -> dict[str, Tensor]:
        """Give each projection its share of ``(B, T, C)``, without copying."""
        parts = output.detach().chunk(len(self.holds), dim=-1)
        return dict(zip(self.holds, parts, strict=True))


def find_sites(unet: nn.Module, kind: str, patterns: Sequence[str]) -> tuple[Layer, ...]:
    """List attentions of ``unet`` in the order they run.

    Args:
        unet: the U-Net to look in.
        kind: ``"cross"`` or ``"self"``.
        patterns: names such as ``up-level1-repeat1-vit-block0-cross-map``, paths of the attention
            in any host, globs such as ``up-*``, ranges.

    Returns:
        Layers whose path is the attention itself, and whose name ends in ``-map``.

    Raises:
        LayerNotFoundError: a pattern fits nothing, or there is no such attention at all.
        ModelError: ``unet`` is no U-Net of a known shape.
    """
    sites = tuple(_sites(unet, kind))
    if not sites:
        expected = f"a U-Net with {kind}-attention between its convolutions"
        raise LayerNotFoundError("unet", expected=expected, got=f"{type(unet).__name__} without")
    return match_layers(sites, patterns)


def taps_of(attention: nn.Module) -> tuple[Tap, ...]:
    """Tell which modules give the projections; diffusers can fuse two or three into one."""
    fused = bool(getattr(attention, "fused_projections", False))
    if fused and hasattr(attention, "to_qkv"):
        return (Tap("to_qkv", "qkv"),)
    if fused and hasattr(attention, "to_kv"):
        return Tap("to_q", "q"), Tap("to_kv", "kv")
    return Tap("to_q", "q"), Tap("to_k", "k"), Tap("to_v", "v")


def _sites(unet: nn.Module, kind: str) -> Iterator[Layer]:
    if family := kind_of(bare_unet(unet)):
        event = Event.CROSS_MAP if kind == CROSS else Event.SELF_MAP
        if kind == CROSS or family.text:
            yield from transformer_sites(bare_unet(unet), family, event)
        return
    ours = (Event.CROSS_OUT, Event.CROSS_MAP) if kind == CROSS else (Event.SELF_OUT, Event.SELF_MAP)
    for layer in list_layers(unet):
        if layer.event is ours[0]:
            paths = [path.removesuffix(".to_out.0") for path in (layer.path, *layer.aliases)]
            name = layer.name.removesuffix("-out") + "-map"
            yield replace(layer, name=name, path=paths[0], event=ours[1], aliases=tuple(paths[1:]))
