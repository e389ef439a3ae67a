"""What the studies of a folder found, as a page for the documentation.

    seedloupe study all --quick --out studies
    python benchmarks/study_findings.py studies > docs/studies-found.md

Reads every ``report.json`` in the folder, in the order of the studies' names, and prints Markdown:
a table with a sentence and a verdict each, then what the controls gave, and the commands.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from seedloupe.studies.names import StudyName

VERDICTS = {"yes": "holds here", "no": "does not hold here", "undecided": "undecided"}


def main() -> None:
    """Read and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    found = read(parser.parse_args().folder)
    sys.stdout.write(page(found))


def read(folder: Path) -> list[dict[str, Any]]:
    """Return the documents of all studies below ``folder``."""
    reports = [folder / name.value / "report.json" for name in StudyName]
    return [json.loads(report.read_text("utf-8")) for report in reports if report.is_file()]


def page(found: list[dict[str, Any]]) -> str:
    """Return the page."""
    models = sorted({str(one["settings"]["model"]) for one in found})
    lines = [
        "# What the studies found on Seedling",
        "",
        f"Model: {', '.join(models)}. `python benchmarks/study_findings.py studies` wrote this "
        "page from the reports of the commands below; figures in brackets are 95 % intervals.",
        "",
        "| study | the claim | what was found |",
        "|---|---|---|",
        *(_row(one) for one in found),
        "",
        "## Controls",
        "",
        *(f"- `{one['study']}`: {_inline(one['control'])}" for one in found),
        "",
        "## Commands",
        "",
        "```bash",
        *dict.fromkeys(str(one["command"]) for one in found),
        "```",
    ]
    return "\n".join(lines) + "\n"


def _row(one: dict[str, Any]) -> str:
    claim = f"{_inline(one['claim']['says'])} **{VERDICTS[one['holds']]}**"
    return f"| `{one['study']}` | {claim} | {_inline(one['sentence'])} |"


def _inline(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
