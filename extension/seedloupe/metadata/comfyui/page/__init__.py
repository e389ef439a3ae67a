"""ComfyUI's ``workflow``: the page's own file, read as the graph it stands for."""

from __future__ import annotations

from collections.abc import Mapping

from ...found_noise import FoundNoise
from ..answer import noise_in_graph
from .flatten import graph_of

__all__ = ["graph_of", "noise_in_workflow"]


def noise_in_workflow(
    workflow: Mapping[str, object],
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
    effort: int | None = None,
) -> FoundNoise:
    """Tell which noise a picture of ComfyUI was made from, where it has no ``prompt``.

    Args:
        workflow: its ``workflow``, read from JSON.
        channels: of the model's latents; see :func:`~seedloupe.metadata.noise_in_graph`.
        file_size: ``(width, height)`` of the file in pixels; see there.
        effort: what a PNG's zlib stream says of its level; see there.

    Raises:
        ImageError: it is no workflow, or a seed, size or batch in it cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    graph = graph_of(workflow)
    return noise_in_graph(graph, channels=channels, file_size=file_size, effort=effort)
