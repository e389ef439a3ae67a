"""The parts of the explorer, and all of them in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from .recorded_run import RecordedRun, explorer_json

_FOLDER = Path(__file__).parent
_SCRIPTS = ("cells.js", "show.js", "parts.js", "explorer.js")

#: Everything is inside the file, and nothing else may be fetched.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

_PAGE = """<!doctype html>
<html lang="en" class="sl-lens-page">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{css}</style>
<h1>{title}</h1>
<p class="sl-lens-facts">{facts}</p>
<div id="explorer">{html}</div>
<script>
{script}
openLens(document.getElementById("explorer"), {json});
</script>
</html>
"""


def explorer_html() -> str:
    """Return the parts the explorer's script fills."""
    return (_FOLDER / "explorer.html").read_text("utf-8")


def explorer_css() -> str:
    """Return the explorer's style sheet."""
    return (_FOLDER / "explorer.css").read_text("utf-8")


def explorer_script() -> str:
    """Return the explorer's script: it defines ``openLens(element, told)`` and does no more."""
    return "\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS)


def explorer_page(specimens: Sequence[RecordedRun]) -> str:
    """Return a self-contained page about one run, or about two side by side.

    Raises:
        InputError: as :func:`~.specimen.explorer_json` does.
    """
    spec = specimens[0].record.spec
    facts = [spec.model, spec.sampler, f"without: {spec.negative}" if spec.negative else ""]
    # Inside a script element only "<" can begin what a browser takes for markup.
    told = explorer_json(specimens).replace("<", "\\u003c")
    return _PAGE.format(
        title=escape(spec.prompt or "Lens"),
        policy=_POLICY,
        css=explorer_css(),
        facts=escape(" · ".join(filter(None, facts))),
        html=explorer_html(),
        script=explorer_script(),
        json=told,
    )
