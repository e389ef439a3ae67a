from __future__ import annotations

import json

import pytest

from seedloupe.errors import InputError
from seedloupe.hosts.webui.seeds.handed import HandedSeeds


def test_a_table_and_its_seeds_are_read() -> None:
    read = HandedSeeds.read(
        json.dumps({"table": "sd15/golden", "seeds": ["7", "12", "4294967295"]})
    )
    assert read == HandedSeeds("sd15/golden", "7, 12, 4294967295")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[]",
        "{}",
        '{"table": 5, "seeds": ["1"]}',
        '{"table": "a", "seeds": "1"}',
        '{"table": "a", "seeds": ["<b>"]}',
        '{"table": "a", "seeds": [1.5]}',
        '{"table": "a", "seeds": ["0-99999"]}',
    ],
)
def test_anything_else_is_refused(message: str) -> None:
    with pytest.raises(InputError):
        HandedSeeds.read(message)
