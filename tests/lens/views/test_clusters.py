"""Cells in groups, and how well groups agree with a truth."""

from __future__ import annotations

import sys
from itertools import permutations

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.views.agreement import judge_segmentation
from seedloupe.lens.views.assignment import best_pairs
from seedloupe.lens.views.clusters import (
    Clustering,
    ClusterRenderer,
    Segmentation,
    segment,
    silhouette,
)
from seedloupe.lens.views.kmeans import k_means
from seedloupe.lens.views.palette import colour_of

from .fields import disc, noise

CHANNELS, HEIGHT, WIDTH = 8, 12, 16


def regions() -> Tensor:
    """Sky, ground and a disc, ``(H, W)``."""
    labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.int64)
    labels[7:] = 1
    return torch.where(disc(HEIGHT, WIDTH), 2, labels)


def planted(*, grain: float = 0.1, seed: int = 0) -> Tensor:
    """Features that differ from region to region, under a little noise."""
    directions = torch.linalg.qr(noise(CHANNELS, CHANNELS, seed=seed))[0][:3]
    clean = directions[regions()].permute(2, 0, 1)
    return clean + grain * noise(CHANNELS, HEIGHT, WIDTH, seed=seed + 1)


@pytest.mark.parametrize("method", list(Clustering))
def test_planted_regions_are_found(method: Clustering) -> None:
    if method is Clustering.SPECTRAL:
        pytest.importorskip("sklearn")
    found = segment(planted(), clusters=3, method=method)
    agreement = judge_segmentation(found, regions())
    assert (agreement.mean_iou, agreement.adjusted_rand) == (1, 1)
    assert found.silhouette > 0.5


@pytest.mark.parametrize("seed", range(4))
def test_the_number_of_planted_regions_is_found(seed: int) -> None:
    found = segment(planted(seed=seed))
    assert found.clusters == 3
    assert judge_segmentation(found, regions()).mean_iou > 0.95


def test_the_same_seed_gives_the_same_groups() -> None:
    values = noise(CHANNELS, HEIGHT, WIDTH)
    first, second = segment(values, clusters=5), segment(values.clone(), clusters=5)
    assert torch.equal(first.labels, second.labels)


def test_the_largest_group_comes_first() -> None:
    counts = segment(planted(), clusters=3).labels.flatten().bincount().tolist()
    assert counts == sorted(counts, reverse=True)


def test_groups_need_not_care_for_length() -> None:
    values = planted()
    loud = values.clone()
    loud[:, 2:4, 2:4] *= 50
    assert torch.equal(segment(values, clusters=3).labels, segment(loud, clusters=3).labels)


@pytest.mark.parametrize("method", list(Clustering))
def test_more_groups_than_cells_are_as_many_as_cells(method: Clustering) -> None:
    found = segment(noise(CHANNELS, 2, 3), clusters=50, method=method)
    assert found.clusters == 6
    assert sorted(found.labels.flatten().tolist()) == list(range(6))
    assert segment(noise(CHANNELS, 1, 1)).clusters == 1


@pytest.mark.parametrize("method", list(Clustering))
@pytest.mark.parametrize("value", [0.0, 0.1, -3e4])
def test_a_constant_map_is_one_group(value: float, method: Clustering) -> None:
    for clusters in (None, 4):
        values = torch.full((CHANNELS, HEIGHT, WIDTH), value)
        found = segment(values, clusters=clusters, method=method)
        assert (found.clusters, found.silhouette) == (1, 0)
        assert (found.labels == 0).all()


def test_what_is_not_finite_belongs_to_no_group() -> None:
    values = planted()
    values[3, 0, 0], values[1, 11, 2] = torch.nan, torch.inf
    found = segment(values, clusters=3)
    assert found.rejected == 2
    assert (found.labels == -1).nonzero().tolist() == [[0, 0], [11, 2]]
    assert (found.picture()[:, 0, 0] == 0).all()
    assert judge_segmentation(found, regions()).mean_iou == 1
    with pytest.raises(InputError, match="a finite cell"):
        segment(torch.full_like(values, torch.nan))


def test_no_groups_at_all_cannot_be_asked_for() -> None:
    with pytest.raises(InputError, match="at least one"):
        segment(planted(), clusters=0)


def test_spectral_clustering_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(InputError, match="Install scikit-learn, or use k-means"):
        segment(planted(), clusters=3, method=Clustering.SPECTRAL)
    assert segment(planted(), clusters=3).clusters == 3


def test_spectral_clustering_refuses_what_would_not_fit() -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(InputError, match="4096"):
        segment(noise(2, 65, 64), clusters=2, method=Clustering.SPECTRAL)


