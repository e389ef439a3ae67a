from __future__ import annotations

from seedloupe.pages import content_policy

from .inline_parts import hash_of, rules_of


def test_only_the_pages_own_style_and_script_are_allowed() -> None:
    rules = rules_of(content_policy("p { }", "1 + 1"))
    assert rules["default-src"] == ("'none'",)
    assert rules["style-src"] == (hash_of("p { }"),)
    assert rules["script-src"] == (hash_of("1 + 1"),)
    assert rules["img-src"] == ("data:",)


def test_the_hash_is_the_one_the_standard_gives_as_its_example() -> None:
    # Content Security Policy Level 3, "Usage of 'hash-source'": a script of these very characters.
    script = "alert('Hello, world.');"
    expected = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert rules_of(content_policy("", script))["script-src"] == (expected,)


def test_a_page_without_a_script_runs_none() -> None:
    assert "script-src" not in content_policy("p { }")
    assert "default-src 'none'" in content_policy("p { }")
