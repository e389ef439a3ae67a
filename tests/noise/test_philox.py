"""Philox noise is what a card draws: the bijection, the transform, the order of the elements.

Nothing here ran on a card of ours. The oracles are the paper's known answers, a second
implementation (``cards.py``), and values that owners of cards printed in public reports.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seedloupe.noise import NoiseSource, NoiseStream, Rng, initial_noise
from seedloupe.noise.philox import PhiloxNormals, philox4x32

from .cards import BLOCK, CardGenerator, normal4, philox

NV = NoiseSource(Rng.PHILOX)
SEEDS = [0, 1, 2**32 - 1, 2**32, 2**53 - 1, 2**64 - 1]

#: The "philox4x32 10" lines of Random123's known answers: counter, key, result.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_the_bijection_gives_the_known_answers(counter: str, key: str, answer: str) -> None:
    first, second = words(key)
    column = np.array(words(counter), np.uint32)[:, None]
    assert philox4x32(column, (first, second))[:, 0].tolist() == words(answer)
    assert list(philox(tuple(words(counter)), (first, second))) == words(answer)  # type: ignore[arg-type]


def test_the_bijection_is_that_of_the_second_implementation_for_any_counter() -> None:
    counters = np.random.default_rng(0).integers(0, 2**32, (4, 50), dtype=np.uint32)
    counters[:, :4] = np.array([0, 1, 2**31, 2**32 - 1], np.uint32)
    before = counters.copy()
    found = philox4x32(counters, (2**32 - 1, 7))
    assert np.array_equal(counters, before)
    for column, result in zip(counters.T.tolist(), found.T.tolist(), strict=True):
        assert tuple(result) == philox(tuple(column), (2**32 - 1, 7))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_draw_after_draw_is_what_the_kernel_of_a_small_card_writes(seed: int, blocks: int) -> None:
    card, ours = CardGenerator(seed, blocks), PhiloxNormals(seed, blocks * BLOCK)
    for count in (1, 255, 4 * BLOCK * blocks, 4 * BLOCK * blocks + 1, 3000, 700):
        np.testing.assert_allclose(ours.normals(count), card.randn(count), rtol=0, atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_limit_each_element_is_the_first_number_of_its_own_thread(seed: int) -> None:
    ours = PhiloxNormals(seed)
    for draw in range(3):
        drawn = ours.normals(2**15 + 3)
        for element in (0, 1, 255, 2**14 - 1, 2**14, 2**15 + 2):
            assert drawn[element] == pytest.approx(next(normal4(seed, element, draw)), abs=1e-6)


@pytest.mark.parametrize("count", [2**14 - 1, 2**14 + 1, 3 * 2**14 + 5])
def test_a_grid_larger_than_what_is_computed_together_has_no_seam(count: int) -> None:
    threads = 2**14 + 512
    drawn = PhiloxNormals(9, threads).normals(count)
    for element in {0, 2**14 - 1, 2**14, threads - 1, threads, 2 * threads, count - 1}:
        if element < count:
            lane, thread = divmod(element, threads)
            value = list(normal4(9, thread, 0))[lane]
            assert drawn[element] == pytest.approx(value, abs=1e-6)


def test_the_web_uis_reference_values_hold() -> None:
    drawn = initial_noise(0, (1, 3, 4), source=NV).numpy()
    expected = [
        [-0.92466259, -0.42534415, -2.6438457, 0.14518388],
        [-0.12086647, -0.57972564, -0.62285122, -0.32838709],
        [-1.07454231, -0.36314407, -1.67105067, 2.26550497],
    ]
    np.testing.assert_allclose(drawn[0], expected, rtol=0, atol=1e-6)
    value = float(initial_noise(101, (4, 64, 64), source=NV)[0, 0, 0])
    assert value == pytest.approx(-0.853001, abs=1e-6)


def report(
    card: str, grid: int, seed: int, size: tuple[int, ...], values: dict[tuple[int, ...], float]
) -> object:
    return pytest.param(grid, seed, size, values, id=card)


@pytest.mark.parametrize(
    ("grid", "seed", "size", "values"),
    [
        # pytorch/pytorch#143086, torch 2.5.1: more elements than ten waves hold.
        report("A100", 108 * 2048, 1, (9483264,),
               {(0,): -0.2963, (1,): 2.6764, (2,): -0.1408,
                (-3,): 0.1549, (-2,): -0.6797, (-1,): -0.1656}),
        report("H100 SXM", 132 * 2048, 1, (9483264,),
               {(0,): -0.2963, (1,): 2.6764, (2,): -0.1408,
                (-3,): -0.6970, (-2,): -0.7780, (-1,): 0.3267}),
        # pytorch/pytorch#158398, torch 2.7.1: the last elements are fourth outputs.
        report("RTX 3060", 28 * 1536, 42, (64, 2048),
               {(0, 0): 0.1940, (2, -1): -0.6955, (-3, 0): -0.4861, (-3, 1): 0.3358,
                (-3, -1): 0.1318, (-2, 2): -1.1424, (-2, -1): -0.4091, (-1, 0): -1.2356,
                (-1, 1): -0.4083, (-1, -2): 1.2850, (-1, -1): -0.0282}),
        # pytorch/pytorch#97097, torch 2.0.0: normal_(5, 5**.5), here as unit normals.
        report("RTX A4000", 48 * 1536, 14, (1000, 100),
               {(place[0], place[1]): (value - 5) / 5**0.5 for place, value in {
                   (0, 0): 2.8731, (2, -1): 3.3063, (-3, 0): 8.6297, (-3, 1): 2.3137,
                   (-2, 0): 7.0551, (-2, -1): 4.2042, (-1, 0): 2.7337, (-1, 1): 2.2106,
                   (-1, -2): 6.5395, (-1, -1): 4.2604}.items()}),
        # pytorch/pytorch#62467: below this card's limit, beyond that of the one beside it.
        report("RTX A6000", 84 * 1536, 43, (3, 128, 128),
               {(0, 0, 0): 1.9983, (1, 0, 0): 0.8704, (2, 0, 0): 2.1127}),
    ],
)  # fmt: skip
def test_values_printed_by_owners_of_real_cards_are_drawn(
    grid: int, seed: int, size: tuple[int, ...], values: dict[tuple[int, ...], float]
) -> None:
    drawn = NoiseStream(seed, NoiseSource(Rng.PHILOX, grid)).draw(size).numpy()
    for place, value in values.items():
        assert drawn[place] == pytest.approx(value, abs=1e-4)  # four digits were printed


def test_six_draws_printed_from_a_real_generator_follow_each_other() -> None:
    # Arguments of a public reproducer for torch._foreach_sub, made after seeding with 42.
    printed = [
        (0.1940, 2.1614, -0.1721, 0.8491),
        (0.1391, -0.1082, -0.7174, 0.7566),
        (-0.5187, 1.2268, 0.6255, -0.9117),
        (-0.6974, -1.8688, -0.8832, -1.6627),
        (-1.2682, -0.0383, -0.1029, 1.4400),
        (1.4640, -0.3238, 0.7740, 1.5892),
    ]
    generator = NoiseStream(42, NV)
    for values in printed:
        np.testing.assert_allclose(generator.draw((4,)), values, rtol=0, atol=1e-4)


@pytest.mark.parametrize("grid", [43008, 65536, 196608, None])
def test_a_card_with_a_thread_for_each_value_draws_like_any_other(grid: int | None) -> None:
    drawn = initial_noise(3, (4, 96, 100), source=NoiseSource(Rng.PHILOX, grid))
    assert torch.equal(drawn, initial_noise(3, (4, 96, 100), source=NV))


def test_beyond_the_smaller_grid_two_cards_share_nothing() -> None:
    small, large, unlimited = (
        initial_noise(0, (4, 128, 128), source=NoiseSource(Rng.PHILOX, grid)).numpy().ravel()
        for grid in (43008, 196608, None)
    )
    assert np.array_equal(large, unlimited)
    assert np.array_equal(small[:43008], large[:43008])
    assert not (small[43008:] == large[43008:]).any()
    # The 43,008 second outputs would follow each other; the draw ends before.
    np.testing.assert_allclose(
        small[43007:43015], [*small[43007:43008], *(list(normal4(0, t, 0))[1] for t in range(7))],
        rtol=0, atol=1e-6,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "seed", "shape", "draws_before", "first", "values"),
    [
        ("nv", 42, (4, 64, 64), 0, 0,
         (0.194019, 2.161374, -0.172051, 0.84906, -1.924399, 0.652985, -0.649441, -0.817525)),
        ("nv", 2**32 + 42, (4, 64, 64), 0, 0,
         (-0.71141, 1.649442, 1.071416, -2.000209, -1.364915, 0.038289, 1.054788, -0.389856)),
        ("nv", 2**64 - 1, (4, 64, 64), 0, 0,
         (0.632302, 0.033501, 0.839088, -2.063468, 1.280801, -1.145324, 0.723516, -0.177851)),
        ("nv", 0, (4, 64, 64), 1, 0,
         (0.180826, -0.552263, 0.923813, -0.73497, 1.379995, 0.867631, 0.129656, -0.94064)),
        ("cuda:43008", 0, (4, 128, 128), 0, 43008,
         (0.991138, 1.06759, -0.627228, 0.320162, -0.311007, -0.344084, -1.170872, -0.537063)),
        ("cuda:43008", 0, (4, 128, 128), 1, 43008,
         (-0.153638, 0.404967, 0.812834, 1.295046, -0.534766, 1.091553, -0.722223, 0.079076)),
        ("cuda:40960", 7, (16, 128, 128), 0, 3 * 40960 - 4,
         (0.048658, 0.056275, 1.110136, 1.23249, 1.788757, 0.236221, 0.200858, -1.543246)),
    ],
)  # fmt: skip
def test_golden_vectors_stay_as_this_implementation_first_drew_them(
    source: str,
    seed: int,
    shape: tuple[int, int, int],
    draws_before: int,
    first: int,
    values: tuple[float, ...],
) -> None:
    generator = NoiseSource.parse(source)
    drawn = initial_noise(seed, shape, source=generator, draws_before=draws_before)
    np.testing.assert_allclose(drawn.numpy().ravel()[first : first + 8], values, rtol=0, atol=2e-6)


@pytest.mark.parametrize("seed", [0, 42, 2**32 + 42])
def test_philox_tells_all_seeds_apart(seed: int) -> None:
    drawn, other = (initial_noise(s, (4, 8, 6), source=NV) for s in (seed, (seed + 2**32) % 2**64))
    assert not torch.allclose(drawn, other)


@pytest.mark.parametrize("threads", [None, 256, 1024])
@pytest.mark.parametrize("count", [1, 256, 1023, 1024, 1025, 5000])
def test_skipping_is_drawing_without_looking(threads: int | None, count: int) -> None:
    drawn, skipped = PhiloxNormals(5, threads), PhiloxNormals(5, threads)
    for _ in range(3):
        drawn.normals(count)
    skipped.skip(count, 3)
    assert np.array_equal(drawn.normals(700), skipped.normals(700))


def test_the_web_ui_and_a_card_go_on_alike_until_a_card_needs_a_second_call() -> None:
    nv, card = PhiloxNormals(5), PhiloxNormals(5, 256)
    for count in (100, 256, 1024):  # up to four numbers for each of the 256 threads
        nv.skip(count, 1)
        card.skip(count, 1)
        assert np.array_equal(nv.normals(256), card.normals(256))
    nv.skip(1025, 1)
    card.skip(1025, 1)
    assert not np.isclose(nv.normals(256), card.normals(256)).any()


def test_a_stream_of_more_than_four_billion_calls_goes_on() -> None:
    ours = PhiloxNormals(5)
    ours.skip(1, 2**32 + 1)
    assert ours.normals(3)[2] == pytest.approx(next(normal4(5, 2, 2**32 + 1)), abs=1e-6)


def test_the_extreme_words_give_finite_normals() -> None:
    from seedloupe.noise.philox import _normal

    extremes = np.array([[0, 0, 2**32 - 1, 2**32 - 1], [0, 2**32 - 1] * 2] * 2, np.uint64)
    for lane in range(4):
        values = _normal(extremes, lane)
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 6.77  # sqrt(2 * 33 ln 2), the radius of half a step


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA card")
@pytest.mark.parametrize("count", [2**power for power in range(14, 21)])
def test_a_card_here_draws_what_is_said_of_it(count: int) -> None:
    from seedloupe.noise import grid_threads

    card = torch.cuda.get_device_properties(0)
    grid = grid_threads(card.multi_processor_count, card.max_threads_per_multi_processor)
    ours = NoiseStream(7, NoiseSource(Rng.PHILOX, grid))
    generator = torch.Generator("cuda").manual_seed(7)
    for _ in range(3):
        theirs = torch.randn(count, generator=generator, device="cuda").cpu().numpy()
        off = np.abs(ours.draw((count,)).numpy() - theirs)
        # Single precision and fast sines; near zero the radius has few digits (noise_exactness.py).
        assert off.max() < 1e-3
        assert (off > 1e-5).mean() < 1e-3
