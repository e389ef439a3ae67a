"""What every test gets: one thread, no network, and random numbers that start the same."""

from __future__ import annotations

import gc
import ipaddress
import os
import random
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tiny_models import picture, tiny, tiny_folder, tiny_inpainter, tiny_xl

__all__ = ["picture", "tiny", "tiny_folder", "tiny_inpainter", "tiny_xl"]

# Read by libraries when they are first imported, so before any test module.
os.environ.update(
    {
        # Two threads on a busy two-core machine make a tiny U-Net several times slower.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        "TOKENIZERS_PARALLELISM": "false",
        # Subprocesses are out of reach of the fixture below; these keep them at home.
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
)


class RootIsNoPackage:
    """Keeps pytest from importing the repository's ``__init__.py``, which is ComfyUI's.

    pytest takes a folder with that file for a package and imports it under the folder's own name.
    A clone called ``seedloupe`` or ``torch`` would then stand in for the real package.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Dir | None:
        """Collect the repository as a plain folder."""
        return pytest.Dir.from_parent(parent, path=path) if path == parent.config.rootpath else None


class FewObjectsToWalk:
    """Takes what libraries and pytest itself have made out of every later garbage collection.

    Those are a million objects, and walking them is most of what a collection costs; measuring
    whether memory grows takes several.
    """

    tests, modules = 0, 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Look whether much has come since the last time."""
        if len(sys.modules) > self.modules + 100 or self.tests % 500 == 0:
            gc.collect()
            gc.freeze()
            self.modules = len(sys.modules)
        self.tests += 1


def pytest_configure(config: pytest.Config) -> None:
    """Register what a conftest below the repository's folder cannot do for that folder itself."""
    config.pluginmanager.register(RootIsNoPackage())
    config.pluginmanager.register(FewObjectsToWalk())


class NetworkBlockedError(Exception):
    """A test tried to leave this machine."""


def is_local(address: object) -> bool:
    """Tell whether a socket address stays on this machine."""
    if not isinstance(address, tuple):  # a Unix socket's path
        return True
    host = str(address[0]).partition("%")[0]
    try:
        return host in ("", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Let every attempt to reach another machine fail, name look-ups included."""

    def guarded(method: str) -> None:
        original = getattr(socket.socket, method)

        def call(self: socket.socket, *arguments: object) -> object:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address):
                raise NetworkBlockedError(f"{method} to {address!r}")
            return original(self, *arguments)

        patch.setattr(socket.socket, method, call)

    def look_up(host: object, *arguments: object, **options: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not is_local((name,)):
            raise NetworkBlockedError(f"look-up of {name!r}")
        return original_look_up(host, *arguments, **options)

    original_look_up = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            guarded(method)
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


@pytest.fixture
def nowhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path of this test's own under which there is nothing; a folder a test would take longer."""
    return tmp_path_factory.getbasetemp() / "nowhere" / f"{id(request.node):x}"


@pytest.fixture(autouse=True)
def _no_tables_of_the_user(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    """Keep the seed tables of whoever runs the tests out of them."""
    monkeypatch.delenv("SEEDLOUPE_TABLES", raising=False)
    for name in ("XDG_DATA_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(nowhere / "no user's folder"))
    monkeypatch.setenv("SEEDLOUPE_PICTURES", str(nowhere / "pictures"))


@pytest.fixture(autouse=True)
def tallies_stay_in_tests(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what tests count away from what whoever runs them has counted."""
    folder = nowhere / "text_tally"
    monkeypatch.setenv("SEEDLOUPE_TALLIES", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _same_random_numbers() -> None:
    """Start every test from the same global random state, in whatever order they run.

    Fresh layers draw their weights from it. Product code must not.
    """
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
