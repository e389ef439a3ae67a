"""The fresh noise of steps that draw, from the generator that drew the starting noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from ....errors import InputError, SeedloupeError
from ....generation.sampler import Sampler
from ....noise import NoiseResize, NoiseSource, NoiseStream, resized_stream

if TYPE_CHECKING:
    from torch import Tensor

    from .schedules import SolverCall


class Draws(Protocol):
    """Where noise comes from, one draw after the other."""

    def draw(self, shape: Sequence[int], /) -> Tensor:
        """Draw the next noise, float32 of ``shape``."""
        ...


class SwappedStream:
    """The noise of one generator, and after some draws that of another.

    Both draw all the time, so that each draw is the one its own generator makes at that place.

    Args:
        first: drawn from at first.
        then: drawn from afterwards.
        at: how many draws are the first one's.
    """

    def __init__(self, first: Draws, then: Draws, at: int) -> None:
        self._first, self._then, self._left = first, then, at

    def draw(self, shape: Sequence[int], /) -> Tensor:
        """Draw the next noise, float32 of ``shape``."""
        noises = self._first.draw(tuple(shape)), self._then.draw(tuple(shape))
        self._left -= 1
        return noises[0] if self._left >= 0 else noises[1]


def step_stream(
    seed: int,
    shape: Sequence[int],
    source: NoiseSource = NoiseSource(),
    resize: NoiseResize | None = None,
) -> NoiseStream:
    """Return the generator of one picture's step noise.

    It goes on where the starting noise ends, as with one generator a picture in diffusers and in
    the web UI, so an ancestral picture is the same in a batch and alone.
    """
    if resize is not None:
        channels, height, width = shape
        return resized_stream(seed, (channels, height, width), resize, source=source)
    stream = NoiseStream(seed, source)
    stream.skip(shape, 1)
    return stream


def step_streams(
    sampler: Sampler,
    seeds: Sequence[int] | None,
    batch: int,
    shape: Sequence[int],
    source: NoiseSource = NoiseSource(),
    resize: NoiseResize | None = None,
) -> list[NoiseStream] | None:
    """Return a generator for each picture of a batch; None for samplers that draw nothing.

    Raises:
        InputError: the sampler draws, and there is not one seed for each picture.
    """
    if not sampler.draws:
        return None
    if seeds is None or len(seeds) != batch:
        raise InputError(
            "step_seeds",
            expected=f"{batch} seeds, because {sampler.label} draws noise at each step",
            got="none" if seeds is None else str(len(seeds)),
        )
    return [step_stream(seed, shape, source, resize) for seed in seeds]


class StepNoise:
    """Hands the steps of one batch their noise.

    Args:
        streams: one for each picture; None where the sampler draws nothing.
        sampler: whose steps they are.
    """

    def __init__(self, streams: Sequence[Draws] | None, sampler: Sampler) -> None:
        self._streams, self._sampler = streams, sampler
        self._halves: list[_FirstHalf] = []

    def at(self, call: SolverCall) -> AbstractContextManager[None]:
        """Answer the scheduler's draw after one call of the U-Net."""
        if self._streams is None or self._sampler is not Sampler.DPMPP_SDE:
            ends = self._sampler is Sampler.LCM and call.following is None
            return drawing_from(self._streams, draws=0 if ends else 1)
        span = call.sigma - call.until
        if call.number == 0:
            self._halves = [_FirstHalf(stream, span) for stream in self._streams]
            return drawing_from(self._halves)
        return drawing_from([_WholeStep(half, span) for half in self._halves])


class _FirstHalf:
    """Draws the noise of a step's first half, and keeps it.

    Args:
        stream: of the picture.
        span: how far the level falls.
    """

    def __init__(self, stream: Draws, span: float) -> None:
        self.stream, self.span = stream, span
        self.noise: Tensor | None = None

    def draw(self, shape: Sequence[int], /) -> Tensor:
        self.noise = self.stream.draw(tuple(shape))
        return self.noise


class _WholeStep:
    """Draws the noise of a whole step, whose first half is drawn already.

    The hosts take both from one Brownian path over the levels, so that the whole step's noise is
    its halves' together and not a third one.

    Args:
        first: the half that is drawn.
        span: how far the level falls in the other.
    """

    def __init__(self, first: _FirstHalf, span: float) -> None:
        self._first, self._span = first, span

    def draw(self, shape: Sequence[int], /) -> Tensor:
        second, first = self._first.stream.draw(tuple(shape)), self._first.noise
        assert first is not None
        whole = self._first.span + self._span
        share = self._first.span / whole
        return first * share**0.5 + second * (1 - share) ** 0.5


@contextmanager
def drawing_from(streams: Sequence[Draws] | None, *, draws: int = 1) -> Iterator[None]:
    """Let the scheduler's own draws come from ``streams``, one for each picture of its batch.

    diffusers' schedulers draw with ``torch.randn``, which knows PyTorch's generators only. Inside
    the block, and in this thread, that call is answered from the streams, in float32 and then cast,
    as the web UI does; everything else takes its course. Without streams nothing is done.

    Args:
        streams: one for each picture of the batch.
        draws: how often the scheduler draws in the block.

    Raises:
        SeedloupeError: the scheduler drew otherwise, and so from no seed of ours.
    """
    if streams is None:
        yield
        return
    import torch
    from torch.overrides import TorchFunctionMode

    drawn = 0

    class Drawing(TorchFunctionMode):
        """Answers ``torch.randn``."""

        def __torch_function__(
            self, func: Any, types: object, args: Any = (), kwargs: Any = None
        ) -> Any:
            nonlocal drawn
            options = kwargs or {}
            if func is not torch.randn:
                return func(*args, **options)
            drawn += 1
            return _drawn(streams, args[0], options)

    with Drawing():
        yield
    if drawn != draws:
        often = "once a step" if draws == 1 else "nothing in its last step"
        raise SeedloupeError(
            f"step noise: expected the scheduler to draw {often}, it did {drawn} times; "
            "this version of diffusers draws in another way"
        )


def _drawn(streams: Sequence[Draws], shape: Sequence[int], options: Mapping[str, Any]) -> Tensor:
    import torch

    if shape[0] != len(streams):
        raise InputError("step_seeds", expected=f"{shape[0]} seeds", got=str(len(streams)))
    noise = torch.stack([stream.draw(tuple(shape[1:])) for stream in streams])
    return noise.to(options.get("device"), options.get("dtype"))
