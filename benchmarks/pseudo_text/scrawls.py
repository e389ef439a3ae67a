"""Which of Seedling's repaints bear a row of letters, and where, as seen by eye.

Of seeds 0 to 799 these 27 do. Four were left out: whether they show letters is anybody's guess (6,
181, 491, 786). The critic put them in order, which knows nothing of
readers; nobody asked a reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from text_samples.samples import SampleSplit

from .repaints import SIGNS_SEED


@dataclass(frozen=True)
class Scrawl:
    """A row of letters in a repaint.

    Attributes:
        seed: of the repaint.
        box: what the row covers, left, top, right, bottom, in pixels of 128.
        height: of a letter, in pixels of 128.
    """

    seed: int
    box: tuple[int, int, int, int]
    height: int


#: The repaint with a row of plain signs that used to pass for one without text; in neither split.
SIGNS = Scrawl(SIGNS_SEED, (26, 25, 104, 44), 15)
#: Repaints with a row.
SCRAWLS: Mapping[SampleSplit, tuple[Scrawl, ...]] = MappingProxyType(
    {
        SampleSplit.TUNE: (
            Scrawl(50, (25, 86, 78, 104), 15),
            Scrawl(74, (50, 88, 107, 105), 14),
            Scrawl(111, (50, 70, 96, 83), 13),
            Scrawl(168, (31, 32, 112, 49), 14),
            Scrawl(245, (18, 18, 82, 35), 14),
            Scrawl(325, (36, 67, 114, 85), 16),
            Scrawl(360, (38, 26, 86, 40), 13),
            Scrawl(370, (26, 77, 78, 90), 13),
            Scrawl(439, (56, 75, 96, 89), 14),
            Scrawl(510, (15, 40, 84, 60), 15),
            Scrawl(552, (46, 94, 103, 112), 15),
            Scrawl(609, (21, 82, 104, 99), 15),
            Scrawl(699, (48, 66, 100, 83), 13),
            Scrawl(784, (55, 94, 87, 109), 13),
        ),
        SampleSplit.HELD_OUT: (
            Scrawl(70, (26, 46, 95, 61), 12),
            Scrawl(89, (19, 93, 84, 108), 13),
            Scrawl(136, (67, 34, 107, 48), 13),
            Scrawl(225, (15, 38, 84, 57), 15),
            Scrawl(305, (50, 80, 104, 97), 15),
            Scrawl(343, (34, 56, 100, 73), 14),
            Scrawl(366, (38, 42, 91, 58), 15),
            Scrawl(411, (33, 53, 107, 72), 14),
            Scrawl(505, (26, 48, 86, 64), 14),
            Scrawl(526, (54, 45, 117, 63), 15),
            Scrawl(584, (40, 80, 116, 92), 12),
            Scrawl(681, (54, 66, 124, 82), 15),
            Scrawl(744, (10, 57, 82, 74), 14),
        ),
    }
)
#: Repaints without any, among them those the critic was least sure of.
WORDLESS: Mapping[SampleSplit, tuple[int, ...]] = MappingProxyType(
    {
        SampleSplit.TUNE: (
            0,
            2,
            4,
            7,
            9,
            11,
            13,
            15,
            17,
            19,
            21,
            23,
            25,
            27,
            29,
            31,
            33,
            35,
            37,
            39,
            41,
            43,
            45,
            47,
            49,
            52,
            54,
            56,
            58,
            60,
            62,
            64,
            66,
            68,
            71,
            73,
            76,
            78,
            92,
            112,
            221,
            286,
            372,
            528,
        ),
        SampleSplit.HELD_OUT: (
            1,
            3,
            5,
            8,
            10,
            12,
            14,
            16,
            18,
            20,
            22,
            24,
            26,
            28,
            30,
            32,
            34,
            36,
            38,
            40,
            42,
            44,
            46,
            48,
            51,
            53,
            55,
            57,
            59,
            61,
            63,
            65,
            67,
            69,
            72,
            75,
            77,
            79,
            100,
            127,
            240,
            299,
            448,
            783,
        ),
    }
)
