from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from seedloupe.artifacts.readers import TesseractReader
from seedloupe.errors import ReaderError

TABLE = """\
level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t90\t60\t-1\t
4\t1\t1\t1\t1\t0\t10\t5\t60\t12\t-1\t
5\t1\t1\t1\t1\t1\t10\t6\t30\t10\t96.5\tSAY
5\t1\t1\t1\t1\t2\t45\t5\t25\t12\t90.5\t"CHEESE
5\t1\t1\t1\t2\t1\t10\t30\t20\t10\t40\tnow
5\t1\t1\t1\t2\t2\t40\t30\t20\t10\t-1\t \
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """Write a program that stands in for Tesseract and tells how it was called."""
    if sys.platform == "win32":
        pytest.skip("a script is no program here")

    def write(body: str) -> str:
        path = tmp_path / "tesseract"
        path.write_text(
            f"#!{sys.executable}\n"
            "import os, sys\n"
            "from pathlib import Path\n"
            "here = Path(__file__).parent\n"
            "(here / 'picture.png').write_bytes(sys.stdin.buffer.read())\n"
            "(here / 'call').write_text(' '.join(sys.argv[1:]))\n"
            "(here / 'threads').write_text(os.environ.get('OMP_THREAD_LIMIT', 'none'))\n"
            f"{body}\n",
            encoding="utf-8",
        )
        path.chmod(0o755)
        return str(path)

    return write


def test_words_become_lines(program: Callable[[str], str]) -> None:
    reader = TesseractReader(program(f"print({TABLE!r})"))
    first, second = reader.read(torch.zeros(3, 60, 90))
    assert first.text == 'SAY "CHEESE'
    assert first.confidence == pytest.approx((3 * 0.965 + 7 * 0.905) / 10)
    assert first.detection is None
    assert first.quad.tolist() == [[10, 5], [70, 5], [70, 17], [10, 17]]
    assert (second.text, second.confidence) == ("now", pytest.approx(0.4))


def test_the_thread_limit_is_in_the_childs_environment_only(
    program: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    TesseractReader(program(f"print({TABLE!r})")).read(torch.zeros(3, 60, 90))
    assert (tmp_path / "threads").read_text() == "1"
    assert "OMP_THREAD_LIMIT" not in os.environ


def test_it_gets_the_picture_without_loss(program: Callable[[str], str], tmp_path: Path) -> None:
    image = torch.rand(3, 6, 9, generator=torch.Generator().manual_seed(0))
    TesseractReader(program(f"print({TABLE!r})")).read(image)
    with Image.open(tmp_path / "picture.png") as picture:
        seen = np.asarray(picture)
    np.testing.assert_array_equal(seen, (image * 255).round().permute(1, 2, 0).numpy())
    assert (tmp_path / "call").read_text() == "stdin stdout -l eng --psm 3 tsv"


def test_a_program_that_fails_is_quoted(program: Callable[[str], str]) -> None:
    reader = TesseractReader(program("sys.exit('Error opening\\ndata file eng.traineddata')"))
    with pytest.raises(ReaderError, match=r"tesseract failed: Error opening data file eng"):
        reader.read(torch.zeros(3, 6, 9))


def test_a_program_that_is_not_there_is_named() -> None:
    reader = TesseractReader("no-such-tesseract")
    assert not reader.available().ok
    with pytest.raises(ReaderError, match="'no-such-tesseract' is not installed"):
        reader.read(torch.zeros(3, 6, 9))


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_real_black_on_white_is_read(write: Callable[..., Tensor]) -> None:
    image = write(Image.new("RGB", (320, 120), "white"), "HARBOUR", (160, 60), ink=(0, 0, 0))
    assert "HARBOUR" in [region.text for region in TesseractReader().read(image)]
