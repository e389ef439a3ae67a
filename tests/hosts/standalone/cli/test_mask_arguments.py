from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import torch
from PIL import Image

from seedloupe.errors import InputError
from seedloupe.hosts.standalone.cli.main import main
from seedloupe.hosts.standalone.cli.mask_arguments import MaskBox, mask_place, read_given_mask


def test_a_box_is_white_where_it_covers_the_middle_of_a_pixel() -> None:
    found = read_given_mask(mask_place("0.5,0.25,1,0.75"), (8, 4))
    expected = torch.zeros(4, 8)
    expected[1:3, 4:] = 1
    assert torch.equal(found, expected)
    assert found.dtype == torch.float32


def test_a_file_is_a_path_whatever_its_name() -> None:
    for text in ("mask.png", "1,2.png", "a,b,c,d"):
        assert mask_place(text) == Path(text)
    box = mask_place("0,0,.5,1")
    assert isinstance(box, MaskBox)
    assert str(box) == "0,0,.5,1"


@pytest.mark.parametrize("text", ["0.5,0,0.5,1", "0.9,0,0.1,1", "0,0,1,2"])
def test_a_box_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises((argparse.ArgumentTypeError, InputError)):
        mask_place(text)


def test_a_picture_can_be_checked_within_a_box_and_many_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 48), (90, 120, 90)).save(name)
    one = ["check", "a.png", "--mask", "0.5,0,1,1", "--reader", "none"]
    assert main([*one, "--json"]) == 0
    assert '"mask": "0.5,0,1,1"' in capsys.readouterr().out
    assert main(["check", "b.png", *one[1:]]) == 2
    assert "mask: expected masks of their own" in capsys.readouterr().err
