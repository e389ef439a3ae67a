"""All scorers of a run at once, none of which can end it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from ...errors import InputError
from .protocol import PictureBatch, Scorer, ScorerOutput

_LONGEST_REASON = 300


class ScorerPanel:
    """Measures batches with all scorers; one that fails is out for good, and said to be.

    Args:
        scorers: by name.
        tell: is told one line when a scorer is lost.

    Raises:
        InputError: there are none, or two give the same output.
    """

    def __init__(
        self, scorers: Mapping[str, Scorer], *, tell: Callable[[str], object] = lambda line: None
    ) -> None:
        self._scorers = dict(scorers)
        self._outputs = {name: tuple(scorer.outputs) for name, scorer in self._scorers.items()}
        self._tell = tell
        self._lost: dict[str, str] = {}
        _require_distinct(self._outputs)

    @property
    def names(self) -> tuple[str, ...]:
        """Scorers still at work."""
        return tuple(name for name in self._scorers if name not in self._lost)

    @property
    def outputs(self) -> tuple[ScorerOutput, ...]:
        """What the scorers still at work give, in their order."""
        return tuple(output for name in self.names for output in self._outputs[name])

    @property
    def lost(self) -> Mapping[str, str]:
        """Why each scorer that is out is, by name."""
        return dict(self._lost)

    def lose(self, name: str, reason: str) -> None:
        """Take a scorer out: also what an earlier part of a run lost, before it is resumed."""
        if name in self._scorers and name not in self._lost:
            self._lost[name] = reason
            self._tell(f"{name} is left out from here on: {reason}")

    @torch.no_grad()
    def measure(self, batch: PictureBatch) -> dict[str, Tensor]:
        """Measure pictures ``(B, 3, H, W)``.

        Pictures that are not finite are not shown to any scorer; all their numbers are NaN.

        Returns:
            for each output of :attr:`outputs` float32 ``(B,)`` or ``(B, width)`` on the CPU.

        Raises:
            MemoryError: or PyTorch's: the batch is too large for a scorer.
        """
        sound = sound_pictures(batch.images)
        rows = sound.nonzero().flatten().tolist()
        seen = batch if len(rows) == len(batch) else batch.rows(rows)
        measures: dict[str, Tensor] = {}
        for name in self.names:
            try:
                found = self._measured(name, seen) if rows else {}
            except (MemoryError, torch.OutOfMemoryError):
                raise
            except Exception as error:  # noqa: BLE001 - a scorer may be a stranger's
                self.lose(name, _reason(error))
                continue
            for output in self._outputs[name]:
                measures[output.key] = _spread(found.get(output.key), output, sound)
        return measures

    def _measured(self, name: str, batch: PictureBatch) -> dict[str, Tensor]:
        found = self._scorers[name].measure(batch)
        return {
            output.key: _checked(found.get(output.key), output, len(batch), name)
            for output in self._outputs[name]
        }


def sound_pictures(images: Tensor) -> Tensor:
    """Whether all values of a picture are finite: ``(B, 3, H, W)`` to ``(B,)`` bool, CPU."""
    return images.isfinite().flatten(1).all(1).cpu()


def _checked(values: object, output: ScorerOutput, count: int, name: str) -> Tensor:
    shape = (count,) if output.single else (count, output.width)
    if not isinstance(values, Tensor) or tuple(values.shape) != shape:
        got = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise InputError(f"{name}.{output.key}", expected=f"a tensor {shape}", got=f"{got}")
    plain = values.detach().to("cpu", torch.float32)
    if bool(plain.isinf().any()):
        raise InputError(f"{name}.{output.key}", expected="finite numbers or NaN", got="infinity")
    return plain


def _spread(values: Tensor | None, output: ScorerOutput, sound: Tensor) -> Tensor:
    """Put the rows of sound pictures where they belong, NaN elsewhere."""
    if values is not None and len(values) == len(sound):
        return values
    shape = (len(sound),) if output.single else (len(sound), output.width)
    spread = torch.full(shape, float("nan"))
    if values is not None:
        spread[sound] = values
    return spread


def _require_distinct(outputs: Mapping[str, Sequence[ScorerOutput]]) -> None:
    taken: dict[str, str] = {}
    for name, given in outputs.items():
        for output in given:
            for said in (output.key, *(f"the metric {metric.name}" for metric in output.metrics)):
                if said in taken:
                    both = f"{taken[said]} and {name}"
                    raise InputError("scorers", expected=f"{said} from one scorer", got=both)
                taken[said] = name
    if not taken:
        raise InputError("scorers", expected="one or more that measure something", got="none")


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_REASON]
