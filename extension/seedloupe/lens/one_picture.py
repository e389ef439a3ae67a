"""One picture of a batch out of what was recorded of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from torch import Tensor

from .record import LensKey, LensMoment, LensRecord


def record_of_picture(record: LensRecord, image: int, *, seed: str = "") -> LensRecord:
    """Return what a record keeps of one picture of its batch, as picture 0 of a record of its own.

    Colours are those of the batch: they were found over all its pictures. Tensors are read only
    when looked at.

    Args:
        record: of a batch, whose host said what its rows are.
        image: which picture, from 0.
        seed: of that picture.
    """
    moments = {(one.track, one.step, one.call): one for one in record.spec.moments}
    rows = {at: _rows(moment, image) for at, moment in moments.items()}

    def of(tensors: Mapping[LensKey, Tensor], *, words: bool = False) -> Mapping[LensKey, Tensor]:
        # Word maps are of the first prompt alone, a row for each picture.
        chosen = {
            key: [image] if words else rows.get((key.track, key.step, key.call), [image])
            for key in tensors
        }
        return _SomeRows(tensors, {key: there for key, there in chosen.items() if there})

    spec = replace(
        record.spec,
        seeds=(seed,) if seed else record.spec.seeds[image : image + 1],
        moments=tuple(_alone(moment, rows[at]) for at, moment in moments.items() if rows[at]),
    )
    return replace(
        record,
        spec=spec,
        rgb=of(record.rgb),
        codes=of(record.codes),
        raw=of(record.raw),
        leads=of(record.leads),
        words=of(record.words, words=True),
    )


class _SomeRows(Mapping[LensKey, Tensor]):
    """Tensors of fewer rows, taken when asked for."""

    def __init__(
        self, tensors: Mapping[LensKey, Tensor], rows: Mapping[LensKey, list[int]]
    ) -> None:
        self._tensors, self._rows = tensors, rows

    def __getitem__(self, key: LensKey) -> Tensor:
        return self._tensors[key][self._rows[key]]

    def __iter__(self) -> Iterator[LensKey]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _rows(moment: LensMoment, image: int) -> list[int]:
    if not moment.rows:  # the host did not say; then rows are pictures
        return [image]
    return [number for number, label in enumerate(moment.rows) if label.image == image]


def _alone(moment: LensMoment, rows: list[int]) -> LensMoment:
    labels = [moment.rows[number] for number in rows if number < len(moment.rows)]
    return replace(moment, rows=tuple(replace(label, image=0) for label in labels))
