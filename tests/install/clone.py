"""A copy of the repository whose pip, pytest and seedloupe only write down their calls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Writes down what it was asked, then ends as the test wants it to.
FAKE = """
import json, os, pathlib, sys
package = pathlib.Path(__file__).parent.name
record = {"package": package, "arguments": sys.argv[1:], "cwd": os.getcwd()}
with open(os.environ["RECORD"], "a") as file:
    file.write(json.dumps(record) + "\\n")
print(os.environ.get("SAYS", ""))
sys.exit(int(os.environ.get("ENDS", 0)))
"""


@dataclass(frozen=True)
class Clone:
    """The copy, with an environment of its own, and where the calls are written down."""

    root: Path
    record: Path

    @property
    def python(self) -> Path:
        return self.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run(
        self, *arguments: str, python: Path | None = None, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python or base_python(), self.root / "install.py", *arguments],
            cwd=cwd or self.root,
            env={**os.environ, "RECORD": str(self.record), **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def records(self) -> list[dict[str, str]]:
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [json.loads(line) for line in lines]

    def calls(self) -> list[list[str]]:
        """What ran so far, each as the package's name and its arguments."""
        return [[record["package"], *record["arguments"]] for record in self.records()]


def base_python() -> Path:
    """The Python behind the environment these tests run in."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def copy_repository(root: Path) -> None:
    root.mkdir(parents=True)
    for name in ("__init__.py", "install.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for file in ROOT.glob("requirements.*"):
        shutil.copy(file, root)


def make_clone(folder: Path) -> Clone:
    # A trap twice over: a space in the path, and a folder called like the package inside it.
    root = folder / "a folder" / "seedloupe"
    copy_repository(root)
    run = [base_python(), "-m", "venv", "--without-pip", root / ".venv"]
    subprocess.run(run, check=True, capture_output=True)
    (packages,) = (root / ".venv").rglob("site-packages")
    for name in ("pip", "pytest", "seedloupe"):
        (packages / name).mkdir()
        (packages / name / "__init__.py").touch()
        (packages / name / "__main__.py").write_text(FAKE)
    return Clone(root, folder / "record")
