from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch

from seedloupe.artifacts.picture_check import unchecked_picture
from seedloupe.hosts.webui.check.infotext import CHECK, VERDICT, check_ids, forget_check, write


def processing() -> Any:
    return SimpleNamespace(extra_generation_params={"Mask blur": 4})


def test_every_picture_is_described_and_the_grid_is_not() -> None:
    p = processing()
    checked = unchecked_picture(7, None, torch.zeros(3, 8, 12), why="it is of another shape")
    write(p, checked)
    value = p.extra_generation_params[VERDICT]
    assert value(index=0, use_main_prompt=False) == "cannot be known: it is of another shape"
    assert value(use_main_prompt=True) is None
    assert p.extra_generation_params[CHECK](index=3) == checked.id
    forget_check(p)
    assert p.extra_generation_params == {"Mask blur": 4}


def test_the_checks_of_a_job_are_found_in_its_parameters_each_once() -> None:
    one, two = "0123456789abcdef", "f" * 16
    texts = [
        f"Seed: 1, {CHECK}: {two}, Version: 1",
        "no check",
        f"x, {CHECK}: {one}",
        f"{CHECK}: {two}",
    ]
    assert check_ids(texts) == (two, one)
    assert check_ids([f"{CHECK}: <b>", f"{CHECK}: {one}0"]) == ()
