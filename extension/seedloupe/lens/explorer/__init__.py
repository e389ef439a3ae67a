"""The explorer: a recorded run as a page one can click, scrub and ask, without model or server."""

from .page import explorer_css, explorer_html, explorer_page, explorer_script
from .recorded_run import RecordedRun, explorer_json

__all__ = [
    "RecordedRun",
    "explorer_css",
    "explorer_html",
    "explorer_json",
    "explorer_page",
    "explorer_script",
]
