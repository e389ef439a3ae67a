"""What pictures are compared with: other pictures, or statistics somebody saved of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...errors import InputError, SeedloupeError
from ...images import read_image
from .frechet import GaussianStatistics

_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
#: Fewer say too little about what pictures should be like.
_FEWEST = 8
_LARGEST_COVARIANCE = 20_000


@dataclass(frozen=True, eq=False)
class Reference:
    """What is known of the pictures to compare with.

    Attributes:
        statistics: mean and covariance of their features.
        vectors: ``(N, D)`` features of each, float32; None where only statistics were saved, which
            a kernel distance cannot be taken from.
        words: where they came from, for the table.
    """

    statistics: GaussianStatistics
    vectors: Tensor | None
    words: str


def read_reference(
    place: Path, features: Callable[[Tensor], Tensor], *, width: int, batch: int = 16
) -> Reference:
    """Read saved statistics, or the features of all pictures in a folder.

    Args:
        place: a folder of pictures, or ``.npz`` as pytorch-fid and clean-fid save it: ``mu`` and
            ``sigma``, or features ``feats`` ``(N, D)``.
        features: images ``(B, 3, H, W)`` in [0, 1] to ``(B, D)``.
        width: ``D``.
        batch: pictures of one size that are looked at together.

    Raises:
        InputError: there is nothing to use, or it is of another network.
    """
    if place.is_dir():
        vectors = torch.cat(list(_features_in(place, features, batch)))
        statistics = GaussianStatistics.of(vectors)
        return Reference(statistics, vectors, f"{len(vectors)} pictures in {place.name}")
    kept = _arrays(place)
    if "feats" in kept:
        vectors = _numbers(kept["feats"], place).float()
        _check_features(vectors, place)
        _require_width(vectors.shape[-1], width, place)
        return Reference(
            GaussianStatistics.of(vectors), vectors, f"{len(vectors)} features in {place.name}"
        )
    if not {"mu", "sigma"} <= set(kept):
        names = ", ".join(sorted(kept)) or "nothing"
        raise InputError("reference", expected="mu and sigma, or feats", got=f"{names} in {place}")
    mean, covariance = (_numbers(kept[name], place) for name in ("mu", "sigma"))
    _check_statistics(mean, covariance, place)
    _require_width(len(mean), width, place)
    return Reference(
        GaussianStatistics(mean, covariance),
        _neighbouring_features(place, width),
        f"statistics in {place.name}",
    )


def _features_in(
    folder: Path, features: Callable[[Tensor], Tensor], batch: int
) -> Iterator[Tensor]:
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _PICTURES)
    if len(paths) < _FEWEST:
        expected = f"a folder with {_FEWEST} pictures or more"
        raise InputError("reference", expected=expected, got=f"{len(paths)} in {folder}")
    waiting: list[Tensor] = []
    with torch.no_grad():
        for path in paths:
            image = read_image(path)
            if waiting and (image.shape != waiting[0].shape or len(waiting) == batch):
                yield features(torch.stack(waiting)).float().cpu()
                waiting = []
            waiting.append(image)
        yield features(torch.stack(waiting)).float().cpu()


def _arrays(place: Path) -> dict[str, np.ndarray]:
    try:
        with place.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        # NumPy's own words advise to load strange files in an unsafe way.
        strange = "pickle" in str(error)
        said = "Python objects, or no .npz at all" if strange else str(error)
        raise InputError(
            "reference",
            expected="a folder of pictures, or statistics in a whole .npz",
            got=f"{place}: {said if place.exists() else 'not there'}",
        ) from error


def _numbers(values: np.ndarray, place: Path) -> Tensor:
    """Return an array as float64.

    Raises:
        InputError: it holds something else.
    """
    try:
        return torch.from_numpy(np.asarray(values, np.float64))
    except (TypeError, ValueError) as error:
        got = f"{values.dtype} in {place.name}"
        raise InputError("reference", expected="numbers", got=got) from error


def _check_features(vectors: Tensor, place: Path) -> None:
    if vectors.ndim != 2 or len(vectors) < _FEWEST:
        got = f"feats {tuple(vectors.shape)} in {place.name}"
        raise InputError(
            "reference", expected=f"feats (N, D) of {_FEWEST} pictures or more", got=got
        )
    if not bool(vectors.isfinite().all()):
        raise InputError("reference", expected="finite numbers", got=f"others in {place.name}")


def _check_statistics(mean: Tensor, covariance: Tensor, place: Path) -> None:
    side = len(mean) if mean.ndim == 1 else -1
    if not 1 <= side <= _LARGEST_COVARIANCE or tuple(covariance.shape) != (side, side):
        got = f"mu {tuple(mean.shape)} and sigma {tuple(covariance.shape)} in {place.name}"
        raise InputError("reference", expected="mu (D) and sigma (D, D)", got=got)
    if not bool(mean.isfinite().all() and covariance.isfinite().all()):
        raise InputError("reference", expected="finite numbers", got=f"others in {place.name}")
    slack = 1e-3 * float(covariance.diagonal().abs().max())
    lopsided = float((covariance - covariance.T).abs().max()) > slack
    raised = covariance + slack * torch.eye(side, dtype=covariance.dtype)
    # It has a root exactly where no direction's variance is negative.
    rootless = slack > 0 and bool(torch.linalg.cholesky_ex(raised).info != 0)
    if lopsided or rootless:
        got = f"a sigma in {place.name} that is none"
        raise InputError("reference", expected="a covariance", got=got)


def _neighbouring_features(place: Path, width: int) -> Tensor | None:
    """Return what clean-fid saves beside its statistics for kernel distances, where it is there."""
    beside = place.with_name(f"{place.stem}_kid.npz")
    try:
        vectors = torch.from_numpy(np.asarray(_arrays(beside)["feats"], np.float32))
    except (SeedloupeError, KeyError):
        return None
    return vectors if vectors.ndim == 2 and vectors.shape[1] == width else None


def _require_width(found: int, width: int, place: Path) -> None:
    if found != width:
        raise InputError(
            "reference",
            expected=f"statistics of features {width} wide",
            got=f"{found} in {place.name}",
            advice="They were taken with another network.",
        )
