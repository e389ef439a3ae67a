"""All pages to keep: harmless whatever they are told, and allowed to run only what is their own."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

import seedloupe
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
from seedloupe.artifacts.batch.page import ROWS_BEGIN, ROWS_END, page_parts
from seedloupe.lens import FeatureMap, LensSpec
from seedloupe.lens.compare import Comparison, Distance, LayerCurve
from seedloupe.lens.compare_page import paint_differences
from seedloupe.lens.explorer import RecordedRun, explorer_page
from seedloupe.lens.record import LensKey
from seedloupe.lens.recorder import Recorder
from seedloupe.lens.sheets import Board, paint_board
from seedloupe.lens.views import StripRow
from seedloupe.studies import statistics
from seedloupe.studies.inpaint import PictureKey, ReaderCheck, conclude, study_page
from seedloupe.tables import Evidence, HeldOutGain, MetricSpec, SeedEffect, SeedTable
from seedloupe.tables.report import table_page

from ..artifacts.batch.made import row
from ..seed_tables import full_table
from ..studies.inpaint.stands import measured_of, shares
from .inline_parts import PageParts, faults_of

PACKAGE = Path(seedloupe.__file__).parent
HARMLESS = "a hill"
HOSTILE = (
    "</script><script>alert(1)</script></style></title><!--<script>{{7*7}}{% raw %}{#"
    """"'><img src=x onerror=alert(2)>&amp;&lt;b\u2028\u2029$title"""
)


def table(words: str, folder: Path) -> str:
    whole = full_table()
    spec = replace(
        whole.spec,
        model=replace(whole.spec.model, name=words, family=words),
        provenance=replace(whole.spec.provenance, creator=words, source=words),
        evidence=Evidence(
            words,
            SeedEffect.EFFECT,
            split_half={words: 0.5},
            held_out_gain=(HeldOutGain(words, 1, 0, 2),),
        ),
        metrics=tuple(
            MetricSpec(metric.name, words, metric.higher_is_better, words)
            for metric in whole.spec.metrics
        ),
    )
    return table_page(SeedTable(whole.seeds, whole.tensors, spec), words)


def batch(words: str, folder: Path) -> str:
    mark = Mark((0, 0, 8, 0, 8, 8, 0, 8), words, words, True)
    texts = dict.fromkeys(("noise", "model", "task", "prompt", "message", "sampler", "mask"), words)
    rows = (
        row(file=f"{words}.png", seed="5", marks=(mark,), **texts),
        Row(f"lost {words}", Verdict.NOT_CHECKED, words, problem=True),
    )
    collected = Collected(BatchSettings(reader=words), len(rows))
    for found in rows:
        image = torch.zeros(3, 64, 96) if found.size else None
        collected.add(Checked(Picture(Path(found.file)), found, GenerationInfo(), image=image))
    return "".join(page_parts(collected, folder))


def explorer(words: str, folder: Path) -> str:
    recorder = Recorder()
    for step in range(2):
        recorder(FeatureMap("mid-vit-out", step, 9.0 - step, torch.randn(1, 5, 3, 4)))
    spec = LensSpec(words, words, prompt=words, negative=words, seeds=(words,))
    return explorer_page([RecordedRun(recorder.finish(spec), Image.new("RGB", (32, 24)), {})])


def gallery(words: str, folder: Path) -> str:
    board = Board([StripRow(words, [torch.zeros(3, 2, 3)])], [words], words, words, words)
    paint_board(board, folder / "page.html")
    return (folder / "page.html").read_text("utf-8")


def comparison(words: str, folder: Path) -> str:
    key = LensKey(0, 0, 0, words)
    curve = LayerCurve(words, 0, (Distance(0, 0, None, None, 0.25, 0.5),))
    found = Comparison((curve,), {key: torch.zeros(1, 3, 4)}, {words: (words, "")}, (words,))
    paint_differences(found, folder / "page.html")
    return (folder / "page.html").read_text("utf-8")


def study(words: str, folder: Path) -> str:
    grids = [shares(1, prone=4, pairs=6, seeds=8), shares(2, pairs=6, seeds=8)]
    measured = measured_of(grids, lambda prompt, seed: words)
    plan = measured.plan
    plan = replace(
        plan,
        model=replace(plan.model, name=words),
        origin=words,
        pairs=tuple(replace(p, name=f"{words} {p.name}", subject=words) for p in plan.pairs),
    )

    def picture_of(picture: PictureKey) -> Image.Image | None:
        return Image.new("RGB", (24, 16)) if picture.seed else None

    return study_page(
        conclude(replace(measured, plan=plan, lookers=(words,))),
        picture_of=picture_of,
        reading={words: True},
        checks={words: ReaderCheck(16, 1, 15, 14, 0.25, 0.2)},
        made={words: words},
    )


Maker = Callable[[str, Path], str]
PAGES: tuple[Maker, ...] = (table, batch, explorer, gallery, comparison, study)
every_page = pytest.mark.parametrize("make", PAGES, ids=lambda make: make.__name__)


@pytest.fixture(autouse=True)
def _few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SHUFFLES", 40)
    monkeypatch.setattr(statistics, "_FEWEST_SHUFFLES", 40)


@every_page
def test_nothing_a_page_is_told_becomes_part_of_it(make: Maker, tmp_path: Path) -> None:
    plain, hostile = PageParts(make(HARMLESS, tmp_path)), PageParts(make(HOSTILE, tmp_path))
    assert hostile.structure == plain.structure
    assert any(HOSTILE in text for text in hostile.texts), "it is told as it was written"
    assert not any("49" in text for text in hostile.texts if "7*7" in text)
    for data in hostile.data:
        assert not set(data) & set("<>&\u2028\u2029")
        json.loads(data)
    executed = [e.inside for e in hostile.all("script") if "type" not in e.attributes]
    assert executed == [e.inside for e in plain.all("script") if "type" not in e.attributes]


