"""Whether another card draws the same noise, counted before anything is drawn."""

from __future__ import annotations

import math

import pytest

from seedloupe.errors import NoiseError
from seedloupe.noise import (
    CARDS,
    CPU_NOISE,
    NV_NOISE,
    USUAL_SIZES,
    NoiseSource,
    NoiseStream,
    find_card,
    grid_threads,
    percent,
    portability,
)

T4, RTX_3060, RTX_4090 = (NoiseSource.parse(f"cuda:{grid}") for grid in (40960, 43008, 196608))


@pytest.mark.parametrize("here", ["nv", "cuda:256", "cuda:512", "cuda:1024"])
@pytest.mark.parametrize("there", ["nv", "cuda:256", "cuda:512", "cuda:1024"])
@pytest.mark.parametrize("shape", [(1, 16, 16), (1, 257, 1), (3, 20, 11), (4, 20, 20), (5, 31, 27)])
def test_the_shares_are_those_of_the_values_drawn(
    here: str, there: str, shape: tuple[int, int, int]
) -> None:
    sources = NoiseSource.parse(here), NoiseSource.parse(there)
    found = portability(shape, sources[0], elsewhere=sources[1])
    first, second = (NoiseStream(5, source) for source in sources)
    for said in (found.differing, found.differing_later, found.differing_later):
        assert float((first.draw(shape) != second.draw(shape)).double().mean()) == pytest.approx(
            said
        )


@pytest.mark.parametrize(
    ("grid", "shares"),
    [
        (40960, (0, 0, 0.375, 0.84375)),
        (43008, (0, 0, 0.34375, 0.8359375)),
        (71680, (0, 0, 0, 0.7265625)),
        (125952, (0, 0, 0, 0.51953125)),
        (196608, (0, 0, 0, 0.25)),
        (270336, (0, 0, 0, 0)),
    ],
)
def test_usual_sizes_are_as_portable_as_measured_cards_say(
    grid: int, shares: tuple[float, ...]
) -> None:
    source = NoiseSource.parse(f"cuda:{grid}")
    found = tuple(portability(size.shape, source).differing for size in USUAL_SIZES)
    assert found == shares


@pytest.mark.parametrize("source", [CPU_NOISE, NV_NOISE])
def test_noise_without_a_card_is_the_same_everywhere(source: NoiseSource) -> None:
    found = portability((16, 128, 128), source)
    assert (found.differing, found.differing_later, found.elsewhere) == (0, 0, source)
    assert found.sentence == f"{source.label.upper()} noise is the same on every machine."


def test_the_first_value_beyond_the_grid_differs_and_no_earlier_one() -> None:
    assert portability((1, 1, 40960), T4).differing == 0
    assert portability((1, 1, 40961), T4).differing == 1 / 40961


def test_a_small_card_is_told_in_a_sentence_what_differs_and_what_to_do() -> None:
    assert portability((4, 128, 128), RTX_3060).sentence == (
        "34% of the noise differs from NV noise: 43,008 threads draw 65,536 values. "
        "Draw with cpu or nv instead."
    )
    assert portability((4, 64, 64), RTX_3060).sentence == (
        "All 16,384 values are those of NV noise, as on every card of 16,384 threads or more."
    )
    assert "and all of an ancestral sampler's later noise" in (
        portability((16, 128, 128), RTX_3060).sentence
    )


def test_two_cards_agree_up_to_the_smaller_grid_whichever_asks() -> None:
    there = portability((4, 128, 128), RTX_3060, elsewhere=RTX_4090)
    back = portability((4, 128, 128), RTX_4090, elsewhere=RTX_3060)
    assert there.differing == back.differing == 1 - 43008 / 65536
    assert "43,008 threads draw 65,536" in there.sentence
    assert "43,008 threads draw 65,536" in back.sentence
    assert "differs from cuda:43008 noise" in back.sentence


def test_cards_of_one_grid_agree_on_everything() -> None:
    found = portability((16, 128, 128), T4, elsewhere=T4)
    assert (found.differing, found.differing_later) == (0, 0)
    assert "every card of as many threads" in found.sentence


def test_cpu_and_card_have_nothing_in_common() -> None:
    found = portability((4, 8, 6), CPU_NOISE, elsewhere=T4)
    assert (found.differing, found.differing_later) == (1, 1)
    assert "nothing in common" in found.sentence


@pytest.mark.parametrize(
    ("processors", "threads", "grid"),
    [(40, 1024, 40960), (58, 1536, 89088), (132, 2048, 270336), (10, 1100, 10240)],
)
def test_the_grid_of_a_card_is_its_processors_times_their_blocks(
    processors: int, threads: int, grid: int
) -> None:
    assert grid_threads(processors, threads) == grid


@pytest.mark.parametrize(("processors", "threads"), [(0, 1024), (40, 255), (40, 0), (-1, 1024)])
def test_a_card_without_a_block_is_no_card(processors: int, threads: int) -> None:
    with pytest.raises(NoiseError, match="at least one multiprocessor of 256 threads"):
        grid_threads(processors, threads)


@pytest.mark.parametrize(
    ("name", "grid"),
    [
        ("NVIDIA GeForce RTX 3060", 43008),
        ("rtx 3060", 43008),
        ("3060", 43008),
        ("T4", 40960),
        ("H100-SXM", 270336),
        ("RTX 4090", 196608),
        ("RTX 3090", 125952),
        ("NVIDIA L4", 89088),
    ],
)
def test_cards_are_found_by_what_people_and_drivers_call_them(name: str, grid: int) -> None:
    assert find_card(name).source.grid_threads == grid


@pytest.mark.parametrize("name", ["RTX 3060 Laptop GPU", "RTX 306", "", "nvidia", "H100"])
def test_a_card_of_another_name_is_not_guessed(name: str) -> None:
    with pytest.raises(NoiseError, match=r"card: expected one of GTX 1060.*as a grid"):
        find_card(name)


def test_no_two_cards_of_the_list_answer_to_one_name() -> None:
    assert [find_card(card.name) for card in CARDS] == list(CARDS)


def test_every_card_of_the_list_runs_whole_blocks() -> None:
    for card in CARDS:
        assert card.source.grid_threads == card.sm_count * card.threads_per_sm


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (1e-9, "under 1%"), (0.344, "34%"), (0.99999, "over 99%"), (1, "100%")],
)
def test_only_nothing_and_everything_are_rounded_to_that(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_noise_nobody_could_draw_has_no_verdict() -> None:
    with pytest.raises(NoiseError, match="shape"):
        portability((4, 0, 8), T4)
    assert math.prod(USUAL_SIZES[0].shape) == 4 * 64 * 64
