"""One full table, in memory and as a file."""

from __future__ import annotations

import pytest

from seedloupe.tables import SeedTable, write_table

from ..seed_tables import full_table


@pytest.fixture(scope="session")
def table() -> SeedTable:
    return full_table()


@pytest.fixture(scope="session")
def coded(table: SeedTable, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("table") / "full.seedtable.safetensors"
    write_table(table, path)
    return path.read_bytes()
