from __future__ import annotations

import base64
import hashlib

from seedloupe.pages import content_policy


def hash_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_only_the_pages_own_style_and_script_are_allowed() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in content_policy("p { }", "1 + 1").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'sha256-{hash_of('p { }')}'"
    assert rules["script-src"] == f"'sha256-{hash_of('1 + 1')}'"
    assert rules["img-src"] == "data:"


def test_a_page_without_a_script_runs_none() -> None:
    assert "script-src" not in content_policy("p { }")
    assert "default-src 'none'" in content_policy("p { }")
