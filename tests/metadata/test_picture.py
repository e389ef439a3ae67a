"""Whatever a picture says is read in the order of how sure it is, and nothing is made up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from seedloupe.errors import ImageError
from seedloupe.metadata import noise_in_picture

from .told import PARAMETERS, PROMPT, RECORD, texts, workflow

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("said", "seed"),
    [
        (texts(parameters=PARAMETERS), 7),
        (texts(parameters=PARAMETERS, workflow=workflow()), 11),
        (texts(parameters=PARAMETERS, workflow=workflow(), prompt=PROMPT), 9),
        (texts(parameters=PARAMETERS, prompt=PROMPT, seedloupe=RECORD), 2**64 - 1),
        (texts(parameters=PARAMETERS, prompt="a hill, in words"), 7),
    ],
)
def test_the_surest_word_comes_first(said: dict[str, str], seed: int) -> None:
    assert noise_in_picture(said).seeds == (seed,)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "picture"),
        ({"Software": "editor"}, "picture"),
        ({"prompt": "a hill"}, "picture"),
        ({"prompt": "{"}, "prompt"),
        ({"prompt": '{"1":' * 100_000}, "prompt"),
        ({"prompt": '{"1": ' + "9" * 5000 + "}"}, "prompt"),
        ({"workflow": "[]"}, "workflow"),
        ({"seedloupe": "no"}, "seedloupe"),
        ({"seedloupe": '"' + "x" * 2**22 + '"'}, "seedloupe"),
    ],
)
def test_a_picture_that_says_nothing_or_nonsense_is_refused(
    said: dict[str, str], field: str
) -> None:
    with pytest.raises(ImageError) as caught:
        noise_in_picture(said)
    assert caught.value.field == field


def test_pictures_are_read_without_torch() -> None:
    code = f"""
import sys
from seedloupe.metadata import noise_in_picture
noise_in_picture({{"parameters": {PARAMETERS!r}}})
print("torch" in sys.modules)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "extension"), "PATH": ""},
    )
    assert ended.stdout.strip() == "False"


def test_what_a_service_puts_beside_the_nodes_of_a_graph_is_passed_over() -> None:
    beside = {**PROMPT, "extra": {"airs": ["a"]}, "extraMetadata": "{}"}
    assert noise_in_picture(texts(prompt=beside)).seeds == (9,)
