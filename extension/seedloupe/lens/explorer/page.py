"""The parts of the explorer, and all of them in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...pages import render_page, script_json
from .recorded_run import RecordedRun, explorer_document

_FOLDER = Path(__file__).parent
_SCRIPTS = ("cells.js", "show.js", "parts.js", "explorer.js")


def explorer_html() -> str:
    """Return the parts the explorer's script fills."""
    return (_FOLDER / "explorer.html").read_text("utf-8")


def explorer_css() -> str:
    """Return the explorer's style sheet."""
    return (_FOLDER / "explorer.css").read_text("utf-8")


def explorer_script() -> str:
    """Return the explorer's script: it defines ``openLens(element, told)`` and does no more."""
    return "\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS)


def explorer_page(runs: Sequence[RecordedRun]) -> str:
    """Return a self-contained page about one run, or about two side by side.

    Raises:
        InputError: as :func:`~.recorded_run.explorer_document` does.
    """
    told = script_json(explorer_document(runs))
    spec = runs[0].record.spec
    facts = (spec.model, spec.sampler, f"without: {spec.negative}" if spec.negative else "")
    return render_page(
        "lens/explorer/page.html",
        {"prompt": spec.prompt, "facts": tuple(filter(None, facts))},
        styles=("lens/explorer/page.css", "lens/explorer/explorer.css"),
        scripts=tuple(f"lens/explorer/{name}" for name in (*_SCRIPTS, "page.js")),
        told=(told,),
    )
