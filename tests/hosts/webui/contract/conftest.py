"""The same tests in the three stand-ins and, where an address is given, in a live web UI."""

from __future__ import annotations

import os

import pytest

from ..conftest import Host
from .backends import Live, StandIn

URL = os.environ.get("SEEDLOUPE_WEBUI_URL", "")
_live: list[Live] = []


@pytest.fixture(params=["stand-in", "live"])
def web_ui(request: pytest.FixtureRequest, host: Host) -> StandIn | Live:
    if request.param == "stand-in":
        return StandIn(host)
    if host.variant != "a1111":
        pytest.skip("the live web UI is asked once")
    if not URL:
        pytest.skip("no live web UI: SEEDLOUPE_WEBUI_URL is not set")
    if not _live:
        _live.append(Live(URL))
    return _live[0]
