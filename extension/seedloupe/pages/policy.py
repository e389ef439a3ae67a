"""What a page allows itself."""

from __future__ import annotations

import base64
import hashlib


def content_policy(style: str, script: str = "") -> str:
    """Allow this very style and script, pictures within the page, and nothing else.

    Whatever a file's name or a text in it smuggles into the page can neither run nor call home. The
    style attribute of an element is forbidden, too: markup uses classes, and scripts set properties
    (``element.style.width``), which a policy does not see. What a script reads as JSON needs no
    leave, since a browser does not run it.

    Args:
        style: the page's only style sheet, as it stands between its tags.
        script: its only script, likewise; empty for a page without.
    """
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; {scripts}"
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
