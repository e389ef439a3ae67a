"""The page of findings, from folders of reports."""

from __future__ import annotations

import json
from pathlib import Path

from study_findings import page, read


def write(folder: Path, name: str, **other: object) -> None:
    document = {
        "study": name,
        "claim": {"says": f"{name} is\nso | not"},
        "holds": "undecided",
        "sentence": f"{name} was 0.5 (0.4 to 0.6).",
        "control": "Chance is 0.5.",
        "command": f"seedloupe study {name} --out here",
        "settings": {"model": "seedling"},
        **other,
    }
    (folder / name).mkdir()
    (folder / name / "report.json").write_text(json.dumps(document), "utf-8")


def test_findings_come_in_the_order_of_the_studies_and_rows_stay_whole(tmp_path: Path) -> None:
    write(tmp_path, "layers")
    write(tmp_path, "swap", holds="no")
    text = page(read(tmp_path))
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    swap = "| `swap` | swap is so \\| not **does not hold here** | swap was 0.5 (0.4 to 0.6). |"
    assert rows[0] == swap
    assert [row.split("`")[1] for row in rows] == ["swap", "layers"]
    assert text.count("seedloupe study ") == 2
