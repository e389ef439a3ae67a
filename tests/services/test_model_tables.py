from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import TableError
from seedloupe.noise import NoiseSource
from seedloupe.services.model_tables import table_of_model
from seedloupe.tables import (
    SUFFIX,
    Catalogue,
    NoiseSpec,
    Status,
    TableUse,
    write_table,
)

from ..seed_tables import MODEL, SAMPLING, make_table

SHAPE = (4, 6, 8)
USE = TableUse(NoiseSource(), SHAPE, MODEL.sha256, SAMPLING, model_name="stand-in")


def add(folder: Path, name: str, *, shape: tuple[int, ...] = SHAPE, sha: str | None = None) -> None:
    table = make_table({"alignment": [1, 2, 3]})
    noise = NoiseSpec.drawn(NoiseSource(), shape, int(table.seeds[0]))
    model = replace(MODEL, sha256=sha or MODEL.sha256)
    spec = replace(table.spec, noise=noise, model=model, sampling=SAMPLING)
    write_table(replace(table, spec=spec), folder / f"{name}{SUFFIX}")


def test_the_models_table_that_fits_best_is_found(tmp_path: Path) -> None:
    add(tmp_path, "a-other-model", sha="cd" * 32)
    add(tmp_path, "b-other-size", shape=(4, 8, 8))
    add(tmp_path, "c-fits")
    assert table_of_model(Catalogue([tmp_path]), USE) == "c-fits"


def test_its_table_of_another_size_is_better_than_none(tmp_path: Path) -> None:
    add(tmp_path, "a-other-model", sha="cd" * 32)
    add(tmp_path, "b-other-size", shape=(4, 8, 8))
    assert table_of_model(Catalogue([tmp_path]), USE) == "b-other-size"


def test_another_models_table_is_none(tmp_path: Path) -> None:
    add(tmp_path, "a-other-model", sha="cd" * 32)
    with pytest.raises(TableError, match="a table made with stand-in, got none"):
        table_of_model(Catalogue([tmp_path]), USE)


def test_published_numbers_are_none(tmp_path: Path) -> None:
    table = make_table({"alignment": [1, 2, 3]})
    origin = replace(table.spec.provenance, status=Status.PUBLISHED)
    spec = replace(table.spec, provenance=origin)
    write_table(replace(table, spec=spec), tmp_path / f"theirs{SUFFIX}")
    with pytest.raises(TableError, match="got none"):
        table_of_model(Catalogue([tmp_path]), USE)


def test_of_a_model_nobody_knows_none_is_found(tmp_path: Path) -> None:
    add(tmp_path, "fits")
    with pytest.raises(TableError, match="hash is not known"):
        table_of_model(Catalogue([tmp_path]), replace(USE, model_sha256=None))


def test_a_broken_file_hides_no_sound_one(tmp_path: Path) -> None:
    (tmp_path / f"a-broken{SUFFIX}").write_bytes(b"nothing")
    add(tmp_path, "fits")
    assert table_of_model(Catalogue([tmp_path]), USE) == "fits"