@every_page
@pytest.mark.parametrize("words", [HARMLESS, HOSTILE], ids=["harmless", "hostile"])
def test_a_page_may_run_and_show_its_own_parts_and_no_others(
    make: Maker, words: str, tmp_path: Path
) -> None:
    text = make(words, tmp_path)
    assert text.startswith("<!doctype html>")
    assert faults_of(text) == []


@every_page
def test_a_page_is_readable_on_a_phone_in_the_dark_and_on_paper(
    make: Maker, tmp_path: Path
) -> None:
    parts = PageParts(make(HARMLESS, tmp_path))
    (style,) = (element.inside for element in parts.all("style"))
    assert style.startswith((PACKAGE / "pages" / "style.css").read_text("utf-8"))
    for query in ("prefers-color-scheme: dark", "max-width: 560px", "@media print"):
        assert query in style
    assert any(e.attributes.get("name") == "viewport" for e in parts.all("meta"))
    assert len(parts.all("h1")) == 1
    ids = [e.attributes["id"] for e in parts.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    labels = [e.attributes[a] for e in parts.elements for a in ("aria-labelledby",)
              if a in e.attributes]  # fmt: skip
    assert set(labels) <= set(ids)


PLANTED = [
    ("<main>", '<main><p onclick="x()">', "inline handler onclick"),
    ("<main>", '<main><img src="data:image/png;base64," onerror=x()>', "inline handler onerror"),
    ("<main>", '<main><p style="color: red">', "an inline style"),
    ("<main>", '<main><img src="https://example.org/a.png">', "leads to https://example.org"),
    ("<main>", '<main><a href="javascript:x()">', "leads to javascript:x()"),
    ("<main>", '<link rel="stylesheet"><main>', "<link> fetches"),
    ("</body>", "<script>x()</script></body>", "not allow exactly the page's own script"),
    ("</script>\n</body>", ";a.innerHTML = x</script>\n</body>", "a script uses innerHTML"),
    ("</script>\n</body>", ";x()</script>\n</body>", "exactly the page's own script"),
    ("</style>", " </style>", "exactly the page's own style"),
    ("style-src ", "style-src &#39;unsafe-inline&#39; ", "exactly the page's own style"),
    ("script-src ", "script-src &#39;unsafe-inline&#39; ", "exactly the page's own script"),
    ("img-src ", "img-src https: ", "the policy says"),
    ("default-src &#39;none&#39;; ", "", "not everything is forbidden"),
    ("http-equiv=", "name=", "0 policies"),
]


@pytest.mark.parametrize(("found", "put", "fault"), PLANTED)
def test_a_planted_fault_is_seen(found: str, put: str, fault: str, tmp_path: Path) -> None:
    text = explorer(HARMLESS, tmp_path)
    assert text.count(found) == 1
    assert any(fault in seen for seen in faults_of(text.replace(found, put)))


def test_a_policy_after_the_style_is_seen(tmp_path: Path) -> None:
    text = gallery(HARMLESS, tmp_path)
    policy = re.search(r"<meta http-equiv.*>\n", text)
    assert policy
    late = text.replace(policy[0], "").replace("</head>", f"{policy[0]}</head>")
    assert faults_of(late) == ["the policy comes too late"]


def test_what_reads_rows_back_finds_where_they_stand(tmp_path: Path) -> None:
    text = batch(HOSTILE, tmp_path)
    assert text.count(ROWS_BEGIN) == 1
    rows, _, _ = text.partition(ROWS_BEGIN)[2].partition(ROWS_END)
    assert json.loads(rows)["rows"][0]["file"] == f"{HOSTILE}.png"


# --- how pages are written ----------------------------------------------------------------------

ROOMS = ("pages", "tables", "artifacts/batch", "lens", "studies")
TAGS = (
    "a|b|i|p|h[1-6]|ul|li|dl|dt|dd|div|span|section|details|summary|button|small|img|figure|"
    "table|thead|tbody|tr|th|td|svg|g|text|title|rect|line|circle|polygon|polyline|"
    "html|head|body|meta|style|script"
)
MARKUP = re.compile(rf"</?({TAGS})(\s[^<>]*)?>|<!doctype")
ROWS = {ROWS_BEGIN, ROWS_END}


def markup_in(source: str) -> list[str]:
    """List the texts in Python that look like markup, docstrings aside."""
    tree = ast.parse(source)
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in spoken)
    return [n.value for n in texts if isinstance(n.value, str) and MARKUP.search(n.value)]


def test_no_page_is_written_by_hand() -> None:
    files = [file for room in ROOMS for file in (PACKAGE / room).rglob("*.py")]
    assert len(files) > 100
    found = {str(f): markup_in(f.read_text("utf-8")) for f in files}
    assert {text for texts in found.values() for text in texts} == ROWS


def test_markup_written_by_hand_is_seen() -> None:
    assert markup_in('"""Say <b>it</b>."""\nx = f"<p>{y}</p>"') == ["<p>", "</p>"]
    assert markup_in("x = '<img src=x>'") == ["<img src=x>"]
    assert markup_in("x = 'a < b > c'") == []


def test_no_template_lets_anything_through_unescaped() -> None:
    templates = [f for room in ROOMS for f in (PACKAGE / room).rglob("*.html")]
    assert len(templates) > 8
    for file in templates:
        text = file.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", text), file
        assert not re.search(r"\son[a-z]+=|\sstyle=|https?:", text), file
