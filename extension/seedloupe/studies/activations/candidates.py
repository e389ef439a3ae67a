"""Which activations there are, by the places they come from, and the paper's rule by these places.

Meng et al. name three properties (noise, granularity, locality) from pictures, and then drop whole
groups of activations by where they come from. That second step is here; it reads names alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(
    r"(down|mid|up)(?:-level(\d+))?(?:-repeat(\d+))?(?:-vit-block(\d+))?-([a-z]+(?:-[a-z]+)?)"
)
_SAMPLED = (0, 1, 3, 5, 7, 9)
"""Transformer blocks the paper looks at."""
_BLOCK_OUT = "block-out"
KINDS = (
    *("res-increment", "res-out", "self-q", "self-k", "cross-q", "ffn-inner", _BLOCK_OUT),
    *("vit-out", "downsampler-out", "upsampler-out"),
)
"""Kinds of activation among the paper's 279 of SDXL, as the list in its code has them."""
_INCREMENTS = ("res-increment", "ffn-inner", "self-v", "ffn-out")
_SELF = ("self-q", "self-k")


@dataclass(frozen=True)
class Activation:
    """One layer and where it is.

    Attributes:
        name: canonical name.
        stage: ``down``, ``mid``, ``up``, or ``ends`` for what is outside of these.
        level: of its stage, from 0 in the order they run; 0 in the middle.
        repeat: within its level.
        block: of its transformer; -1 where it is none of a block.
        kind: what is taken, such as ``cross-q``.
    """

    name: str
    stage: str
    level: int
    repeat: int
    block: int
    kind: str

    @classmethod
    def of(cls, name: str) -> Activation:
        """Read a canonical name."""
        match = _NAME.fullmatch(name)
        if match is None:
            return cls(name, "ends", 0, 0, -1, name)
        stage, level, repeat, block, kind = match.groups()
        inside = block is not None
        return cls(
            name,
            stage,
            int(level or 0),
            int(repeat or 0),
            int(block) if inside else -1,
            _BLOCK_OUT if inside and kind == "out" else kind,
        )


@dataclass(frozen=True)
class Sieve:
    """What is left after one step of a rule.

    Attributes:
        words: what the step leaves.
        kept: canonical names.
    """

    words: str
    kept: tuple[str, ...]

    def of_stage(self, stage: str) -> int:
        """Return how many of a stage are left."""
        return sum(Activation.of(name).stage == stage for name in self.kept)


def paper_candidates(layers: Sequence[str]) -> tuple[str, ...]:
    """Return the activations the paper looks at: its kinds, of transformers some blocks only."""
    found = map(Activation.of, layers)
    return tuple(one.name for one in found if one.kind in KINDS and one.block in (-1, *_SAMPLED))


def paper_rule(layers: Sequence[str]) -> tuple[Sieve, ...]:
    """Apply the paper's filter by where activations come from, step by step.

    Increments are dropped, and all before the decoder; of the decoder's clean part self-attention;
    of its noisy part all but self-attention's queries and keys, whose locality suppresses noise.
    Where the noisy part begins is not written down: here it is the finest level.

    Args:
        layers: canonical names of all there are.
    """
    candidates = [Activation.of(name) for name in paper_candidates(layers)]
    decoder = [one for one in candidates if one.stage == "up"]
    plain = [one for one in decoder if one.kind not in _INCREMENTS]
    finest = max((one.level for one in decoder), default=0)
    kept = [one for one in plain if (one.level == finest) is (one.kind in _SELF)]
    steps = (
        ("all with a value for each cell", [Activation.of(name) for name in layers]),
        ("the paper's kinds, transformer blocks 0, 1, 3, 5, 7, 9", candidates),
        ("the decoder", decoder),
        ("no increments", plain),
        ("self-attention in the finest level, all else before it", kept),
    )
    return tuple(Sieve(words, tuple(one.name for one in left)) for words, left in steps)


def recommended(layers: Sequence[str]) -> tuple[str, ...]:
    """Return the counterpart of the paper's recommended set: the very set in SD 1.5 and SDXL.

    With shallow transformers: of the decoder's coarsest level with attention the query towards the
    words in the middle and the last residual block, of the next the same query, of the finest the
    first key of self-attention. With deep ones: of the first transformer the blocks half and
    nearly three quarters through, one level up the first query and block.

    Args:
        layers: canonical names of all there are; none are returned without a decoder.
    """
    decoder = [one for one in map(Activation.of, layers) if one.stage == "up"]
    levels = sorted({one.level for one in decoder if one.kind == "cross-q"})
    if not levels:
        return ()
    depth = 1 + max(one.block for one in decoder)
    coarse, finer = levels[0], levels[min(1, len(levels) - 1)]
    if depth > 1:
        return _existing(
            layers,
            f"up-level{coarse}-repeat0-vit-block{depth * 3 // 4}-out",
            f"up-level{coarse}-repeat0-vit-block{depth // 2}-out",
            f"up-level{finer}-repeat0-vit-block0-cross-q",
            f"up-level{finer}-repeat0-vit-block0-out",
        )
    repeats = {level: max(one.repeat for one in decoder if one.level == level) for level in levels}
    return _existing(
        layers,
        f"up-level{coarse}-repeat{(repeats[coarse] + 1) // 2}-vit-block0-cross-q",
        f"up-level{coarse}-repeat{repeats[coarse]}-res-out",
        f"up-level{finer}-repeat{(repeats[finer] + 1) // 2}-vit-block0-cross-q",
        f"up-level{levels[-1]}-repeat0-vit-block0-self-k",
    )


def conventional(layers: Sequence[str]) -> tuple[str, ...]:
    """Return what was used before the paper: the outputs of the decoder's levels.

    Args:
        layers: canonical names of all there are; none are returned without a decoder.
    """
    decoder = [one for one in map(Activation.of, layers) if one.stage == "up"]
    ends = [one.name for one in decoder if one.kind in ("vit-out", "res-out")]
    last = ends[-1:]
    return (*(one.name for one in decoder if one.kind == "upsampler-out"), *last)


def _existing(layers: Sequence[str], *wanted: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in wanted if name in layers))
