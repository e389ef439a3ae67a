"""Fooocus's own record, an object in ``parameters`` (``modules/meta_parser.py``, 2.5.5).

``ldm_patched/modules/sample.py`` seeds one generator on the CPU for each picture. Its other record
is in the web UI's words: see :mod:`.infotext`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...errors import ImageError
from ...noise.source import CPU_NOISE
from ..found_noise import DrawWay, FoundHost, FoundLevel, FoundNoise, Missing
from ..parsing import latent_size, read_seed, require_channels

_USUAL_CHANNELS = 4
_HARMLESS: Mapping[str, tuple[str, ...]] = {
    "names models or words, none of which draws noise": (
        "prompt", "negative_prompt", "full_prompt", "full_negative_prompt", "prompt_expansion",
        "styles", "base_model", "base_model_hash", "refiner_model", "refiner_model_hash", "vae",
        "loras", "clip_skip",
    ),
    "steers the steps, which begin when the noise is drawn": (
        "performance", "steps", "guidance_scale", "sharpness", "adm_guidance", "adaptive_cfg",
        "sampler", "scheduler", "freeu", "refiner_switch", "overwrite_switch",
        "refiner_swap_method",
    ),
    "is a note": ("metadata_scheme", "version", "created_by"),
    "is read here": ("seed", "resolution"),
}  # fmt: skip
"""Entries by the reason why they change nothing of the noise."""
_KNOWN = frozenset(name for names in _HARMLESS.values() for name in names)
_LORA = "lora_combined_"


def is_fooocus(record: Mapping[str, object]) -> bool:
    """Whether an object is Fooocus's record."""
    return record.get("metadata_scheme") == "fooocus" or str(record.get("version", "")).startswith(
        "Fooocus"
    )


def noise_in_fooocus(record: Mapping[str, object], *, channels: int | None = None) -> FoundNoise:
    """Tell which noise a picture of Fooocus was made from.

    Args:
        record: its record, read from JSON.
        channels: of the model's latents; None takes 4 and calls that an assumption.

    Raises:
        ImageError: an entry cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    seed = read_seed(record["seed"], "parameters.seed") if "seed" in record else None
    count = require_channels(_USUAL_CHANNELS if channels is None else channels)
    size = _size(record.get("resolution"))
    strange = tuple(
        str(name)[:60] for name in record if name not in _KNOWN and not str(name).startswith(_LORA)
    )
    version = str(record.get("version", FoundHost.FOOOCUS.value))[:40]
    if not version.startswith(FoundHost.FOOOCUS.value):
        strange = (f"another program ({version})", *strange)  # forks keep the scheme's name
    level = FoundLevel.EXACT if size else FoundLevel.DEPENDS
    verdict = "Drawn on the CPU, alike on every machine."
    if size is None:
        verdict = "The picture does not tell its size."
    if seed is None or strange:
        level = FoundLevel.UNKNOWN
        verdict = (
            f"The record tells of {', '.join(strange[:5])}, which may change the noise for all "
            "that is known here."
            if strange
            else "The picture does not tell its seed."
        )
    return FoundNoise(
        FoundHost.FOOOCUS,
        level,
        verdict,
        () if seed is None else (seed,),
        CPU_NOISE,
        None if size is None else latent_size(count, size, "parameters.resolution"),
        program=version,
        channels_assumed=channels is None and size is not None,
        missing=(Missing.SIZE,) if level is FoundLevel.DEPENDS else (),
        unknown=strange,
        way=DrawWay.EACH,
    )


def _size(resolution: object) -> tuple[int, int] | None:
    """Read ``(1152, 896)``, the form Python gives two numbers."""
    if resolution is None:
        return None
    found = re.fullmatch(r"[\[(]\s*(\d{1,5})\s*,\s*(\d{1,5})\s*[\])]", str(resolution).strip())
    if found is None:
        raise ImageError(
            "parameters.resolution", expected="(WIDTH, HEIGHT)", got=f"{resolution!r}"[:80]
        )
    return int(found[1]), int(found[2])
