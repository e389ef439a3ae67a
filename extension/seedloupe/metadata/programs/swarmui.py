"""SwarmUI's record, ``sui_image_params`` (its "Image Metadata Format" and nodes, read 2026-11).

Its sampler node draws every picture with a generator of its own on the CPU, seeded with the
picture's seed; variations are the web UI's. Where SwarmUI works through another backend than
ComfyUI, that one draws, and the record does not name it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...errors import ImageError
from ...noise.webui import WebuiExtras
from ..found_noise import (
    DrawWay,
    FoundHost,
    FoundLevel,
    FoundNoise,
    LaterPass,
    Missing,
    NoiseCandidate,
)
from ..parsing import latent_size, read_seed, read_share, require_channels, whole_number

_USUAL_CHANNELS, _LARGEST_BATCH = 4, 256
_HARMLESS: Mapping[str, str] = {
    "names models, words or their reading, none of which draws noise": (
        "prompt negativeprompt model vae automaticvae loras loraweights loratencweights "
        "lorasectionconfinement cliplmodel clipgmodel clipvisionmodel t5xxlmodel llavamodel "
        "llamamodel qwenmodel mistralmodel gemmamodel sd3textencs clipstopatlayer zeronegative "
        "conditioningmultiplier negativeconditioningmultiplier presets"
    ),
    "steers the steps, which begin when the noise is drawn": (
        "steps cfgscale sampler scheduler sigmashift samplersigmamin samplersigmamax samplerrho "
        "fluxguidancescale fluxdisableguidance seamlesstileable endstepsearly freeuapplyto "
        "freeuversion freeublockone freeublocktwo freeuskipone freeuskiptwo torchcompile "
        "preferreddtype overridepredictiontype modelspecificenhancements"
    ),
    "belongs to a later pass or the finished picture": (
        "refinercontrolpercentage refinercontrol refinermethod refinerupscale "
        "refinerupscalemethod refinermodel refinervae refinersteps refinercfgscale "
        "refinerdotiling segmentmaskblur segmentmaskgrow segmentmaskoversize segmentthresholdmax "
        "segmentsortorder segmentapplyafter segmentmodel segmentsteps segmentcfgscale "
        "savesegmentmask vaetilesize vaetileoverlap colorcorrectionbehavior removebackground"
    ),
    "belongs to the picture or mask it starts from": (
        "initimagecreativity initimagenoise initimagerecompositemask maskblur maskshrinkgrow "
        "maskgrow maskbehavior"
    ),
    "says how pictures are asked for and saved": (
        "images swarm_version personalnote imageformat bitdepth colordepth donotsave "
        "donotsaveintermediates outputintermediateimages nopreviews noseedincrement wildcardseed "
        "wildcardseedbehavior webhooks exactbackendid forwardrawbackenddata forwardswarmdata "
        "overrideoutpathformat nointernalspecialhandling noloadmodels continueaftererrors"
    ),
    "is read here": (
        "seed variationseed variationseedstrength width height aspectratio sidelength batchsize"
    ),
}
"""Parameters, in words apart, by the reason why they change nothing of the first noise."""
_KNOWN = frozenset(name for names in _HARMLESS.values() for name in names.split())


def noise_in_swarmui(record: Mapping[str, object], *, channels: int | None = None) -> FoundNoise:
    """Tell which noise a picture of SwarmUI was made from.

    Args:
        record: its whole record, read from JSON.
        channels: of the model's latents; None takes 4 and calls that an assumption.

    Raises:
        ImageError: a parameter cannot be; the field names it.
        NoiseError: ``channels`` is no number of channels.
    """
    found = record.get("sui_image_params")
    if not isinstance(found, dict):
        raise ImageError("sui_image_params", expected="an object", got=type(found).__name__)
    params: dict[str, object] = {str(name): value for name, value in found.items()}
    shape = _shape(params, require_channels(_USUAL_CHANNELS if channels is None else channels))
    seed = None if "seed" not in params else read_seed(params["seed"], "sui_image_params.seed")
    subseed, extras = _variation(params)
    strange = tuple(name[:60] for name in params if name.lower() not in _KNOWN)
    cells = _batch(params, seed, subseed)
    missing = [Missing.SOURCE, *[Missing.SIZE][: shape is None], *[Missing.INDEX][: bool(cells)]]
    is_known = seed is not None and not strange
    from_picture = "initimagecreativity" in params
    return FoundNoise(
        FoundHost.SWARMUI,
        FoundLevel.DEPENDS if is_known else FoundLevel.UNKNOWN,
        " ".join(_verdict(seed, strange, missing)),
        () if seed is None else (seed,),
        None,
        shape,
        subseed,
        extras,
        task="img2img" if from_picture else "txt2img",
        strength=_share(params, "initimagecreativity") if from_picture else None,
        later=tuple(_later(params, shape, seed)),
        notes=("The noise was added to another picture, which is needed as well.",)
        if from_picture
        else (),
        program=f"SwarmUI {params.get('swarm_version', '')}"[:40].strip(),
        channels_assumed=channels is None and shape is not None,
        missing=tuple(missing) if is_known else (),
        unknown=strange,
        candidates=cells,
        way=DrawWay.EACH,
    )


def _shape(params: Mapping[str, object], channels: int) -> tuple[int, ...] | None:
    width, height = (whole_number(params.get(side)) for side in ("width", "height"))
    if width is None or height is None:
        return None
    return latent_size(channels, (width, height), "sui_image_params.width")


def _variation(params: Mapping[str, object]) -> tuple[int | None, WebuiExtras]:
    strength = _share(params, "variationseedstrength") or 0.0
    if not strength:
        return None, WebuiExtras()
    subseed = read_seed(params.get("variationseed"), "sui_image_params.variationseed")
    return subseed, WebuiExtras(strength)


def _share(params: Mapping[str, object], name: str) -> float | None:
    value = params.get(name)
    return None if value is None else read_share(value, f"sui_image_params.{name}")


def _batch(
    params: Mapping[str, object], seed: int | None, subseed: int | None
) -> tuple[NoiseCandidate, ...]:
    """Return the pictures of a batch, all of which carry the first one's seed."""
    count = whole_number(params.get("batchsize")) or 1
    if seed is None or not 2 <= count <= _LARGEST_BATCH:
        return ()
    return tuple(
        NoiseCandidate(
            f"picture {place} of the batch",
            (seed if subseed is not None else seed + place) % 2**64,
            None if subseed is None else (subseed + place) % 2**64,
        )
        for place in range(count)
    )


