"""The lens's addresses: what forms now, a run as a page, and its file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ....lens.explorer import RecordedRun, explorer_page
from ....lens.file import SUFFIX, write_lens
from ..api.route import Answer, Asked, NotThereError, Route
from ..api.values import text_value, whole_value
from .runs import PictureRun
from .state import kept_runs, live_strip

_MOST_VERSIONS = 10**12


def lens_routes() -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route("lens/live", live, "Layers of the picture that forms in a job, as pictures"),
        Route("lens/runs", runs, "Pictures under the lens that can still be looked into"),
        Route("lens/page", page, "A run, or two side by side, as a page to ask"),
        Route("lens/file", file, "A run as a lens file"),
    )


def live(asked: Asked) -> Answer:
    """Answer the page that waits for a job; one that knows another job learns nothing of it."""
    task = text_value(asked, "task")
    known = whole_value(asked, "since", default=_MOST_VERSIONS, most=_MOST_VERSIONS)
    return Answer.of(live_strip().told(task, since=known))


def runs(asked: Asked) -> Answer:
    """List the runs, the newest first."""
    del asked
    listed = [
        {"run": run.id, "title": run.title, "seed": run.seed, "notes": list(run.notes)}
        for run in kept_runs().newest_first()
    ]
    return Answer.of({"runs": listed})


def page(asked: Asked) -> Answer:
    """Show a run, and another beside it if one is named."""
    names = [text_value(asked, "run"), text_value(asked, "other", default="")]
    found = [_run(name) for name in dict.fromkeys(names) if name]
    html = explorer_page([RecordedRun(run.record(), run.picture, name=_name(run)) for run in found])
    return Answer(html.encode(), "text/html; charset=utf-8")


def file(asked: Asked) -> Answer:
    """Return a run as a file to save."""
    run = _run(text_value(asked, "run"))
    with tempfile.TemporaryDirectory() as folder:
        path = write_lens(Path(folder) / f"run{SUFFIX}", run.record())
        content = path.read_bytes()
    return Answer(content, "application/octet-stream", file_name=f"seed-{run.seed}{SUFFIX}")


def _name(run: PictureRun) -> str:
    return " · ".join(filter(None, (f"seed {run.seed}" if run.seed else "", run.sampling.part)))


def _run(name: str) -> PictureRun:
    found = kept_runs().by_id(name)
    if found is None:
        advice = "Draw the picture again with the lens on, or open its lens file."
        raise NotThereError(
            "run", expected="a run that is kept", got=f"{name!r:.40}", advice=advice
        )
    return found
