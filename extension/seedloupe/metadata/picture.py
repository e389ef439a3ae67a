"""Everything a picture may say about itself, the surest word first."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ImageError
from .comfy_graph import noise_in_graph
from .comfy_workflow import noise_in_workflow
from .found_noise import FoundNoise
from .infotext import noise_in_parameters
from .parsing import read_json
from .record import noise_in_record


def noise_in_picture(
    texts: Mapping[str, str],
    *,
    channels: int | None = None,
    file_size: tuple[int, int] | None = None,
) -> FoundNoise:
    """Tell which noise a picture was made from.

    Our own entry leaves nothing out, a graph says what was run, a workflow what was to be run, and
    ``parameters`` are also written by programs that draw otherwise than the web UI; so they are
    asked in this order.

    Args:
        texts: its texts by name, of which ``seedloupe``, ``prompt``, ``workflow`` and
            ``parameters`` are read.
        channels: of the model's latents; None takes 4 and calls that an assumption.
        file_size: ``(width, height)`` of the file in pixels, which tells a grid from a picture.

    Raises:
        ImageError: it says nothing, or something that cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    if "seedloupe" in texts:
        record = read_json(texts["seedloupe"], "seedloupe")
        return noise_in_record(record, channels=channels)
    # Other programs keep a prompt of words under the same name.
    if texts.get("prompt", "").lstrip().startswith("{"):
        return noise_in_graph(
            read_json(texts["prompt"], "prompt"), channels=channels, file_size=file_size
        )
    if "workflow" in texts:
        return noise_in_workflow(
            read_json(texts["workflow"], "workflow"), channels=channels, file_size=file_size
        )
    if "parameters" in texts:
        return noise_in_parameters(texts["parameters"], channels=channels)
    raise ImageError(
        "picture",
        expected="a picture that says how it was made",
        got="none of parameters, prompt, workflow and seedloupe",
        advice="Programs that edit or send pictures leave such texts out.",
    )
