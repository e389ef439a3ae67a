"""What was dear to make is made once, and never taken for what another plan makes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.studies.frame import KeptTensors

PLAN: Mapping[str, object] = {"model": "stand", "times": (50, 200), "steps": 8}


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Mapping[str, Tensor]:
        self.asked += 1
        return {"weight": torch.full((3, 2), float(self.asked))}


@pytest.mark.parametrize("kept_on_disk", [True, False])
def test_what_a_plan_makes_is_made_once(tmp_path: Path, kept_on_disk: bool) -> None:
    kept, make = KeptTensors(tmp_path if kept_on_disk else None), Maker()
    first = kept.get("network", PLAN, make)
    assert torch.equal(kept.get("network", PLAN, make)["weight"], first["weight"])
    assert make.asked == 1
    assert len(list(tmp_path.iterdir())) == int(kept_on_disk)
    assert torch.equal(
        kept.get("network", {**PLAN, "steps": 9}, make)["weight"][0], first["weight"][0] + 1
    )


def test_a_file_of_another_plan_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    kept, make = KeptTensors(tmp_path), Maker()
    kept.get("network", PLAN, make)
    other = {**PLAN, "steps": 9, "more": 1}
    wanted = kept.path("network", other)
    assert wanted is not None
    next(tmp_path.iterdir()).rename(wanted)
    with pytest.raises(InputError, match="one with other steps, more") as refused:
        kept.get("network", other, make)
    assert "\n" not in str(refused.value)
    assert make.asked == 1


def test_a_torn_file_is_made_again(tmp_path: Path) -> None:
    kept, make = KeptTensors(tmp_path), Maker()
    kept.get("network", PLAN, make)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert float(kept.get("network", PLAN, make)["weight"][0, 0]) == 2


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    made = {f"part {k}": torch.full((2, 3), float(k)) for k in range(6)}
    files = []
    for turn in range(8):
        kept = KeptTensors(tmp_path / str(turn))
        kept.get("network", PLAN, lambda: made)
        path = kept.path("network", PLAN)
        assert path is not None
        files.append(path.read_bytes())
    assert len(set(files)) == 1
