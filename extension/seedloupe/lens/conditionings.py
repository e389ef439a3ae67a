"""Which prompt each chunk of a call belongs to, by the ids its host gave the conditionings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .rows import ChunkLabel, RowKind

#: What ComfyUI's own guider calls its two lists; a chunk's number says which one it is from.
_PLAIN = ("positive", "negative")
_KINDS = (RowKind.COND, RowKind.UNCOND)


class Conditionings:
    """The conditionings of one sampling, as ComfyUI's guiders keep them.

    Guiders of several positives put chunks in reverse and with little memory into calls of their
    own; only a conditioning's id tells which one a chunk is. The number in ``cond_or_uncond`` tells
    positive from negative for the plain guider alone: others count their lists in orders of their
    own, but name them.

    Args:
        ids: the ids of each list in the user's order, by the name the guider gives it: names with
            ``negative`` or ``uncond`` in them are unprompted, all others prompted.
    """

    def __init__(self, ids: Mapping[str, Sequence[object]]) -> None:
        self._plain = set(ids) <= set(_PLAIN)
        self._labels: dict[tuple[RowKind, object], ChunkLabel] = {}
        counts = dict.fromkeys(_KINDS, 0)
        for name in sorted(ids, key=lambda name: name != _PLAIN[0]):
            kind = RowKind.UNCOND if _is_unprompted(name) else RowKind.COND
            for one in ids[name]:
                self._labels.setdefault((kind, one), ChunkLabel(kind, counts[kind]))
                counts[kind] += 1
        self._negatives = max(1, counts[RowKind.UNCOND])
        self.prompts = max(1, counts[RowKind.COND])
        """How many prompts a picture has."""

    def chunks(
        self, cond_or_uncond: Sequence[int], ids: Sequence[object] = ()
    ) -> tuple[ChunkLabel, ...]:
        """Label the chunks of one call, in their order.

        Args:
            cond_or_uncond: which list each is from; 0 and 1 are positive and negative.
            ids: of the conditionings; where a host gives none, the last chunk of a kind is its
                first prompt, which holds for calls that were not split.
        """
        named = [*ids] if len(ids) == len(cond_or_uncond) else [None] * len(cond_or_uncond)
        return tuple(
            self._label(_KINDS[min(max(number, 0), 1)], one, cond_or_uncond[place + 1 :])
            for place, (number, one) in enumerate(zip(cond_or_uncond, named, strict=True))
        )

    def _label(self, kind: RowKind, one: object, behind: Sequence[int]) -> ChunkLabel:
        if not self._plain:
            known = [self._labels[k, one] for k in _KINDS if (k, one) in self._labels]
            if known:
                return known[0]
        # A positive with an area gets a negative of its own, under the positive's id.
        if kind is RowKind.UNCOND and (RowKind.COND, one) in self._labels:
            return ChunkLabel(kind, self._negatives + self._labels[RowKind.COND, one].prompt)
        fallback = ChunkLabel(kind, sum(number == _KINDS.index(kind) for number in behind))
        return self._labels.get((kind, one), fallback)


def _is_unprompted(name: str) -> bool:
    return any(word in name.lower() for word in ("negative", "uncond", "empty"))
