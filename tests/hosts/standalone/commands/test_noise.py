from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from .conftest import Cli


def test_the_noise_of_a_seed_is_torchs_own_and_is_written_as_float32(
    cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "noise.safetensors"
    ended = cli("noise", 2**32 + 42, "--shape", "4,6,8", "--out", out, "--json")
    expected = torch.randn(4, 6, 8, generator=torch.Generator().manual_seed(42))
    assert ended.code == 0
    assert ended.json["canonical_seed"] == "42"
    assert ended.json["first"] == expected.flatten()[:8].tolist()
    assert ended.json["mean"] == pytest.approx(expected.mean((1, 2)).tolist())
    assert ended.json["std"] == pytest.approx(expected.std((1, 2), correction=0).tolist())
    assert torch.equal(load_file(out)["noise"], expected)


def test_people_get_lines(cli: Cli) -> None:
    ended = cli("noise", 42, "--shape", "4,8,8")
    assert ended.out.splitlines()[1].startswith("first values    1.92692  1.48728  0.90072")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-1", "--shape", "4,8,8"), "SEED"),
        ((2**64, "--shape", "4,8,8"), "expected a seed from 0 to 18446744073709551615"),
        (("1", "--shape", "4,8"), "expected C,H,W"),
        (("1", "--shape", "4,0,8"), "shape"),
        (("1", "--shape", "4,8,8", "--source", "gpu"), "cpu, nv or cuda:GRID"),
        (("1", "--shape", "4,8,8", "--out", "x.txt"), r"ending in .safetensors"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    cli: Cli,
    words: tuple[object, ...],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("noise", *words)
    assert ended.code == 2
    assert ended.out == ""
    assert message in ended.err
    assert ended.err.count("\n") == 1
    assert not list(tmp_path.iterdir())
