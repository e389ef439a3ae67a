"""Drawing a table's noise again, to see that its seeds stand for what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ..errors import NoiseError, TableMatchError
from ..noise import FINGERPRINT_TOLERANCE, initial_noise, noise_fingerprint
from .noise_spec import NoiseSpec
from .table import SeedTable

_ROUNDING = {"float32": 0.0, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""How far rounding to a dtype may move a value, as a share of it."""


class NoiseVerdict(str, Enum):
    """What came of drawing a table's noise again."""

    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True)
class NoiseCheck:
    """A table's noise beside what is drawn here; only the first seed's is recorded.

    Args:
        seed: whose noise was drawn.
        verdict: whether it is the table's.
        field: what is wrong or missing, as the spec calls it; empty where nothing is.
        expected: what the table has, or what it would take to check it.
        got: what was drawn, or what stands in the way.
        largest: the largest difference from the fingerprint; None where nothing was drawn.
    """

    seed: int
    verdict: NoiseVerdict
    field: str = ""
    expected: str = ""
    got: str = ""
    largest: float | None = None


def check_noise(table: SeedTable) -> NoiseCheck:
    """Draw the first seed's noise as the table says and compare it with the fingerprint.

    Any source, grid and number of draws before is drawn. Noise in half precision is the
    single-precision draw rounded, so it may lie off by that rounding; noise in double precision is
    another stream of numbers, which cannot be drawn here.
    """
    noise, seed = table.spec.noise, int(table.seeds[0])
    obstacle = _obstacle(noise)
    if obstacle is not None:
        field, expected, got = obstacle
        return NoiseCheck(seed, NoiseVerdict.CANNOT_SAY, f"noise.{field}", expected, got)
    try:
        latent = initial_noise(
            seed, noise.shape, source=noise.source, draws_before=noise.draws_before
        )
    except NoiseError as error:
        return NoiseCheck(
            seed, NoiseVerdict.CANNOT_SAY, f"noise.{error.field}", error.expected, error.got
        )
    return _compared(seed, noise, noise_fingerprint(latent))


def verify_noise(table: SeedTable) -> None:
    """Refuse a table whose first seed's noise is not what is drawn here.

    Raises:
        TableMatchError: the noise is another one, or the table's cannot be checked.
    """
    check = check_noise(table)
    if check.verdict is not NoiseVerdict.AGREES:
        raise TableMatchError(check.field, expected=check.expected, got=check.got)


def _obstacle(noise: NoiseSpec) -> tuple[str, str, str] | None:
    """Return what keeps noise from being checked: the entry, what it would take, what there is."""
    if noise.unstated:
        return noise.unstated[0], "an entry the table's source states", "an assumption"
    if not noise.fingerprint:
        return "fingerprint", "8 values", "nothing"
    if noise.dtype not in _ROUNDING:
        return "dtype", f"{', '.join(_ROUNDING)}, which alone can be checked here", noise.dtype
    return None


def _compared(seed: int, noise: NoiseSpec, drawn: Sequence[float]) -> NoiseCheck:
    pairs = list(zip(noise.fingerprint, drawn, strict=True))
    largest = max(abs(first - second) for first, second in pairs)
    share = _ROUNDING[noise.dtype]
    if all(
        abs(first - second) <= FINGERPRINT_TOLERANCE + share * abs(second)
        for first, second in pairs
    ):
        return NoiseCheck(seed, NoiseVerdict.AGREES, largest=largest)
    expected, got = (
        ", ".join(f"{value:.5f}" for value in values) for values in (noise.fingerprint, drawn)
    )
    return NoiseCheck(
        seed, NoiseVerdict.DIFFERS, "noise.fingerprint", expected, got, largest=largest
    )