def _later(
    params: Mapping[str, object], shape: tuple[int, ...] | None, seed: int | None
) -> Iterator[LaterPass]:
    strength = params.get("refinercontrolpercentage", params.get("refinercontrol"))
    if strength is None or params.get("refinermethod") == "StepSwap":
        return
    try:
        factor = float(str(params.get("refinerupscale", 1)))
        size = None if shape is None else (int(shape[2] * 8 * factor), int(shape[1] * 8 * factor))
    except (ValueError, OverflowError):
        size = None
    number = None if seed is None else (seed + 1) % 2**64
    yield LaterPass("refiner", number, size, read_share(strength, "sui_image_params.refiner"))


def _verdict(seed: int | None, strange: tuple[str, ...], missing: list[Missing]) -> Iterator[str]:
    if seed is None:
        yield "The picture does not tell its seed."
    if strange:
        names = ", ".join(strange[:5])
        yield f"The record tells of {names}, which may change the noise for all that is known here."
    if seed is None or strange:
        return
    yield (
        "SwarmUI draws cpu noise where it works through ComfyUI, as it does unless set up "
        "otherwise; the record does not name the backend."
    )
    if Missing.SIZE in missing:
        yield "It does not tell the size either."
    if Missing.INDEX in missing:
        yield "It does not tell which picture of its batch this is either."