def test_groups_keep_their_colours_from_step_to_step() -> None:
    before = segment(planted(), clusters=3)
    shuffled = Segmentation(torch.tensor([2, 0, 1])[before.labels], 3, 0.0, 0)
    assert torch.equal(shuffled.numbered_like(before).labels, before.labels)
    more = Segmentation(torch.where(before.labels == 0, 3, before.labels), 4, 0.0, 0)
    more.labels[0, 0] = 0
    renumbered = more.numbered_like(before)
    assert (renumbered.labels == before.labels).sum() == HEIGHT * WIDTH - 1
    assert renumbered.labels[0, 0] == 3
    colour = torch.tensor(colour_of(3)) / 255
    torch.testing.assert_close(renumbered.picture()[:, 0, 0], colour)
    with pytest.raises(ShapeError):
        before.numbered_like(segment(noise(CHANNELS, 3, 3)))


def test_a_renderer_keeps_colours_while_groups_trade_sizes() -> None:
    renderer = ClusterRenderer(clusters=2)
    pictures = []
    for step, width in enumerate((10, 6)):  # the left half is the larger one first, then not
        values = torch.zeros(2, HEIGHT, WIDTH)
        values[0, :, :width] = 1
        values[1, :, width:] = 1
        pictures.append(renderer.render(FeatureMap("mid-vit-out", step, None, values[None])))
    assert torch.equal(pictures[0][:, :, 0], pictures[1][:, :, 0])
    assert torch.equal(pictures[0][:, :, -1], pictures[1][:, :, -1])
    broken = torch.full((1, 2, HEIGHT, WIDTH), torch.nan)
    assert (renderer.render(FeatureMap("mid-vit-out", 2, None, broken)) == 0).all()


def test_k_means_ends_where_every_vector_is_nearest_its_own_mean() -> None:
    vectors = noise(200, 5).double()
    found = k_means(vectors, 6)
    for number in range(6):
        torch.testing.assert_close(found.centres[number], vectors[found.labels == number].mean(0))
    distances = torch.cdist(vectors, found.centres)
    assert torch.equal(distances.argmin(dim=1), found.labels)
    assert found.inertia == pytest.approx(float(distances.amin(dim=1).square().sum()))


def test_k_means_is_about_as_good_as_another_one() -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    vectors = noise(200, 5).double() + 1000
    reference = cluster.KMeans(6, n_init=10, random_state=0).fit(vectors.numpy())
    assert k_means(vectors, 6, starts=10).inertia < 1.02 * reference.inertia_


def test_silhouette_is_that_of_another_implementation() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    vectors = noise(60, 4).double()
    labels = torch.arange(60) % 4
    labels[0] = 4  # alone
    expected = metrics.silhouette_score(vectors.numpy(), labels.numpy())
    assert silhouette(vectors, labels) == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (5, 3), (4, 4)])
def test_pairs_are_worth_most_of_all(shape: tuple[int, int]) -> None:
    for seed in range(6):
        worth = noise(*shape, seed=seed)
        small, large = sorted(shape)
        upright = worth if shape[0] == small else worth.mT
        best = max(
            sum(float(upright[row, column]) for row, column in enumerate(choice))
            for choice in permutations(range(large), small)
        )
        pairs = best_pairs(worth)
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == small
        assert sum(float(worth[pair]) for pair in pairs) == pytest.approx(best)


def test_pairs_are_those_of_another_implementation() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    worth = noise(30, 40).double()
    rows, columns = optimize.linear_sum_assignment(worth.numpy(), maximize=True)
    assert best_pairs(worth) == tuple(zip(rows.tolist(), columns.tolist(), strict=True))


def test_agreement_is_counted_cell_by_cell() -> None:
    truth = torch.tensor([[0, 0, 0, 0], [1, 1, 1, -1]])
    found = Segmentation(torch.tensor([[2, 2, 2, 0], [0, 0, 1, 1]]), 3, 0.0, 0)
    agreement = judge_segmentation(found, truth)
    assert agreement.ious == pytest.approx({0: 3 / 4, 1: 2 / 4})
    assert agreement.mean_iou == pytest.approx(5 / 8)


def test_a_region_without_a_group_counts_nothing() -> None:
    one = Segmentation(torch.zeros(2, 4, dtype=torch.int64), 1, 0.0, 0)
    truth = torch.tensor([[0, 0, 0, 0], [0, 0, 1, 1]])
    agreement = judge_segmentation(one, truth)
    assert agreement.ious == {0: 6 / 8, 1: 0}
    assert agreement.adjusted_rand == 0
    assert judge_segmentation(one, torch.zeros(2, 4)).adjusted_rand == 1


def test_adjusted_rand_is_that_of_another_implementation() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = segment(noise(CHANNELS, HEIGHT, WIDTH), clusters=4)
    truth = regions()
    expected = metrics.adjusted_rand_score(truth.flatten().numpy(), found.labels.flatten().numpy())
    assert judge_segmentation(found, truth).adjusted_rand == pytest.approx(expected)


def test_a_truth_without_anything_to_judge_is_refused() -> None:
    with pytest.raises(InputError, match="a cell to judge"):
        judge_segmentation(segment(planted(), clusters=3), torch.full((4, 4), -1))
