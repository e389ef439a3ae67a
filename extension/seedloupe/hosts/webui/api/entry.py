"""Who may ask: everybody where the web UI asks nobody, and else those who know a word.

The web UI guards its own API with ``--api-auth`` and its page with ``--gradio-auth``, and leaves
what extensions add open. Where either is set, ours want the API's name and password, or the key
that only the page has: whoever got the page has passed the web UI's own door.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from functools import cache
from hmac import compare_digest
from typing import Any

#: Where the page puts its key: in this header, or, for pictures, behind ``?key=``.
KEY_HEADER, KEY_QUERY = "x-seedloupe-key", "key"


@cache
def page_key() -> str:
    """Return the key of this start of the web UI; "Reload UI" keeps it."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Entry:
    """The door to our addresses.

    Attributes:
        open: whether everybody may ask.
        names: passwords by name, of the web UI's API.
        key: the page's.
    """

    open: bool
    names: tuple[tuple[str, str], ...]
    key: str

    @classmethod
    def of(cls, flags: Any, key: str) -> Entry:
        """Read the web UI's command line, its ``shared.cmd_opts``."""
        guards = ("api_auth", "gradio_auth", "gradio_auth_path")
        entries = str(getattr(flags, "api_auth", None) or "").split(",")
        names = (entry.strip().partition(":") for entry in entries)
        return cls(
            not any(getattr(flags, guard, None) for guard in guards),
            tuple((name, word) for name, colon, word in names if colon),
            key,
        )

    def admits(self, authorization: str, key: str) -> bool:
        """Tell whether somebody may ask.

        Args:
            authorization: the header of that name.
            key: what came as the page's key.
        """
        return self.open or _same(key, self.key) or self._knows(authorization)

    def _knows(self, authorization: str) -> bool:
        scheme, _, coded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            name, _, word = base64.b64decode(coded, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return False
        return any([_same(name, known) & _same(word, its) for known, its in self.names])


def _same(given: str, known: str) -> bool:
    # As bytes, for the comparison takes no other letters than those of ASCII.
    return compare_digest(given.encode("utf-8", "replace"), known.encode("utf-8", "replace"))
