"""ComfyUI's ``workflow``: the page's own file, read as the graph it stands for.

Its values have no names, only an order, so only the nodes that decide noise are read.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ImageError
from .comfy_graph import noise_in_graph
from .found_noise import FoundNoise
from .parsing import whole_number

_MOST = 8192
_MUTED = (2, 4)

_WIDGETS: Mapping[str, tuple[str | None, ...]] = {
    "KSampler": ("seed", None, "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed"),
    "SamplerCustom": ("add_noise", "noise_seed"),
    "RandomNoise": ("noise_seed",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "LatentFromBatch": ("batch_index", "length"),
    "RepeatLatentBatch": ("amount",),
    "LatentBatchSeedBehavior": ("seed_behavior",),
    "PrimitiveNode": ("value",),
    "PrimitiveInt": ("value",),
    "SeedloupeGoldenSeed": ("table", "count", "width", "height"),
}
"""The order of values as ComfyUI 0.3.64 writes them; None is "control after generate"."""


def noise_in_workflow(
    workflow: Mapping[str, object],
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
) -> FoundNoise:
    """Tell which noise a picture of ComfyUI was made from, where it has no ``prompt``.

    Args:
        workflow: its ``workflow``, read from JSON.
        channels: of the model's latents; None takes 4 and calls that an assumption.
        file_size: ``(width, height)`` of the file in pixels, to tell branches apart.

    Raises:
        ImageError: it is no workflow, or a seed, size or batch in it cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    return noise_in_graph(graph_of(workflow), channels=channels, file_size=file_size)


def graph_of(workflow: Mapping[str, object]) -> Mapping[str, object]:
    """Return what ComfyUI would run, as its ``prompt`` has it; muted nodes are left out.

    Raises:
        ImageError: it is no workflow, or larger than any.
    """
    nodes = _objects(workflow, "nodes")
    links = _links(workflow)
    return {
        str(node.get("id")): {"class_type": str(node.get("type")), "inputs": _inputs(node, links)}
        for node in nodes
        if isinstance(node, Mapping) and node.get("mode") not in _MUTED
    }


def _inputs(node: Mapping[str, object], links: Mapping[int, list[object]]) -> dict[str, object]:
    names = _WIDGETS.get(str(node.get("type")), ())
    values = node.get("widgets_values")
    found: dict[str, object] = {}
    if isinstance(values, list):
        pairs = zip(names, values, strict=False)
        found = {name: value for name, value in pairs if name is not None}
    sockets = node.get("inputs")
    for socket in sockets if isinstance(sockets, list) else ():
        if isinstance(socket, Mapping) and (
            link := links.get(whole_number(socket.get("link")) or -1)
        ):
            found[str(socket.get("name"))] = link
    return found


def _links(workflow: Mapping[str, object]) -> dict[int, list[object]]:
    """Return each link's origin by its number, written as ``prompt`` writes it."""
    found: dict[int, list[object]] = {}
    for link in _objects(workflow, "links"):
        if not isinstance(link, list) or len(link) < 3:
            continue
        number = whole_number(link[0])
        if number is not None:
            found[number] = [str(link[1]), whole_number(link[2]) or 0]
    return found


def _objects(workflow: Mapping[str, object], name: str) -> list[object]:
    found = workflow.get(name)
    if not isinstance(found, list) or len(found) > _MOST:
        raise ImageError(
            f"workflow.{name}",
            expected=f"a list of at most {_MOST}",
            got=f"{len(found)}" if isinstance(found, list) else type(found).__name__,
        )
    return found
