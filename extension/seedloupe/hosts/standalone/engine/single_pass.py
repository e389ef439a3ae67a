"""Looking at a finished picture through the U-Net: noised once, and no further than asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ....errors import ImageError, InputError
from .denoise import added_conditions, with_mask
from .latents import encode_pictures, source_without_picture
from .text import encode_text
from .watching import levels_of, token_names_of

if TYPE_CHECKING:
    from torch import Tensor

    from ....lens import FeatureMap
    from ....lens.record import LensRecord, LensSpec
    from .models import Model
    from .text import Conditioning

_MOST_NOISES = 1000
_LONGEST = 2
"""How many times the model's own side a picture may have; attention's memory grows with the square
of its cells."""


@dataclass(frozen=True, eq=False)
class FeatureExtraction:
    """What to look at, and how.

    Attributes:
        image: ``(3, H, W)`` float32 in [0, 1]; see :func:`fitted`.
        layers: canonical names, at least one.
        time: training time the picture is noised to.
        noises: how many noises the features are averaged over.
        prompt: what the U-Net is told; nothing by default.
        seed: of the first noise; the following count up.
    """

    image: Tensor
    layers: tuple[str, ...]
    time: int = 50
    noises: int = 1
    prompt: str = ""
    seed: int = 0


def extract_features(model: Model, asked: FeatureExtraction) -> LensRecord:
    """Encode a picture, noise it, and record the layers of one call of the U-Net.

    The call ends with the last layer asked for. With several noises, each has a call of its own and
    the features are averaged, as DIFT does (Tang et al., NeurIPS 2023).

    Raises:
        ImageError: the picture is smaller than a latent cell.
        InputError: the time or the number of noises cannot be, the model's noise levels are not
            known, or a layer could not be watched.
    """
    from ....lens.recorder import Recorder

    levels = levels_of(model)
    if levels is None:
        raise InputError("model", expected="known noise levels", got=model.name)
    if not 1 <= asked.noises <= _MOST_NOISES:
        raise InputError("noises", expected=f"1 to {_MOST_NOISES}", got=str(asked.noises))
    sigma = levels.sigma(asked.time)
    clean = encode_pictures(model, fitted(model, asked.image.float())[None])
    text = encode_text(model, [asked.prompt], negative="", guided=False)
    sums: dict[str, Tensor] = {}
    for number in range(asked.noises):
        for feature in look_once(
            model, clean, text, layers=asked.layers, time=asked.time, seed=asked.seed + number
        ):
            before = sums.get(feature.layer)
            sums[feature.layer] = feature.values if before is None else before + feature.values
    recorder = Recorder()
    for layer in asked.layers:
        recorder(_mean(layer, sums[layer] / asked.noises, sigma, asked.time))
    return recorder.finish(_spec(model, asked))


def fitted(model: Model, image: Tensor) -> Tensor:
    """Bring a picture to a size the model can look at.

    Args:
        model: what will look.
        image: ``(3, H, W)``, float32 in [0, 1].

    Returns:
        the picture made smaller where it is over twice as long as the model's own, and without what
        does not fill a latent cell, cut off evenly on both sides.

    Raises:
        ImageError: it is smaller than a latent cell.
    """
    from torch.nn.functional import interpolate

    most = _LONGEST * max(model.native_size)
    longest = max(image.shape[-2:])
    if longest > most:
        size = tuple(max(1, round(side * most / longest)) for side in image.shape[-2:])
        image = interpolate(image[None], size, mode="bilinear", antialias=True)[0].clamp(0, 1)
    return _whole_cells(model, image)


def _whole_cells(model: Model, image: Tensor) -> Tensor:
    height, width = image.shape[-2:]
    if min(height, width) < model.cell:
        expected, got = f"at least {model.cell} pixels a side", f"{width}x{height}"
        raise ImageError("image", expected=expected, got=got)
    top, left = height % model.cell // 2, width % model.cell // 2
    rows, columns = height // model.cell * model.cell, width // model.cell * model.cell
    return image[:, top : top + rows, left : left + columns]


def look_once(
    model: Model,
    clean: Tensor,
    text: Conditioning,
    *,
    layers: Sequence[str],
    time: int,
    seed: int,
) -> list[FeatureMap]:
    """Noise latents once, all with the same noise, and return what layers compute of them.

    Args:
        model: whose U-Net looks.
        clean: ``(B, C, H, W)``, from :func:`~.latents.encode_pictures`.
        text: unguided, a prompt a latent.
        layers: canonical names; the call ends with the last of them.
        time: training time the latent is noised to.
        seed: of the noise.

    Raises:
        InputError: a layer could not be watched.
    """
    import torch

    from ....lens import FeatureProbe
    from ....lens.early import ending_after
    from ....noise import initial_noise

    noise = initial_noise(seed, tuple(clean.shape[1:]))[None].to(clean)
    kept = model.pipe.scheduler.alphas_cumprod[time].to(clean)
    noised = kept.sqrt() * clean + (1 - kept).sqrt() * noise
    source = source_without_picture(model, clean.shape[1:])
    features: list[FeatureMap] = []
    with (
        torch.no_grad(),
        FeatureProbe(model.unet, layers, features.append) as probe,
        ending_after(model.unet, layers),
    ):
        model.unet(
            with_mask(model, noised, source),
            torch.tensor(time, device=model.device),
            encoder_hidden_states=text.tokens,
            added_cond_kwargs=added_conditions(model, noised, text),
            return_dict=False,
        )
    if probe.notes:
        raise InputError("layers", expected="layers that can be watched", got=probe.notes[0])
    return features


def _mean(layer: str, values: Tensor, sigma: float, time: int) -> FeatureMap:
    from ....lens import FeatureMap
    from ....lens.rows import RowKind, RowLabel

    return FeatureMap(layer, 0, sigma, values, 0, 0, float(time), (RowLabel(RowKind.COND),))


def _spec(model: Model, asked: FeatureExtraction) -> LensSpec:
    from ....lens.record import LensSpec

    seeds: Sequence[int] = range(asked.seed, asked.seed + asked.noises)
    spec = LensSpec(model=model.name, sampler="one look", model_sha256=model.info.sha256)
    return replace(
        spec,
        prompt=asked.prompt,
        tokens=token_names_of(model, asked.prompt),
        seeds=tuple(str(seed) for seed in seeds),
        rows="all",
        extra={"look": {"time": asked.time, "noises": asked.noises}},
    )
