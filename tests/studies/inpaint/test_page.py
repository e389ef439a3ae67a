"""The page of a study: whole, self-contained and harmless whatever the study says."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from seedloupe.studies import statistics
from seedloupe.studies.inpaint import Findings, PictureKey, ReaderCheck, conclude, study_page
from seedloupe.studies.inpaint.words import chance, headline, share_percent

from .stands import measured_of, shares

HOSTILE = """</script><script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;$title"""


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 120)
    monkeypatch.setattr(statistics, "_FEWEST_SHUFFLES", 120)


class Page(HTMLParser):
    """Elements and texts of a page, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.style = ""
        self._styled = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._styled = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._styled = False

    def handle_data(self, data: str) -> None:
        if self._styled:
            self.style += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def painted(picture: PictureKey) -> Image.Image | None:
    return Image.new("RGB", (24, 16), (10 * picture.pair, picture.seed, 0))


def page_of(found: Findings, **settings: str) -> Page:
    check = {"stub": ReaderCheck(16, 1, 15, 14, 0.25, 0.2)}
    text = study_page(
        found, picture_of=painted, reading={"stub": True}, checks=check, made=settings
    )
    return Page(text)


def test_the_verdict_stands_first_in_plain_words_with_what_it_rests_on() -> None:
    found = conclude(measured_of([shares(1, prone=4), shares(2, prone=4)]))
    page = page_of(found, command="seedloupe study inpaint --out x")
    assert page.text.index("Yes: some seeds") < page.text.index("16 pictures with a mask")
    assert "chance less than 1 in 1,000" in page.text or "chance 0.0" in page.text
    assert "seedloupe study inpaint --out x" in page.text
    assert "of 15 pictures with a word glued into the mask, 14 were flagged" in page.text


def test_the_worst_and_the_best_seeds_are_shown_on_the_same_pairs() -> None:
    found = conclude(measured_of([shares(1, prone=4), shares(2, prone=4)]))
    page = page_of(found)
    pictures = page.all("img")
    assert len(pictures) == 6 + 6 * 6  # the sources, three worst and three best seeds
    names = [str(picture["alt"]) for picture in pictures[6:]]
    seeds = [int(found_[1]) for name in names if (found_ := re.search(r"seed (\d+)", name))]
    assert set(seeds[:18]) <= {0, 1, 2, 3}
    columns = [name.split(", seed")[0] for name in names]
    assert columns[:6] * 6 == columns


def test_the_charts_show_every_seed() -> None:
    found = conclude(measured_of([shares(1, prone=4), shares(2)]))
    page = page_of(found)
    assert len(page.all("svg")) == 3
    assert len(page.all("circle")) == 3 * 30
    assert all(svg["aria-label"] for svg in page.all("svg"))


def test_everything_is_in_the_page_and_it_allows_itself_nothing_else() -> None:
    page = page_of(conclude(measured_of([shares(1)])))
    assert not page.all("script")
    assert not page.all("link")
    assert all(str(picture["src"]).startswith("data:image/webp") for picture in page.all("img"))
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in str(policy)
    assert "default-src 'none'" in str(policy)
    assert not any("style" in attributes for _, attributes in page.tags)


def test_words_out_of_pictures_and_settings_do_no_harm() -> None:
    measured = measured_of([shares(1, prone=6), shares(2)], lambda prompt, seed: HOSTILE)
    page = page_of(conclude(measured), command=HOSTILE)
    assert not page.all("script")
    assert not [picture for picture in page.all("img") if picture.get("onerror")]
    assert page.text.count("alert(1)") >= 2


def test_a_picture_that_is_gone_costs_one_cell() -> None:
    found = conclude(measured_of([shares(1, prone=4)]))
    text = study_page(
        found, picture_of=lambda picture: None, reading={"stub": False}, checks={}, made={}
    )
    assert text.count("picture gone") == 36
    assert "reads no words" in text


@pytest.mark.parametrize(("pairs", "seeds"), [(1, 1), (1, 2), (5, 2), (2, 30)])
def test_small_studies_have_a_page_too(pairs: int, seeds: int) -> None:
    grid = np.zeros((pairs, seeds))
    page = page_of(conclude(measured_of([grid, grid])))
    assert "Not settled" in page.text


def test_each_verdict_has_its_headline() -> None:
    assert headline(conclude(measured_of([shares(1, prone=4)]))).kind == "effect"
    assert headline(conclude(measured_of([shares(2)]))).kind == "none"
    assert headline(conclude(measured_of([np.zeros((5, 9))]))).kind == "open"


def test_where_tasks_differ_the_headline_says_of_which_it_speaks() -> None:
    found = conclude(measured_of([shares(1, prone=4), shares(20)]))
    assert headline(found).advice.endswith("removal: seeds differ; completion: no difference seen.")


def test_numbers_are_written_for_people() -> None:
    shown = [share_percent(value).replace("\u00a0", " ") for value in (0.1234, 0.00123, 0)]
    assert shown == ["12.3 %", "0.12 %", "0.00 %"]
    assert (chance(0.00012), chance(0.034)) == ("less than 1 in 1,000", "0.034")
