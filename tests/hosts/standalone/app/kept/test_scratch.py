from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seedloupe.hosts.standalone.app.kept.scratch import scratch_folder

HOLDS = """
import time
from seedloupe.hosts.standalone.app.kept.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "upload.png").write_bytes(b"")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_what_was_uploaded_goes_with_the_block_and_signals_are_as_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with scratch_folder() as folder:
        (folder / "upload.png").write_bytes(b"")
    assert not folder.exists()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.skipif(os.name == "nt", reason="Windows ends programs without asking them")
def test_nothing_is_left_when_the_system_ends_the_app(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLDS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        folder = Path(running.stdout.readline().decode().strip())
        assert (folder / "upload.png").exists()
        running.terminate()
        assert running.wait(20) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
