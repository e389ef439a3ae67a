"""Whether a table's seeds mean the same noise in a run, before a model is opened and with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ....errors import InputError, TableMatchError
from ....generation.table_use import table_use
from ....tables import TableUse

if TYPE_CHECKING:
    from ....generation.request import Request
    from ....services.seed_choice import SeedChoice
    from ....tables import SeedTable
    from .run_arguments import AskedRun

_CELL = 8
#: Of the latents of every model this engine opens.
_CHANNELS = 4


def check_fit(choice: SeedChoice, asked: AskedRun) -> None:
    """Refuse a table whose noise is other than this run's, as far as no model is needed to tell.

    Raises:
        TableMatchError: size or noise source make its seeds mean other noise.
        InputError: no model the table is for draws pictures of this size.
    """
    if choice.named is None or asked.resize is not None:
        return
    made = choice.named.table.spec.noise
    if made.shape[0] != _CHANNELS:
        return  # another size would not help, so the model has to be asked first
    size = asked.size
    if size is None and asked.image is not None:
        size = asked.image.shape[2], asked.image.shape[1]
    shape = made.shape if size is None else shape_at(size, choice.named.table)
    use = TableUse(asked.noise, shape, None, draws_before=made.draws_before)
    with _carry_advised(choice, shape):
        choice.matched(use)


def matched(choice: SeedChoice, request: Request) -> SeedChoice:
    """Match the table; where only the size keeps it out, say how its noise can be taken along.

    Raises:
        TableMatchError: the table's seeds mean other noise in this run.
    """
    use = table_use(request)
    with _carry_advised(choice, use.shape):
        return choice.matched(use)


def shape_at(size: tuple[int, int], table: SeedTable) -> tuple[int, ...]:
    """Return the shape the table's model draws a picture of ``size`` at.

    Raises:
        InputError: it draws none of that size.
    """
    width, height = size
    cell = _cell(table)
    if width % cell or height % cell or not (width and height):
        got = f"{width}x{height}"
        raise InputError("size", expected=f"positive multiples of {cell} pixels", got=got)
    return *table.spec.noise.shape[:-2], height // cell, width // cell


def _cell(table: SeedTable) -> int:
    """Return the pixels a side of a cell; 16 or 32 for some models, as size and shape tell."""
    sampling = table.spec.sampling
    if sampling is None or sampling.size is None or "shape" in table.spec.noise.unstated:
        return _CELL
    cell, rest = divmod(sampling.size[0], table.spec.noise.shape[-1])
    return _CELL if rest or not cell else cell


@contextmanager
def _carry_advised(choice: SeedChoice, shape: tuple[int, ...]) -> Iterator[None]:
    try:
        yield
    except TableMatchError as error:
        made = choice.named.table.spec.noise if choice.named else None
        if error.field != "noise.shape" or made is None or made.shape[0] != shape[0]:
            raise
        raise TableMatchError(
            error.field,
            expected=error.expected,
            got=error.got,
            advice=f"{error.advice} Or take the noise to this size: --carry stretch or middle.",
        ) from error
