"""Pages of ComfyUI as its front end writes them."""

from __future__ import annotations

from typing import Any

SEED = 11
SHAPE = (4, 48, 64)
SIZE = (512, 384, 1)


class Page:
    """A page that is put together node by node; links are numbered as they come."""

    def __init__(self, *, links_as_objects: bool = False) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.links: list[Any] = []
        self._as_objects = links_as_objects

    def link(self, origin: int, slot: int, target: int, place: int, kind: str) -> int:
        number = len(self.links) + 1
        if self._as_objects:
            names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
            values = (number, origin, slot, target, place, kind)
            self.links.append(dict(zip(names, values, strict=True)))
        else:
            self.links.append([number, origin, slot, target, place, kind])
        return number

    def add(
        self,
        number: int,
        kind: str,
        values: Any = (),
        wires: dict[str, tuple[int, int, str]] | None = None,
        outputs: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        sockets = []
        for place, (name, (origin, slot, type_)) in enumerate((wires or {}).items()):
            link = self.link(origin, slot, number, place, type_)
            sockets.append({"name": name, "type": type_, "link": link})
        self.nodes.append(
            {
                "id": number,
                "type": kind,
                "mode": 0,
                "inputs": sockets,
                "outputs": [{"name": name, "type": name} for name in outputs],
                "widgets_values": list(values) if isinstance(values, tuple) else values,
                **more,
            }
        )

    def written(self, **more: Any) -> dict[str, Any]:
        return {"nodes": self.nodes, "links": self.links, "version": 0.4, **more}


def sampler_values(seed: Any = SEED) -> tuple[Any, ...]:
    return (seed, "randomize", 20, 8, "euler", "normal", 1)


def simple(latents: tuple[int, int, str] = (5, 0, "LATENT"), **sampler: Any) -> Page:
    """The first workflow; ``latents`` says where the sampler has them from."""
    page = Page()
    page.add(4, "CheckpointLoaderSimple", ("a",), outputs=("MODEL", "CLIP", "VAE"))
    page.add(5, "EmptyLatentImage", SIZE, outputs=("LATENT",))
    wires = {"model": (4, 0, "MODEL"), "latent_image": latents}
    page.add(3, "KSampler", sampler_values(), wires, ("LATENT",), **sampler)
    page.add(8, "VAEDecode", (), {"samples": (3, 0, "LATENT"), "vae": (4, 2, "VAE")}, ("IMAGE",))
    page.add(9, "SaveImage", ("C",), {"images": (8, 0, "IMAGE")})
    return page
