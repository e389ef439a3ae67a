"""Seeds with what is known about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from ..errors import TableError
from ..noise import canonical_seed
from .codec import under
from .columns import check_columns, names_of
from .spec import TableSpec
from .thumbnails import open_sheet, tile_box

ScorePart = Literal["", "se", "confirm", "confirm_se"]


@dataclass(frozen=True, eq=False, repr=False)
class SeedTable:
    """A read-only table of seeds for one model, noise source and latent size, with its evidence.

    Building one checks it against format version 1, so whatever holds a table holds a sound one.

    Args:
        seeds: ``(S,)``, uint64, canonical for the table's noise, strictly increasing.
        tensors: scores, rates, features, maps and thumbnails by their name in the file, e.g.
            ``score.alignment`` ``(S,)`` float32; one row a seed, NaN where nothing was measured.
        spec: what the table says about itself.
        metadata: entries of the file's metadata this version does not know.

    Raises:
        TableError: something does not fit; the field names it.
    """

    seeds: NDArray[np.uint64]
    tensors: Mapping[str, NDArray[Any]]
    spec: TableSpec
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lock copies of the arrays and check them."""
        tensors = {name: _locked(values) for name, values in sorted(self.tensors.items())}
        object.__setattr__(self, "seeds", _locked(self.seeds))
        object.__setattr__(self, "tensors", MappingProxyType(tensors))
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        try:
            TableSpec.from_json(self.spec.to_json())
        except TableError as error:
            raise under("spec", error) from error
        check_columns(self.seeds, self.tensors, self.spec)

    def __len__(self) -> int:
        """Return how many seeds there are."""
        return len(self.seeds)

    def __repr__(self) -> str:
        """Say what the table is, rather than print all of it."""
        noise, model = self.spec.noise, self.spec.model.name
        names = ", ".join(self.tensors)
        kind = f"{noise.source.label} noise {noise.shape}"
        return f"<SeedTable of {len(self)} seeds for {model}, {kind}: {names}>"

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all tensors by name: the table's identity, wherever its file is.

        The same that a file carries as ``tensors_sha256``, in whichever order it holds them.
        """
        return tensors_digest({"seeds": self.seeds, **self.tensors})

    def metrics(self) -> tuple[str, ...]:
        """Return the names of the scores, in the order of the spec."""
        scored = names_of(self.tensors, "score")
        return tuple(metric.name for metric in self.spec.metrics if metric.name in scored)

    def score(self, metric: str, part: ScorePart = "") -> NDArray[np.float32]:
        """Return one score of every seed.

        Args:
            metric: one of :meth:`metrics`.
            part: nothing for the mean over the mining prompts, ``se`` for its standard error,
                ``confirm`` and ``confirm_se`` for the same on the held-out prompts.

        Returns:
            ``(S,)``, float32, NaN = not measured.

        Raises:
            TableError: the table has no such score.
        """
        return self._column("score", metric, part)

    def higher_is_better(self, metric: str) -> bool:
        """Tell which way is up.

        Raises:
            TableError: the table has no such score.
        """
        for spec in self.spec.metrics:
            if spec.name == metric:
                return spec.higher_is_better
        raise self._unknown("score", metric)

    def has_score(self, metric: str, part: ScorePart = "") -> bool:
        """Tell whether this part of a score is in the table."""
        return _name("score", metric, part) in self.tensors

    def tags(self) -> tuple[str, ...]:
        """Return the names of the tags that were counted."""
        return names_of(self.tensors, "rate")

    def rate(self, tag: str) -> NDArray[np.float32]:
        """Return the share of every seed's images that have a tag.

        Returns:
            ``(S,)``, float32 in ``[0, 1]``, NaN = not measured.

        Raises:
            TableError: the table has no such tag.
        """
        return self._column("rate", tag)

    def spaces(self) -> tuple[str, ...]:
        """Return the names of the feature spaces."""
        return names_of(self.tensors, "feature")

    def feature(self, space: str) -> NDArray[np.float32]:
        """Return where every seed lies in a feature space.

        Returns:
            ``(S, D)``, float32; distances mean something. NaN = not measured, or no object found.

        Raises:
            TableError: the table has no such space.
        """
        return self._column("feature", space)

    def counts(self, family: Literal["score", "rate"], name: str) -> NDArray[np.uint32]:
        """Return how many samples stand behind every seed's score or rate.

        Returns:
            ``(S,)``, uint32.

        Raises:
            TableError: the table did not count them.
        """
        return self._column(family, name, "n")

    def row(self, seed: int) -> int:
        """Return the row of a seed, or of the seed that stands for the same noise.

        Raises:
            SeedError: ``seed`` names no noise.
            TableError: the seed is not in the table.
        """
        wanted = canonical_seed(seed, self.spec.noise.source)
        row = int(np.searchsorted(self.seeds, np.uint64(wanted)))
        if row == len(self) or int(self.seeds[row]) != wanted:
            span = f"one of {len(self)} seeds from {self.seeds[0]} to {self.seeds[-1]}"
            raise TableError("seed", expected=span, got=f"{wanted}")
        return row

    def thumbnail(self, seed: int) -> Image.Image | None:
        """Return a seed's small picture, or ``None`` if the table has none.

        Raises:
            SeedError: ``seed`` names no noise.
            TableError: the seed is not in the table, or its pictures cannot be decoded.
        """
        row = self.row(seed)
        if self.spec.thumbnails is None:
            return None
        return self._sheet.crop(tile_box(row, self.spec.thumbnails))

    @cached_property
    def _sheet(self) -> Image.Image:
        assert self.spec.thumbnails is not None
        return open_sheet(self.tensors["thumbnails"], len(self), self.spec.thumbnails)

    def _column(self, family: str, name: str, part: str = "") -> NDArray[Any]:
        column = self.tensors.get(_name(family, name, part))
        if column is None:
            raise self._unknown(family, name if not part else f"{name}.{part}")
        return column

    def _unknown(self, family: str, name: str) -> TableError:
        known = ", ".join(names_of(self.tensors, family)) or "none; the table has none"
        return TableError(family, expected=f"one of {known}", got=repr(name))


def tensors_digest(named: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of tensors by name, wherever in a file another program puts them."""
    digest = hashlib.sha256()
    for name in sorted(named):
        digest.update(f"{name}\0{named[name].nbytes}\0".encode("utf-8", "surrogatepass"))
        digest.update(little_endian(named[name]))
    return digest.hexdigest()


def little_endian(values: NDArray[Any]) -> bytes:
    """Return an array's bytes as files hold them."""
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def _locked(values: ArrayLike) -> NDArray[Any]:
    copy = np.array(values, order="C")
    copy.setflags(write=False)
    return copy


def _name(family: str, name: str, part: str) -> str:
    return f"{family}.{name}.{part}" if part else f"{family}.{name}"
