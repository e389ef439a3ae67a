"""Templates: what is put into them is escaped, and what is missing is an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from markupsafe import Markup

from seedloupe.pages import render, render_page, script_json, stream_page

from .inline_parts import PageParts, faults_of

SHEET = "lens/sheet_page.html"
WORDS = {"title": "t", "words": "w", "alt": "a", "address": "data:image/png;base64,"}


def test_what_is_put_into_a_template_is_text() -> None:
    hostile = """</h1><script>alert(1)</script>{{ 7 * 7 }}" onload='x'"""
    parts = PageParts(render_page(SHEET, {**WORDS, "title": hostile, "alt": hostile}))
    assert parts.structure == PageParts(render_page(SHEET, WORDS)).structure
    assert parts.texts.count(hostile) == 2  # the head's title and the page's
    assert parts.all("img")[0].attributes["alt"] == hostile


def test_a_name_the_template_does_not_get_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="words"):
        render_page(SHEET, {"title": "t", "alt": "a", "address": ""})


def test_templates_come_from_the_package_alone() -> None:
    for name in ("../../README.md", "/etc/hostname", "no.html"):
        with pytest.raises(TemplateNotFound):
            render_page(name, {})


def test_style_made_for_one_page_is_allowed_by_its_hash_too() -> None:
    text = render_page(SHEET, WORDS, drawn=".a { color: red }")
    assert ".a { color: red }" in PageParts(text).all("style")[0].inside
    assert faults_of(text) == []


@pytest.mark.parametrize("style", ["</style>", "</STYLE x", "a<!--"])
def test_style_that_would_end_its_element_is_refused(style: str) -> None:
    with pytest.raises(ValueError, match="would end its style element"):
        render_page(SHEET, WORDS, drawn=style)


def test_a_page_is_made_a_part_at_a_time() -> None:
    asked = []

    def rows() -> Iterator[Markup]:
        for row in range(3):
            asked.append(row)
            yield script_json(row)

    page = iter(stream_page(SHEET, WORDS, scripts=("lens/explorer/page.js",), told=rows()))
    head = next(part for part in page if "sheet" in part)
    assert head
    assert asked == []
    first = next(part for part in page if part == "0")
    assert (first, asked) == ("0", [0])


def test_the_environment_is_strict_and_escapes() -> None:
    environment = render._environment()
    assert environment.autoescape is True
    assert not environment.auto_reload
