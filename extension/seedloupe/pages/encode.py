"""Values as they stand inside a page."""

from __future__ import annotations

import base64
import json

from markupsafe import Markup

#: What could end a script element or begin a comment in one.
_SIGNS = "<>&"


def script_json(value: object) -> Markup:
    r"""Return JSON that can neither end the script element it stands in nor begin another.

    A browser takes ``</script`` for the end of the element wherever it stands, and undoes no
    escapes such as ``&lt;`` in there; so the signs are written as JSON's own escapes, ``\u003c``.
    All beyond ASCII is, too: U+2028 and U+2029, which end a line of older JavaScript, and halves of
    surrogate pairs out of names of files, which UTF-8 cannot hold.

    Args:
        value: of JSON's types.

    Raises:
        ValueError: a number is NaN or infinite, for which JSON has no word.
    """
    text = json.dumps(value, allow_nan=False, ensure_ascii=True)
    for sign in _SIGNS:
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def data_address(content: bytes, kind: str) -> str:
    """Return an address that is the file itself.

    Args:
        content: of the file.
        kind: its media type, ``image/png``.
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
