"""Tables of latents with frames, with other channels, and what older readers make of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seedloupe.errors import NoiseError, TableError
from seedloupe.noise import NoiseResize, NoiseSource, ResizeWay
from seedloupe.tables import (
    MatchLevel,
    NoiseSpec,
    SeedTable,
    TableUse,
    match_table,
    merge_tables,
    read_table,
    verify_noise,
    write_table,
)

from ..seed_tables import SAMPLING, SHA256
from .files import join, spec_of, split, with_spec

CPU = NoiseSource()
VIDEO = (16, 5, 6, 10)


def drawn_at(table: SeedTable, shape: tuple[int, ...]) -> SeedTable:
    noise = NoiseSpec.drawn(CPU, shape, int(table.seeds[0]))
    return SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))


@pytest.mark.parametrize("shape", [VIDEO, (128, 6, 10), (48, 6, 10), (64, 6, 10)])
def test_a_table_of_any_drawn_shape_is_written_read_and_verified(
    table: SeedTable, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    path = tmp_path / "drawn.seedtable.safetensors"
    write_table(drawn_at(table, shape), path)
    read = read_table(path)
    assert read.spec.noise.shape == shape
    verify_noise(read)
    use = TableUse(CPU, shape, SHA256, SAMPLING)
    assert match_table(read, use).level is MatchLevel.EXACT


def test_one_frame_is_written_as_three_entries_that_older_readers_know(
    table: SeedTable, tmp_path: Path
) -> None:
    path = tmp_path / "frame.seedtable.safetensors"
    write_table(drawn_at(table, (16, 1, 6, 10)), path)
    header, _ = split(path.read_bytes())
    assert spec_of(header)["noise"]["shape"] == [16, 6, 10]
    assert header["__metadata__"]["version"] == "1"


def test_one_frame_read_as_four_entries_is_the_same_noise(table: SeedTable, tmp_path: Path) -> None:
    path = tmp_path / "frame.seedtable.safetensors"
    write_table(drawn_at(table, (16, 6, 10)), path)
    header, tensors = split(path.read_bytes())
    spec = spec_of(header)
    spec["noise"]["shape"] = [16, 1, 6, 10]
    path.write_bytes(join(with_spec(header, spec), tensors))
    read = read_table(path)
    assert read.spec.noise.shape == (16, 6, 10)
    for shape in ((16, 1, 6, 10), (16, 6, 10)):
        use = TableUse(CPU, shape, SHA256, SAMPLING)
        assert match_table(read, use).level is MatchLevel.EXACT


@pytest.mark.parametrize("shape", [[1, 4096, 64], [4096, 64], [16, 6], [2, 4, 6, 10]])
def test_packed_tokens_and_batches_are_no_shape_of_a_table(
    table: SeedTable, tmp_path: Path, shape: list[int]
) -> None:
    path = tmp_path / "packed.seedtable.safetensors"
    write_table(table, path)
    header, tensors = split(path.read_bytes())
    spec = spec_of(header)
    spec["noise"]["shape"] = shape
    path.write_bytes(join(with_spec(header, spec), tensors))
    with pytest.raises(TableError, match=r"spec\.noise\.shape: expected three positive whole"):
        read_table(path)
    with pytest.raises(NoiseError, match="shape"):
        TableUse(CPU, tuple(shape))


@pytest.mark.parametrize(
    ("shape", "advice"),
    [
        (
            (16, 6, 10),
            "Set the number of frames so that 5 latent frames are drawn, as for the table.",
        ),
        ((16, 4, 6, 10), "Set the number of frames"),
        ((48, 5, 6, 10), "Use a model of the table's kind"),
        ((16, 5, 6, 12), "Set width and height"),
    ],
)
def test_other_frames_channels_or_sizes_are_other_noise(
    table: SeedTable, shape: tuple[int, ...], advice: str
) -> None:
    match = match_table(drawn_at(table, VIDEO), TableUse(CPU, shape, SHA256, SAMPLING))
    assert match.level is MatchLevel.INVALID
    (reason,) = [line for line in match.reasons if line.startswith("noise.shape")]
    assert advice in reason


def test_a_grid_that_covers_one_frame_but_not_five_tells_them_apart(table: SeedTable) -> None:
    cells = 16 * 6 * 10
    grid, larger = NoiseSource.parse(f"cuda:{2 * cells}"), NoiseSource.parse("nv")
    for shape, level in (((16, 6, 10), MatchLevel.EXACT), (VIDEO, MatchLevel.INVALID)):
        noise = NoiseSpec.drawn(grid, shape, int(table.seeds[0]))
        made = SeedTable(table.seeds, table.tensors, replace(table.spec, noise=noise))
        assert match_table(made, TableUse(larger, shape, SHA256, SAMPLING)).level is level


def test_tables_of_other_frames_are_not_merged(table: SeedTable) -> None:
    with pytest.raises(TableError, match=r"noise\.shape"):
        merge_tables([drawn_at(table, VIDEO), drawn_at(table, (16, 4, 6, 10))])


def test_noise_of_several_frames_is_not_taken_to_another_size() -> None:
    with pytest.raises(NoiseError, match="shape"):
        NoiseResize(ResizeWay.STRETCH, VIDEO)  # type: ignore[arg-type]
