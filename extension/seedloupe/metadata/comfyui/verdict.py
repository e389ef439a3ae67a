"""How much is known of the noise a picture began with, in sentences."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from ...noise.source import CPU_NOISE
from ..found_noise import FoundLevel, FoundNoise, Missing, NoiseCandidate
from .beginning import Beginning
from .flow import TableSeed, UnknownSeed

_LONGEST_NAME = 200
_CPU = "Drawn on the CPU, alike on every machine."


def judged(found: FoundNoise, told: Beginning) -> FoundNoise:
    """Say how much is known of the noise, and what is missing."""
    draw = told.draw
    if isinstance(draw.seed, TableSeed):
        return replace(
            found,
            level=FoundLevel.DEPENDS,
            verdict=_of_table(draw.seed),
            missing=(Missing.SEED,),
        )
    if isinstance(draw.seed, UnknownSeed):
        names = (draw.seed.node,)
        return replace(
            found,
            level=FoundLevel.UNKNOWN,
            verdict=_of_node(draw.seed, found.shape),
            seeds=() if draw.seed.held is None else (draw.seed.held,),
            unknown=names,
        )
    if draw.seed is None:
        return replace(found, level=FoundLevel.UNKNOWN, verdict="The seed leads to no number.")
    if draw.batch is None:
        verdict = "How many pictures were drawn at once is not in the file."
        return replace(found, level=FoundLevel.UNKNOWN, verdict=verdict)
    if told.each:
        return replace(
            found,
            level=FoundLevel.DEPENDS,
            verdict=f"One of {len(told.each)} pictures of {draw.sampler}, each with the noise of "
            "its own seed; the file does not tell which."
            + ("" if found.source else f" {_untold_source(draw.drawer)}"),
            seeds=tuple(one.seed for one in told.each if one.seed is not None),
            missing=tuple(_missing_of_each(found)),
            candidates=told.each,
        )
    missing = tuple(_missing(found, told))
    if not missing:
        return replace(found, verdict=_drawn(found, draw.drawer))
    return replace(
        found,
        level=FoundLevel.DEPENDS,
        verdict=" ".join(sentence for _, sentence in missing),
        missing=tuple(what for what, _ in missing),
        candidates=tuple(_candidates(found, told)),
    )


def _drawn(found: FoundNoise, drawer: str) -> str:
    if drawer and found.source not in (None, CPU_NOISE):
        return f"{drawer} drew {found.source.label} noise, alike on every machine."
    if found.source is None or found.source == CPU_NOISE:
        return _CPU
    return f"smZ Settings had {found.source.label} noise drawn, alike on every machine."


def _missing(found: FoundNoise, told: Beginning) -> Iterator[tuple[Missing, str]]:
    """Return what its owner may know, and how the file lacks it."""
    draw = told.draw
    if found.shape is None:
        made = "is that of a picture that is not in the file"
        if draw.size_from:
            made = f"comes out of {draw.size_from}, which does not tell"
        elif draw.size is not None:
            made = "is another in newer versions of ComfyUI than in older ones for such a model"
        yield Missing.SIZE, f"The size {made}."
    if found.source is None:
        yield Missing.SOURCE, _untold_source(draw.drawer)
    if len(_parts(found)) > 1:
        drawer = "on the CPU" if found.source == CPU_NOISE else "by smZ Settings"
        batch = f"a batch of {found.batch}, drawn {drawer} as one stream"
        if told.shown[0].with_others:
            yield (
                Missing.INDEX,
                f"The file holds {batch}: several pictures, each with a part of it.",
            )
        else:
            yield Missing.INDEX, f"One of {batch}; the file does not tell which."
    elif told.others:
        names = ", ".join(dict.fromkeys(picture.where for picture in told.others[:3]))
        text = f"The graph also writes a picture that no sampler made ({names})"
        yield Missing.INDEX, f"{text}, and the file does not tell whether it is that one."


def _untold_source(drawer: str) -> str:
    if drawer:
        return f"{drawer} drew as its table says, and the graph does not hold that."
    return "smZ Settings had the graphics card draw, and cards differ."


def _missing_of_each(found: FoundNoise) -> Iterator[Missing]:
    yield Missing.INDEX
    if found.shape is None:
        yield Missing.SIZE
    if found.source is None:
        yield Missing.SOURCE


def _parts(found: FoundNoise) -> frozenset[int]:
    """Return the different parts of the stream that a picture may have."""
    if found.place is not None:
        return frozenset((found.place,))
    return frozenset(found.batch_index or range(found.batch))


def _candidates(found: FoundNoise, told: Beginning) -> Iterator[NoiseCandidate]:
    """Return what ``--index`` chooses among where pictures of different nodes are in question."""
    if not told.others or len(_parts(found)) > 1:
        return
    yield NoiseCandidate(told.shown[0].where, found.seeds[0])
    for where in dict.fromkeys(picture.where for picture in told.others):
        yield NoiseCandidate(where)


def _of_node(seed: UnknownSeed, shape: tuple[int, ...] | None) -> str:
    """Say what is known of a seed that a strange node makes."""
    text = f"The seed comes out of {seed.node}, which is not known here."
    if seed.held is None:
        return text
    text = f"{text} It holds {seed.held}; if it hands that on, it is the seed"
    if shape is None:
        return f"{text}."
    return f"{text}: `seedloupe noise {seed.held} --shape {','.join(map(str, shape))}`."


def _of_table(seed: TableSeed) -> str:
    if seed.picked:
        named = (
            "a table it does not name" if seed.table is None else f"the table {seed.table[:80]!r}"
        )
        several = "Seeds" if seed.count is None else f"One of {seed.count} seeds"
        return (
            f"{several} that Pick Seeds took from {named} ({seed.picked}); the graph does not tell "
            "the number. Save with Seeds writes it into the picture."
        )
    which = "The best seed" if seed.count == 1 else f"One of the {seed.count} best seeds"
    named = "a table it does not name" if seed.table is None else f"the table {seed.table[:80]!r}"
    known = seed.count is not None
    return (
        f"{which if known else 'One of the best seeds'} of {named}; the file does not tell the "
        f"number.{_command(seed) if known else ''}"
    )


def _command(seed: TableSeed) -> str:
    """Say how to find golden seeds again; a stranger's words must not run as a command."""
    table = seed.table
    if table is None or not 0 < len(table) <= _LONGEST_NAME:
        return ""
    if not table.isprintable() or table.startswith("-") or "`" in table:
        return ""
    return f" `seedloupe pick golden --table {shlex.quote(table)} --count {seed.count}` does."
