"""One server and one browser for all of these tests; without Chromium they are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.tables import write_table

from .....chromium import MISSING, Chromium, Window, chromium, find_chromium
from .....services.test_table_fit import table_for
from .desk import Desk, desk, visit

HERE = Path(__file__).parent
TRIES = 3


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Try a failing test of this folder again in a new window.

    Now and then, more often on a busy machine, a page never hears an answer that the server has
    long given: its workers idle, and Gradio's script goes on waiting. A fault of ours fails each
    time.
    """
    if HERE not in item.path.parents:
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for left in reversed(range(TRIES)):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if not left or not any(report.failed for report in reports):
            break
        item._initrequest()  # fixtures anew
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if find_chromium() is None:
        pytest.skip(MISSING)
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="session")
def served(
    browser: Chromium, tiny: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The app with stand-ins for sampler and reader, and a table for its tiny model."""
    folder = tmp_path_factory.mktemp("desk")
    table = folder / "tables" / "tiny" / "t.seedtable.safetensors"
    table.parent.mkdir(parents=True)
    write_table(table_for(tiny), table)
    with desk(folder, tiny, folder / "tables") as started:
        yield started


@pytest.fixture
def window(browser: Chromium, served: Desk) -> Iterator[Window]:
    """A fresh window with the page in it; nothing it asked for left this machine."""
    opened = browser.open()
    served.pace.seconds = 0.0
    yield visit(opened, served)
    opened.close()
    outside = [url for url in opened.requests if not is_ours(url, served.address)]
    assert outside == []
    assert opened.errors == []


def is_ours(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:", "about:"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture that says nothing of itself."""
    from PIL import Image

    Image.new("RGB", (24, 16), "grey").save(tmp_path / "grey.png")
    return tmp_path / "grey.png"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the server's own threads warn: what Gradio calls there is not ours to mend."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
