"""The one drawing of noise behind all pictures a file can be, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..found_noise import FoundHost, FoundLevel, FoundNoise, NoiseCandidate
from .branches import Shown
from .flow import Draw, Flow, Origin, united
from .rules.harmless_models import DRAWS_ITSELF


@dataclass(frozen=True)
class Beginning:
    """What all pictures that a file can be began with.

    Attributes:
        draw: the drawing, or one of several that are parts of one stream.
        parts: which parts of the stream the pictures have, in the order they are written.
        shown: the pictures that began with it.
        others: pictures the file may be as well, which no sampler made.
        each: where the pictures of one batch have seeds of their own and it may be any of them,
            their seeds in the order they are written.
    """

    draw: Draw
    parts: tuple[int, ...]
    shown: Sequence[Shown]
    others: Sequence[Shown]
    each: tuple[NoiseCandidate, ...] = ()

    @property
    def flow(self) -> Flow:
        """The picture with the most passes: of the same beginning, the furthest on."""
        flows = [picture.flow for picture in self.shown if picture.flow is not None]
        return max(flows, key=lambda flow: len(flow.later))


def find_beginning(draws: Sequence[Draw], shown: Sequence[Shown]) -> Beginning | FoundNoise:
    """Return the one drawing behind all pictures the file can be, or why there is none."""
    begun = [picture for picture in shown if picture.row]
    seeds = _seeds(draws, shown)
    doubts = united(*(p.unknown.names for p in shown if p.unknown is not None))
    doubts = united(doubts, *(_doubts(draws, picture) for picture in begun))
    if doubts:
        return _unknown(_not_known(doubts), seeds, doubts)
    if not begun:
        return _without_noise(shown)
    drawn = {draws[number].stream: draws[number] for p in begun for number, _ in sorted(p.row)}
    if any(len({_part(draws, origin) for origin in picture.row}) > 1 for picture in begun):
        return _unknown(
            "The picture is put together of several, each with noise of its own.", seeds
        )
    each = _each(draws, begun) if len(drawn) > 1 else ()
    if len(drawn) > 1 and not each:
        return _several(drawn, begun, draws)
    draw = next(iter(drawn.values()))
    parts = dict.fromkeys(_part(draws, min(picture.row))[1] for picture in begun)
    others = [p for p in shown if not p.row and p.unknown is None]
    return Beginning(draw, tuple(parts), begun, others, each)


def _each(draws: Sequence[Draw], begun: Sequence[Shown]) -> tuple[NoiseCandidate, ...]:
    """Return the seeds of one sampler's batch, a picture each; nothing where it is none."""
    wheres: dict[int, str] = {}
    for picture in begun:
        for number, _ in picture.row:
            wheres.setdefault(number, picture.where)
    made = [draws[number] for number in wheres]
    if not all(draw.own_seed for draw in made) or len({draw.sampler for draw in made}) > 1:
        return ()
    return tuple(
        NoiseCandidate(f"{where}, picture {place}", draw.seed)
        for place, (where, draw) in enumerate(zip(wheres.values(), made, strict=True))
        if isinstance(draw.seed, int)
    )


def _without_noise(shown: Sequence[Shown]) -> FoundNoise:
    """Say that no picture the file can be began with noise that is known here."""
    doubts = united(*(p.flow.doubts for p in shown if p.flow is not None))
    if doubts:
        return _unknown(_not_known(doubts), names=doubts)
    names = united(*([p.flow.size_from] for p in shown if p.flow is not None and p.flow.size_from))
    text = "The graph has no sampler that starts from noise."
    if names:
        text = f"{text} The picture comes out of {', '.join(names[:3])}, not known here."
    return _unknown(text, names=names)


def _part(draws: Sequence[Draw], origin: Origin) -> tuple[tuple[object, ...], int]:
    """Return what noise a picture began with: a stream, and a part of it."""
    number, place = origin
    draw = draws[number]
    return draw.stream, place if draw.index is None else draw.index[place]


def _several(
    drawn: Mapping[tuple[object, ...], Draw], begun: Sequence[Shown], draws: Sequence[Draw]
) -> FoundNoise:
    """Say that the file may be one of several pictures, and which."""
    wheres: dict[object, str] = {}
    for picture in begun:
        for number, _ in picture.row:
            wheres.setdefault(draws[number].stream, picture.where)
    candidates = tuple(
        NoiseCandidate(wheres[key], draw.seed if isinstance(draw.seed, int) else None)
        for key, draw in drawn.items()
    )
    samplers = {draw.sampler for draw in drawn.values()}
    text = f"The graph has {len(samplers)} samplers that start from noise"
    if len(samplers) == 1:
        text = f"{next(iter(samplers))} ran {len(drawn)} times, each time with noise of its own"
    text = f"{text}, and the file does not tell which of them made this picture."
    found = _unknown(text, tuple(sorted({c.seed for c in candidates if c.seed is not None})))
    return replace(found, candidates=candidates)


def _seeds(draws: Sequence[Draw], shown: Sequence[Shown]) -> tuple[int, ...]:
    """Return all seeds the picture may have something of, in order."""
    numbers = {number for picture in shown for number, _ in picture.row}
    for picture in shown:
        flows = picture.unknown.flows if picture.unknown is not None else ()
        numbers.update(number for flow in flows for number in flow.draws)
    seeds = {seed for number in numbers if isinstance(seed := draws[number].seed, int)}
    for picture in shown:
        seeds.update(picture.unknown.seeds if picture.unknown is not None else ())
    return tuple(sorted(seeds))


def _doubts(draws: Sequence[Draw], picture: Shown) -> tuple[str, ...]:
    """Return what is not known on the way of a picture."""
    flow = picture.flow.doubts if picture.flow is not None else ()
    return united(flow, *(draws[number].doubts for number, _ in sorted(picture.row)))


def _not_known(names: Sequence[str]) -> str:
    first = names[0]
    reason = DRAWS_ITSELF.get(first, "")
    others = f" (and {', '.join(names[1:3])})" if len(names) > 1 else ""
    if reason:
        return f"Made with {first}{others}: {reason}."
    return f"Made with {first}{others}, whose part in the noise is not known here."


def _unknown(verdict: str, seeds: tuple[int, ...] = (), names: tuple[str, ...] = ()) -> FoundNoise:
    return FoundNoise(FoundHost.COMFYUI, FoundLevel.UNKNOWN, verdict, seeds, unknown=names)
