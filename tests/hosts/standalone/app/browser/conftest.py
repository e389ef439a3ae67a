"""One server and one browser for all of these tests; without Chromium they are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.tables import write_table

from .....chromium import MISSING, Chromium, Window, chromium, find_chromium
from .....services.test_table_fit import table_for
from .desk import Desk, desk, visit


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
