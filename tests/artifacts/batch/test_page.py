"""The page is whole, self-contained and harmless whatever pictures say of themselves."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
import torch

from seedloupe.artifacts import Verdict
from seedloupe.artifacts.batch import (
    BatchSettings,
    Checked,
    Collected,
    GenerationInfo,
    Mark,
    Picture,
    Row,
)
from seedloupe.artifacts.batch.page import ROWS_BEGIN, page_parts

from .made import FLAGGED, Page, clean, row

HOSTILE = (
    """</script ><script>alert(1)</script >"'><img src=x onerror=alert(2)>&amp;$title$values"""
)
LOST = Row("lost.png", Verdict.NOT_CHECKED, "broken", problem=True)


def page(*rows: Row, folder: Path = Path(), pictured: bool = True) -> str:
    collected = Collected(BatchSettings(reader="stub 1"), len(rows))
    for found in rows:
        image = torch.zeros(3, 64, 96) if pictured and found.size else None
        collected.add(Checked(Picture(Path(found.file)), found, GenerationInfo(), image=image))
    return "".join(page_parts(collected, folder))


def values(text: str) -> list[dict[str, object]]:
    return json.loads(Page(text).scripts["values"])["rows"]


def test_flagged_pictures_come_first_with_what_was_found() -> None:
    found = values(page(clean("a.png"), LOST, FLAGGED, row(file="more.png", new_text=0.5)))

    assert [entry["file"] for entry in found] == ["more.png", "out/a.png", "lost.png", "a.png"]
    assert Row.from_json(found[1]) == FLAGGED
    assert "small" not in found[2]


def test_small_pictures_are_in_the_page_itself() -> None:
    (entry,) = values(page(FLAGGED))
    kind, _, coded = str(entry["small"]).partition(";base64,")

    assert kind == "data:image/webp"
    assert base64.b64decode(coded)[8:12] == b"WEBP"


def test_nothing_a_picture_says_becomes_part_of_the_page() -> None:
    plain, hostile = page(FLAGGED, LOST), row(
        file=HOSTILE, seed="5", noise=HOSTILE, model=HOSTILE, task=HOSTILE, prompt=HOSTILE,
        message=HOSTILE, sampler=HOSTILE, marks=(Mark((0,) * 8, HOSTILE, HOSTILE, True),),
    )  # fmt: skip
    evil = Page(page(hostile, LOST))

    harmless = [tag for tag, _ in Page(plain).tags]
    assert [tag for tag, _ in evil.tags] == harmless
    assert not any(name.startswith("on") for _, attributes in evil.tags for name in attributes)
    assert HOSTILE in evil.texts
    (entry, _) = json.loads(evil.scripts["values"])["rows"]
    assert (entry["file"], entry["marks"][0]["text"]) == (HOSTILE, HOSTILE)


def test_what_the_script_reads_holds_nothing_a_browser_takes_for_a_tag() -> None:
    _, _, rest = page(row(file=HOSTILE, prompt="<!-- <script> & ]]>")).partition(ROWS_BEGIN)
    entries, _, _ = rest.rpartition("</script>\n<script>")

    assert json.loads(entries)["rows"][0]["file"] == HOSTILE
    assert not set(entries) & set("<>&")


@pytest.mark.parametrize("name", ["javascript:alert(1)", "a b#c?d%41.png", "日本/ü.png", HOSTILE])
def test_a_link_leads_to_the_file_and_nowhere_else(tmp_path: Path, name: str) -> None:
    (entry,) = values(page(row(file=str(tmp_path / "in" / name)), folder=tmp_path / "out"))
    link = str(entry["link"])

    assert link.startswith("./../in/")
    assert re.fullmatch(r"[\w./%~-]+", link, flags=re.ASCII)


def test_the_page_runs_its_own_script_and_fetches_nothing() -> None:
    text = page(FLAGGED)
    found = Page(text)
    (policy,) = [a["content"] for tag, a in found.tags if tag == "meta" and "content" in a
                 and "default-src" in str(a["content"])]  # fmt: skip

    for part in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(found.scripts[part].encode()).digest()).decode()
        assert f"{part}-src 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)
    loading = {"src", "href", "action", "srcset"}
    assert not [a for _, a in found.tags if loading & a.keys()]
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)


def test_seeds_and_models_have_their_rates() -> None:
    text = page(*(clean(f"{i}.png") for i in range(9)), FLAGGED, row(file="v.png", alone=False))
    shown = " ".join(Page(text).texts)

    assert "18446744073709551615" in shown
    assert "1 of 10" in shown
    assert "2% to 40%" in shown
    assert "Left out: 1 picture of which" in shown
    assert "By model and task" in shown


def test_seeds_with_few_pictures_are_pale() -> None:
    rows = [tags for tag, tags in Page(page(FLAGGED)).tags if tag == "tr"]

    assert [tags.get("class") for tags in rows] == [None, "few", None, "few"]


def test_without_metadata_there_are_no_rates_to_show() -> None:
    found = Page(page(row(seed="", model="", task="")))

    assert not [tag for tag, _ in found.tags if tag == "table"]


def test_many_seeds_are_cut_and_that_is_said() -> None:
    text = page(*(clean(f"{i}", seed=f"{i}") for i in range(250)), pictured=False)

    assert "The first 200 of 250 are shown" in text
    assert text.count('<tr class="few"') == 200


def test_no_word_of_the_page_calls_a_picture_clean() -> None:
    found = Page(page(clean("a.png"), LOST, FLAGGED))
    assert not [text for text in found.texts if "clean" in text.casefold()]
    assert found.texts.count("not flagged") == 2  # the count, and the choice of what to show
