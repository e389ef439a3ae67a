"""InvokeAI's record, ``invokeai_metadata`` (version 3 and later; source read 2026-11).

``generate_noise_tensor`` seeds a generator on the CPU unless told otherwise (``rand_device``) and
draws ``(1, 4, H/8, W/8)`` for Stable Diffusion up to XL, in half precision on a card, which rounds
the same numbers. The record tells the finished size; the canvas may have drawn at another one.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...noise.source import CPU_NOISE
from ..found_noise import DrawWay, FoundHost, FoundLevel, FoundNoise, Missing
from ..parsing import whole_number
from .records import unread

_MODES = ("txt2img", "img2img", "inpaint", "outpaint")
_FAMILIES = ("", "sdxl_")
_DEVICES = ("cpu", "cuda")


def noise_in_invokeai(record: Mapping[str, object]) -> FoundNoise:
    """Tell which noise a picture of InvokeAI was made from, as far as its record tells.

    Args:
        record: its ``invokeai_metadata``, read from JSON.
    """
    program = f"InvokeAI {record.get('app_version', '')}"[:40].strip()
    seed = whole_number(record.get("seed"))
    seeds = (seed,) if seed is not None and 0 <= seed < 2**64 else ()
    mode, device = str(record.get("generation_mode", "")), str(record.get("rand_device", ""))
    known = mode in {family + mode for family in _FAMILIES for mode in _MODES}
    if not known or not seeds or device not in _DEVICES or record.get("hrf_enabled"):
        return unread(FoundHost.INVOKEAI, program, seeds)
    width, height = (whole_number(record.get(side)) for side in ("width", "height"))
    finished = f" ({width}x{height})" if width and height else ""
    on_cpu = device == "cpu"
    where = "on the CPU" if on_cpu else "with the card's own generator"
    task = mode.removeprefix("sdxl_").replace("outpaint", "inpaint")
    return FoundNoise(
        FoundHost.INVOKEAI,
        FoundLevel.DEPENDS,
        f"Drawn {where}. The record tells the finished size{finished}, and not the one the noise "
        "was drawn at, which InvokeAI's canvas may choose otherwise.",
        seeds,
        CPU_NOISE if on_cpu else None,
        task=task,
        notes=() if task == "txt2img" else _FROM_PICTURE,
        program=program,
        missing=(Missing.SIZE,) if on_cpu else (Missing.SOURCE, Missing.SIZE),
        way=DrawWay.EACH,
    )


_FROM_PICTURE = ("The noise was added to another picture, which is needed as well.",)
