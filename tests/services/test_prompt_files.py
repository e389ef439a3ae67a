"""Prompts as files come, and their split."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seedloupe.errors import InputError
from seedloupe.services.prompt_files import PromptSplit, read_prompts, split_prompts
from seedloupe.services.prompt_grid import prompt_grid


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.txt", "a hill\n\n  a tower \n"),
        ("p.csv", 'id,Prompt\n1,a hill\n2,"a tower"\n'),
        ("bare.csv", "a hill,x\na tower,y\n"),
        (
            "parti.tsv",
            'Prompt\tCategory\tChallenge\tNote\na hill\tX\tBasic\t"odd\na tower\tY\t\t\n',
        ),
        ("p.json", '["a hill", "a tower"]'),
        ("p2.json", '[{"prompt": "a hill"}, {"caption": "a  tower"}, {"text": "a hill"}]'),
        (
            "captions.json",
            json.dumps({"annotations": [{"id": 1, "caption": "a hill"}]})[:-2]
            + ', {"id": 2, "caption": "a tower\\n"}, {"id": 3, "caption": "a hill"}]}',
        ),
    ],
)
def test_prompts_are_read_from_files_as_they_come(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text("\ufeff" + content if name == "p.csv" else content, "utf-8")
    assert read_prompts(path) == ("a hill", "a tower")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.txt", "a hill\na hill\n", "2 lines with 1 different ones"),
        ("p.txt", "a hill\nsea\na hill\n", "'a hill' more than once"),
        ("p.csv", "prompt\na hill\na hill\n", "2 or more different prompts"),
        ("p.json", "{", "JSON"),
        ("p.json", '{"images": []}', "a list of prompts"),
        ("p.json", '[{"id": 3}]', "texts, or objects with one of prompt, caption, text"),
        ("gone.txt", None, "a text file in UTF-8"),
        ("bytes.csv", b"\xff\xfe\x00", "a text file in UTF-8"),
    ],
)
def test_files_without_prompts_are_refused_in_one_line(
    tmp_path: Path, name: str, content: str | bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=said) as refused:
        read_prompts(path)
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)


def test_the_grid_has_the_papers_size_and_no_prompt_twice() -> None:
    grid = prompt_grid()
    assert read_prompts(Path("grid")) == grid
    assert len(grid) == len(set(grid)) == 880
    assert "an umbrella in the snow" in grid
    assert "a large blue zebra" in grid


def test_a_split_by_hash_does_not_follow_the_lists_order_and_keeps_sides() -> None:
    prompts = tuple(f"{kind} {index}" for kind in ("cat", "dog") for index in range(50))
    mined, held_out = split_prompts(prompts, 30)
    assert len(held_out) == 30
    assert not set(mined) & set(held_out)
    assert split_prompts(tuple(reversed(prompts)), 30) == (mined, held_out)
    share = sum(prompt.startswith("cat") for prompt in mined[:20])
    assert 3 <= share <= 17
    _, kept = split_prompts(prompts[:90], 27)
    assert len(set(kept) & set(held_out)) >= 22
    assert split_prompts(prompts, 30, PromptSplit.LAST) == (prompts[:-30], prompts[-30:])
