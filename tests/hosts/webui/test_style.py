"""The web UI's style sheet, in which one brace too few hides all that follows."""

from __future__ import annotations

import re
from pathlib import Path

STYLE = Path(__file__).parents[3] / "style.css"


def rules() -> list[tuple[str, str]]:
    """Every rule's selectors and declarations, comments left out."""
    text = re.sub(r"/\*.*?\*/", "", STYLE.read_text("utf-8"), flags=re.DOTALL)
    return [(head.strip(), body) for head, body in re.findall(r"([^{}]*)\{([^{}]*)\}", text)]


def test_every_rule_is_closed_before_the_next_begins() -> None:
    text = STYLE.read_text("utf-8")
    assert text.count("{") == text.count("}") == len(rules())


def test_every_selector_begins_with_our_name() -> None:
    for head, _ in rules():
        if head.startswith("@"):
            continue
        for selector in head.split(","):
            assert "seedloupe" in selector, selector
