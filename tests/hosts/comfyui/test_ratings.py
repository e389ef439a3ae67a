"""Thumbs on saved pictures: read off the file, kept for all hosts, and what moves the next pick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from seedloupe.errors import PickError
from seedloupe.services.rated_pictures import LIKED
from seedloupe.tables import SeedTable

from ...seed_tables import full_table
from .conftest import Host
from .nodes.test_pick_seeds import pick

PROMPT = {
    "1": {"class_type": "SeedloupePickSeeds", "inputs": {}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["9", 0]}},
    "3": {"class_type": "CFGGuider", "inputs": {"positive": ["2", 0], "negative": ["2", 0]}},
}


@pytest.fixture
def out(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(host.module("folder_paths"), "base_path", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    host.add_table(full_table(), "mine")
    return tmp_path / "output"


def saved(host: Host, noise: Any, count: int) -> list[dict[str, str]]:
    node = host.node("SeedloupeSaveWithSeeds")
    result = node.run_hidden(
        {"prompt": PROMPT, "extra_pnginfo": None},
        images=[torch.rand(count, 48, 64, 3)],
        filename_prefix=["rated/b"],
        noise=[noise],
    )
    return list(result.ui["images"])


def thumb(host: Host, picture: dict[str, str], *liked: bool | None) -> Any:
    asked = {"filename": picture["filename"], "subfolder": picture["subfolder"]}
    if liked:
        asked["liked"] = liked[0]  # type: ignore[assignment]
    return host.ours("ratings").thumb_answer(asked, gives=bool(liked))


def test_thumbs_on_saved_pictures_move_the_next_pick_and_back(host: Host, out: Path) -> None:
    seeds, noise, *_ = pick(host, count=4, order="best").args
    pictures = saved(host, noise, 4)
    assert thumb(host, pictures[2]) == (200, {"can": True, "liked": None, "why": ""})
    assert thumb(host, pictures[2], True)[1]["liked"] is True
    assert thumb(host, pictures[0], False)[0] == 200
    liked = {"pick": {"pick": LIKED}, "count": 1, "order": "best"}
    assert pick(host, **liked).args[0] == [seeds[2]]
    thumb(host, pictures[2], False)
    thumb(host, pictures[0], True)
    assert thumb(host, pictures[0])[1]["liked"] is True
    assert pick(host, **liked).args[0] == [seeds[0]]
    thumb(host, pictures[0], None)
    with pytest.raises(PickError, match="thumbs up"):
        pick(host, **liked)


def test_a_thumb_makes_a_pick_by_thumbs_run_again(host: Host, out: Path) -> None:
    stamp = host.node("SeedloupePickSeeds").fingerprint_inputs
    _, noise, *_ = pick(host, count=1).args
    (picture,) = saved(host, noise, 1)
    golden, liked = ({"pick": {"pick": rule}, "table": "mine"} for rule in ("golden", LIKED))
    before = stamp(**golden), stamp(**liked)
    thumb(host, picture, True)
    assert stamp(**golden) == before[0]
    assert stamp(**liked) != before[1]


def test_the_pictures_prompt_and_model_are_what_the_thumb_is_about(host: Host, out: Path) -> None:
    table = full_table()
    seeds, noise, *_ = pick(host, count=1).args
    thumb(host, saved(host, noise, 1)[0], True)
    (rating,) = host.ours("ratings").user_ratings().read()
    assert (rating.seed, rating.prompt, rating.model) == (
        seeds[0],
        "a cat",
        table.spec.model.sha256,
    )
    assert rating.shape == table.spec.noise.shape


def test_a_patched_model_is_not_taken_for_the_tables(host: Host) -> None:
    made_by = host.ours("choosing").made_by
    named = _named(host, full_table())
    assert made_by(named, None, None)["sha256"] == full_table().spec.model.sha256
    assert made_by(named, object(), "f" * 64) == {"name": "", "sha256": "f" * 64}
    assert made_by(named, object(), None) == {}


def _named(host: Host, table: SeedTable) -> Any:
    from seedloupe.services.seed_choice import NamedTable

    return NamedTable("mine", table)


@pytest.mark.parametrize(
    "asked",
    [
        [],
        {},
        {"filename": "../../secret.png", "subfolder": ""},
        {"filename": "secret.png", "subfolder": "../.."},
        {"filename": 5, "subfolder": None},
        {"filename": "x" * 5000},
        {"filename": "a\0b"},
    ],
)
def test_no_other_file_is_looked_at(host: Host, out: Path, asked: object) -> None:
    (out.parent.parent / "secret.png").write_bytes(b"")
    for gives in (True, False):
        assert host.ours("ratings").thumb_answer(asked, gives=gives)[0] == 400
    assert host.ours("ratings").user_ratings().read() == ()


def test_a_picture_without_a_seed_can_have_no_thumb(host: Host, out: Path) -> None:
    from PIL import Image

    out.mkdir()
    Image.new("RGB", (8, 8)).save(out / "plain.png")
    asked = {"filename": "plain.png", "subfolder": ""}
    assert thumb(host, asked)[1]["can"] is False
    assert thumb(host, asked, True)[0] == 400
    _, noise, *_ = pick(host, count=1).args
    (picture,) = saved(host, noise, 1)
    answer = host.ours("ratings").thumb_answer({**picture, "liked": "yes"}, gives=True)
    assert answer[0] == 400
