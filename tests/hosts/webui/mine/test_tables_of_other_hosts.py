"""A table mined in one host is found in the others: each looks where the others keep theirs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from seedloupe.hosts.standalone.cli.arguments import cli_table_folders
from seedloupe.services.mining_wish import TablePlace
from seedloupe.tables import Catalogue, MatchLevel, match_table, read_table, user_folders

from ....seed_tables import full_table
from ..conftest import Host

OF_HOST = {
    "demo": "tiny/mined",
    "ComfyUI": "mined/mine",
    "the web UI": "one",
}


def kept_by(host: Host, program: str) -> Path:
    """Keep a table where a program's own code says that its tables go."""
    own = host.folder / "home" / "seedloupe" / "seed_tables"
    table = full_table()
    if program == "demo":
        from seedloupe.hosts.standalone.app.main import _own_tables
        from seedloupe.hosts.standalone.app.mine.session import place_for

        model: Any = SimpleNamespace(name="tiny")
        place = place_for(_own_tables(), model, SimpleNamespace(name="mined"))  # type: ignore[arg-type]
    elif program == "ComfyUI":
        place = TablePlace(own / "mined", "mine")  # what its own test holds it to
    else:
        path = host.ours("mine.sessions").mining_runs().table("one")
        place = TablePlace(path.parent, "one")
    place.keep(table)
    assert place.table.is_relative_to(own)
    return place.table


@pytest.mark.parametrize("program", OF_HOST)
def test_every_host_finds_a_table_that_another_mined(host: Host, program: str) -> None:
    kept = kept_by(host, program)
    web_ui = host.ours("catalogue").webui_catalogue(str(host.folder / "models"), "")
    line_and_demo = Catalogue(cli_table_folders())
    in_comfyui = Catalogue(user_folders(os.environ, sys.platform, Path.home()))
    for catalogue in (web_ui, line_and_demo, in_comfyui):
        assert catalogue.paths()[OF_HOST[program]] == kept
        assert len(catalogue.read(OF_HOST[program])) == len(full_table())


def test_a_table_of_the_same_checkpoint_and_noise_can_be_used_elsewhere(host: Host) -> None:
    table = read_table(kept_by(host, "ComfyUI"))
    job = host.job(width=64, height=48)
    host.run(job)
    use = host.ours("use").use_of_processing(
        job,
        host.opts,
        host.module("devices").device,
        host.module("sd_samplers").find_sampler_config(job.sampler_name),
    )
    assert use.model_sha256 == table.spec.model.sha256
    assert match_table(table, use).level is not MatchLevel.INVALID
