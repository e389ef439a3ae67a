"""What a start of ComfyUI loads of the pack, and what waits until a node runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.lens.file import SUFFIX
from seedloupe.lens.record_view import ViewKind
from seedloupe.mining.scorers import builtin_scorers
from seedloupe.plugins import any_announced
from seedloupe.services.rated_pictures import LIKED

from ...outside_packages import SOUND, install
from ...seed_tables import full_table
from .conftest import FAKES, Host

PACKAGE = Path(__file__).parents[3] / "extension"
START = """
import asyncio, sys
sys.path[:0] = {paths!r}
from seedloupe.hosts.comfyui.extension import SeedloupeNodes
pack = SeedloupeNodes()
for node in asyncio.run(pack.get_node_list()):
    node.define_schema()
asyncio.run(pack.on_load())
print(*(name for name in sys.modules if name.startswith(("seedloupe", "rapid", "onnx", "easy"))))
"""
#: Of some 320 modules that all nodes need once they have run.
MOST_MODULES = 170


def test_a_start_loads_no_more_than_what_describes_the_nodes() -> None:
    source = START.format(paths=[str(FAKES), str(PACKAGE)])
    run = subprocess.run(
        [sys.executable, "-I", "-c", source], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert all(name.startswith("seedloupe") for name in loaded), "an engine was loaded"
    later = (
        "seedloupe.atlas",
        "seedloupe.lens",
        "seedloupe.metadata",
        "seedloupe.picking",
        "seedloupe.services",
    )
    listing = {"seedloupe.services", "seedloupe.services.concept_files"}  # names, for a choice
    assert not {name for name in loaded if name.startswith(later)} - listing
    assert len(loaded) <= MOST_MODULES


def test_what_stands_in_the_nodes_is_what_the_core_says(host: Host) -> None:
    assert tuple(kind.value for kind in ViewKind) == host.ours("nodes.lens_view")._VIEWS
    assert host.ours("nodes.lens_file")._SUFFIX == SUFFIX
    ours = host.ours("scorer_inputs")
    said = {name: ours.said_of(one) for name, one in builtin_scorers().entries.items()}
    assert dict(ours.KNOWN) == {name: words for name, words in said.items() if name != "features"}
    assert host.ours("schema").LIKED == LIKED


def test_readers_of_other_packages_can_be_chosen(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "loud" not in host.ours("readers").reader_choices()
    install(tmp_path, monkeypatch, "seedloupe-sound", SOUND)
    assert any_announced()
    host.ours("readers").known_readers.cache_clear()
    assert host.ours("readers").reader_choices()[-1] == "loud"


@pytest.mark.parametrize(
    ("sampler", "scheduler", "names"),
    [
        ("euler_a", "uniform", {"euler_a": "euler_ancestral", "uniform": "normal"}),
        ("DPM++ 2M Karras", None, {"DPM++ 2M Karras": "dpmpp_2m, scheduler karras"}),
        ("ddim", "uniform", {"ddim": "ddim", "uniform": "ddim_uniform"}),
        ("of my own", "uniform", {}),
    ],
)
def test_a_tables_sampler_is_told_in_the_hosts_names(
    host: Host, sampler: str, scheduler: str | None, names: dict[str, str]
) -> None:
    spec = full_table().spec
    sampling = replace(spec.sampling, sampler=sampler, scheduler=scheduler)
    assert host.ours("names").comfyui_names(replace(spec, sampling=sampling)) == names
