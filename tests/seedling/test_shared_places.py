"""A seed puts things in the same place in Seedling's U-Net and in its transformer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seedloupe.tables import bundled_folder, find_table, read_table


def columns(name: str) -> NDArray[np.floating]:
    """Where each of the first 64 seeds puts things, off where all seeds put them."""
    table = read_table(find_table(name, [bundled_folder()]))
    assert table.seeds[:64].tolist() == list(range(64))
    places = table.feature("composition")[:64].reshape(64, -1, 4)[..., 0]
    places = places[:, np.isfinite(places).any(0)]  # of kinds that the prompts name
    moved: NDArray[np.floating] = np.nanmean(places - np.nanmean(places, 0), 1)
    return moved


def test_tables_of_both_networks_agree_on_where_a_seed_puts_things() -> None:
    both = [columns(f"{name}-cpu-128x128") for name in ("seedling", "seedling-dit")]
    numbers = np.random.default_rng(0)
    shuffled = [np.corrcoef(both[0], numbers.permutation(both[1]))[0, 1] for _ in range(200)]
    assert np.corrcoef(*both)[0, 1] > 0.7 > 1.5 * max(shuffled)
