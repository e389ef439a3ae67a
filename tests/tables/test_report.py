"""A table as a page and as rows: whole, self-contained and harmless whatever the table says."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from seedloupe.errors import TableError
from seedloupe.noise import NV_NOISE
from seedloupe.tables import (
    Evidence,
    HeldOutGain,
    MetricSpec,
    SeedEffect,
    SeedTable,
    SpaceSpec,
    find_table,
    read_table,
)
from seedloupe.tables.find import bundled_folder
from seedloupe.tables.published import sd2_good_seed
from seedloupe.tables.report import table_csv, table_page
from seedloupe.tables.report.plots import histogram, interval_plot
from seedloupe.tables.report.words import agreement_words, meaning, reliability, verdict_of

from ..seed_tables import full_table, make_table, random_states

HOSTILE = """</script><script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;$title"""


class Page(HTMLParser):
    """Elements and texts of a page, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._inside: list[str] = []
        self.parts: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self._inside.append(tag + (dict(attrs).get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.parts[self._inside[-1]] = self.parts.get(self._inside[-1], "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def hostile_table() -> SeedTable:
    table = full_table()
    spec = replace(
        table.spec,
        model=replace(table.spec.model, name=HOSTILE, family=HOSTILE),
        provenance=replace(table.spec.provenance, creator=HOSTILE, source=HOSTILE),
        evidence=Evidence(
            HOSTILE,
            SeedEffect.EFFECT,
            split_half={HOSTILE: 0.5},
            held_out_gain=(HeldOutGain(HOSTILE, 1, 0, 2),),
        ),
        metrics=tuple(
            MetricSpec(metric.name, HOSTILE, metric.higher_is_better, HOSTILE)
            for metric in table.spec.metrics
        ),
    )
    return SeedTable(table.seeds, table.tensors, spec)


# --- the page -----------------------------------------------------------------------------------


def test_nothing_a_table_says_becomes_markup() -> None:
    plain, hostile = Page(table_page(full_table(), "t")), Page(table_page(hostile_table(), HOSTILE))
    kinds = {tag for tag, _ in hostile.tags}
    assert kinds <= {tag for tag, _ in plain.tags} | {"line", "circle", "text"}
    assert sum(tag == "script" for tag, _ in hostile.tags) == 2
    assert not any(name.startswith("on") for _, attributes in hostile.tags for name in attributes)
    assert HOSTILE in hostile.text, "it is told as it was written"


def test_a_page_fetches_and_sends_nothing() -> None:
    text = table_page(full_table(), "t")
    assert not re.search(r"https?:|//[a-z]|@import|fetch\(|XMLHttp|WebSocket|sendBeacon", text)
    for tag, attributes in Page(text).tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert not {"src", "href", "action", "style"} & set(attributes), (tag, attributes)


def test_the_page_forbids_itself_all_but_its_own_style_and_script() -> None:
    page = Page(table_page(full_table(), "t"))
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv"))
    assert policy is not None
    allowed = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert allowed["default-src"] == "'none'"
    for part in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.parts[part].encode()).digest()).decode()
        assert allowed[f"{part}-src"] == f"'sha256-{digest}'"
    assert allowed["img-src"] == "data:"


def test_thumbnails_are_in_the_page_once() -> None:
    table = full_table()
    text = table_page(table, "t")
    coded = base64.b64encode(table.tensors["thumbnails"].tobytes()).decode()
    assert text.count(coded) == 1
    assert text.count("data:image/") == 1


def test_values_are_those_of_the_table() -> None:
    table = full_table()
    loss = table.score("loss").copy()
    loss[2] = np.nan
    table = SeedTable(table.seeds, {**table.tensors, "score.loss": loss}, table.spec)
    values = json.loads(Page(table_page(table, "t")).parts["scriptvalues"])
    assert values["seeds"] == [str(seed) for seed in table.seeds]
    columns = {column["name"]: column for column in values["columns"]}
    assert list(columns) == ["alignment", "loss", "gray", "text"]
    assert columns["loss"]["up"] is False
    assert columns["loss"]["values"][2] is None
    np.testing.assert_allclose(
        [v for v in columns["loss"]["values"] if v is not None], loss[np.isfinite(loss)], rtol=1e-5
    )
    assert values["across"] == 3


def test_a_sheet_no_browser_could_decode_is_refused() -> None:
    table = full_table()
    tensors = {**table.tensors, "thumbnails": np.frombuffer(b"<svg onload=x>", np.uint8)}
    with pytest.raises(TableError, match="thumbnails: expected a WebP picture"):
        table_page(SeedTable(table.seeds, tensors, table.spec), "t")


def test_the_bundled_table_says_its_evidence_in_plain_words() -> None:
    table = read_table(find_table("seedling", [bundled_folder()]))
    text, evidence = Page(table_page(table, "seedling")).text, table.spec.evidence
    assert evidence is not None
    assert evidence.verdict is SeedEffect.NO_EFFECT
    better = {"alignment": "higher", "frechet": "lower"}
    gains = [
        f"{gain.metric} {gain.mean:+.4f} 95 % interval {gain.low:+.4f} to {gain.high:+.4f} "
        f"{better[gain.metric]} is better".replace("-", "−")
        for gain in evidence.held_out_gain
    ]
    assert len(gains) == 2
    for words in (
        "No effect of the seed was found.",
        f"{evidence.overlap} seeds are among the best 256 by every score.",
        "would share 64 give or take 6. So they agree no more than by chance.",
        f"alignment {evidence.split_half['alignment']:.2f} of 1, mostly luck",
        *gains,
        "1,024 seeds with the model seedling",
        "cpu noise at 128×128 pixels",
    ):
        assert words in text


def test_published_numbers_are_shown_as_what_they_are() -> None:
    text = Page(table_page(sd2_good_seed(), "published")).text
    assert "Published numbers, not measured here." in text
    assert "does not state which generator drew the noise, at which picture size" in text
    assert "latent not stated" in text


def test_every_score_says_beside_its_picture_and_its_order_what_it_measures() -> None:
    path = find_table("seedling", [bundled_folder()])
    page = Page(table_page(read_table(path), "seedling"))
    words = "how well pictures show what their prompts say (cosine of Seedling's critic"
    assert f"alignment {words}" in page.text
    values = json.loads(page.parts["scriptvalues"])
    means = {column["name"]: column.get("means") for column in values["columns"]}
    assert means["alignment"].startswith(words)
    assert means["gray"] is None


def test_a_score_nobody_here_knows_is_told_in_the_tables_words() -> None:
    assert meaning(MetricSpec("mine", "1", True, "by eye")) == "by eye"
    assert meaning(MetricSpec("mine", "1", True, "")) == ""
    assert meaning(MetricSpec("alignment", "1", True, "")) == (
        "how well pictures show what their prompts say"
    )


def test_what_the_script_shows_and_hides_is_in_the_page_and_hidden_at_first() -> None:
    page = Page(table_page(full_table(), "t"))
    by_id = {attributes["id"]: attributes for _, attributes in page.tags if "id" in attributes}
    for name in ("tools", "tags", "by", "hint", "sideways", "none", "scroller", "more"):
        assert "hidden" in by_id[name], name
    used = set(re.findall(r'\bat\("(\w+)"\)', page.parts["script"]))
    assert used <= set(by_id), "the script looks for what is not in the page"
    assert "No seed passes; clear the filters." in page.text
    assert "Share of pictures with" in page.text
    assert "Order best first worst first" in page.text
    assert "the measured score" in page.parts["script"]


def test_the_tables_heading_and_seeds_stay_in_sight() -> None:
    style = Page(table_page(full_table(), "t")).parts["style"]
    for rule in ("thead th {", "th:first-child {"):
        assert any("position: sticky" in part.split("}")[0] for part in style.split(rule)[1:])
    assert "var(--accent" not in style.split(".tagged i {")[1].split("}")[0]


def test_tables_with_little_in_them_have_a_page_too() -> None:
    bare = make_table({"a": [0.5]})
    empty = SeedTable(bare.seeds, {}, replace(bare.spec, metrics=(), evidence=None))
    assert "was not looked into" in Page(table_page(empty, "t")).text
    gaps = make_table({"a": [np.nan] * 20}, verdict=None)
    assert "<svg" not in table_page(gaps, "t")


@pytest.mark.parametrize("effect", list(SeedEffect))
def test_every_verdict_has_words_of_its_own(effect: SeedEffect) -> None:
    table = make_table({"a": [1.0]}, verdict=effect)
    others = [
        make_table({"a": [1.0]}, verdict=other) for other in SeedEffect if other is not effect
    ]
    assert verdict_of(table).headline not in {verdict_of(other).headline for other in others}


def test_agreement_beyond_chance_is_said_only_where_it_is() -> None:
    evidence = Evidence("x", SeedEffect.EFFECT, 100, 25, 12, 6.25, 2.0, 0.003, {}, (), ())
    assert "more than chance explains" in agreement_words(evidence)
    assert "no more than by chance" in agreement_words(replace(evidence, hypergeometric_p=0.4))
    assert agreement_words(replace(evidence, overlap=None)) == ""
    assert [reliability(share) for share in (0.1, 0.5, 0.9)] == [
        "mostly luck",
        "partly luck",
        "mostly the seed's own",
    ]


@pytest.mark.parametrize("higher", [True, False])
def test_better_is_to_the_right_whichever_way_a_metric_runs(higher: bool) -> None:
    sign = 1 if higher else -1
    low, high = sorted((sign * 0.5, sign * 2.0))
    plot = interval_plot(HeldOutGain("a", sign * 1.0, low, high), higher_is_better=higher)
    assert plot.width / 2 < plot.left < plot.mean < plot.right < plot.width
    assert plot.kind == "good"
    worse = interval_plot(HeldOutGain("a", -sign * 1.0, -high, -low), higher_is_better=higher)
    assert worse.kind == "bad"


def test_bars_are_as_tall_as_there_are_seeds() -> None:
    values = np.array([0] * 3 + [1] * 6 + [0.5] * 3, np.float32)
    plot = histogram(values, "a", None)
    assert plot is not None
    heights = [bar.height for bar in plot.bars]
    assert len(heights) == 3
    assert heights[2] == pytest.approx(2 * heights[0], rel=0.01)
    assert {bar.y + bar.height for bar in plot.bars} == {plot.foot}


def test_what_is_drawn_is_what_was_worked_out() -> None:
    table = make_table({"a": np.arange(40.0)}, verdict=SeedEffect.EFFECT)
    plot = histogram(table.score("a"), "a", None)
    assert plot is not None
    page = Page(table_page(table, "t"))
    drawn = [a for tag, a in page.tags if tag == "rect" and a.get("rx") == "1.5"]
    assert [(float(str(a["x"])), float(str(a["height"]))) for a in drawn] == [
        (bar.x, bar.height) for bar in plot.bars
    ]


def test_a_page_with_a_thousand_seeds_stays_small_without_its_pictures() -> None:
    dice = np.random.default_rng(1)
    table = make_table({"a": dice.random(1024), "b": dice.random(1024)})
    assert len(table_page(table, "t")) < 100_000


def test_making_a_page_touches_no_global_generator() -> None:
    before = random_states()
    table_page(full_table(), "t")
    assert random_states() == before


# --- the rows -----------------------------------------------------------------------------------


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_seed_has_a_row_with_its_numbers() -> None:
    table = full_table()
    found = rows(table_csv(table))
    assert [int(row["seed"]) for row in found] == table.seeds.tolist()
    for name in ("score.alignment", "score.alignment.confirm_se", "rate.gray"):
        np.testing.assert_array_equal(
            np.array([row[name] for row in found], np.float32), table.tensors[name]
        )
    assert {row["score.alignment.n"] for row in found} == {"4"}
    assert not [name for name in found[0] if name.startswith(("feature", "map", "thumb"))]


def test_large_seeds_are_written_in_full_and_gaps_are_empty() -> None:
    table = make_table({"a": [np.nan, 1e-8]})
    noise = replace(table.spec.noise, rng=NV_NOISE.rng, fingerprint=())
    seeds = np.array([1, 2**64 - 1], np.uint64)
    found = rows(table_csv(SeedTable(seeds, table.tensors, replace(table.spec, noise=noise))))
    assert [row["seed"] for row in found] == ["1", "18446744073709551615"]
    assert found[0]["score.a"] == ""
    assert float(found[1]["score.a"]) == pytest.approx(1e-8)


def test_lines_end_and_texts_are_quoted_as_the_standard_has_it() -> None:
    table = full_table()
    wild = 'a "b", c\nd'
    spaces = (SpaceSpec("style", 0.9), SpaceSpec("composition", classes=(wild,)))
    table = SeedTable(table.seeds, table.tensors, replace(table.spec, spaces=spaces))
    text = table_csv(table, features=True)
    assert text.endswith("\r\n")
    assert '"feature.composition.a ""b"", c\nd.column"' in text
    found = rows(text)
    assert len(found) == 7
    np.testing.assert_allclose(
        [float(row[f"feature.composition.{wild}.depth"]) for row in found],
        table.feature("composition")[:, 3],
    )
    assert "feature.style.2" in found[0]
