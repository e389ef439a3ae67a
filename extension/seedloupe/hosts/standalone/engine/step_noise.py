"""The fresh noise of ancestral steps, from the generator that drew the starting noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ....errors import InputError, SeedloupeError
from ....noise import NoiseResize, NoiseSource, NoiseStream, resized_stream

if TYPE_CHECKING:
    from torch import Tensor

    from ....generation.sampler import Sampler


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


@contextmanager
def drawing_from(streams: Sequence[NoiseStream] | None) -> Iterator[None]:
    """Let the scheduler's own draws come from ``streams``, one for each picture of its batch.

    diffusers' schedulers draw with ``torch.randn``, which knows PyTorch's generators only. Inside
    the block, and in this thread, that call is answered from the streams, in float32 and then cast,
    as the web UI does; everything else takes its course. Without streams nothing is done.

    Raises:
        SeedloupeError: the scheduler drew otherwise, and so from no seed of ours.
    """
    if streams is None:
        yield
        return
    import torch
    from torch.overrides import TorchFunctionMode

    draws = 0

    class Drawing(TorchFunctionMode):
        """Answers ``torch.randn``."""

        def __torch_function__(
            self, func: Any, types: object, args: Any = (), kwargs: Any = None
        ) -> Any:
            nonlocal draws
            options = kwargs or {}
            if func is not torch.randn:
                return func(*args, **options)
            draws += 1
            return _drawn(streams, args[0], options)

    with Drawing():
        yield
    if draws != 1:
        raise SeedloupeError(
            f"step noise: expected the scheduler to draw once a step, it did {draws} times; "
            "this version of diffusers draws in another way"
        )


def _drawn(
    streams: Sequence[NoiseStream], shape: Sequence[int], options: Mapping[str, Any]
) -> Tensor:
    import torch

    if shape[0] != len(streams):
        raise InputError("step_seeds", expected=f"{shape[0]} seeds", got=str(len(streams)))
    noise = torch.stack([stream.draw(tuple(shape[1:])) for stream in streams])
    return noise.to(options.get("device"), options.get("dtype"))
