"""Recording while steps stream by."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import ShapeError
from seedloupe.lens.budget import Keep, Recipe
from seedloupe.lens.features import FeatureMap
from seedloupe.lens.file import read_lens, write_lens
from seedloupe.lens.projection import Projection
from seedloupe.lens.record import LensKey, LensRecord, LensSpec
from seedloupe.lens.recorder import Recorder
from seedloupe.lens.rows import RowKind, RowLabel
from seedloupe.lens.spool import Spool

SPEC = LensSpec("m", "euler", seeds=("1",))
CHANNELS = 96


def maps(
    steps: int = 6, channels: int = CHANNELS, size: tuple[int, int] = (6, 9)
) -> list[FeatureMap]:
    """Features as they come: a drifting mean, a few strong directions, and a tail."""
    numbers = torch.Generator().manual_seed(5)
    axes = torch.linalg.qr(torch.randn(channels, channels, generator=numbers))[0]
    strength = torch.arange(1, channels + 1) ** -0.8
    mean = 2 * torch.randn(channels, generator=numbers)
    drift = torch.randn(channels, generator=numbers)
    found = []
    for step in range(steps):
        cells = torch.randn(2, *size, channels, generator=numbers)
        values = (cells * strength) @ axes.T + mean + drift * step / steps
        rows = (RowLabel(RowKind.COND, 0), RowLabel(RowKind.COND, 1))
        values = values.movedim(3, 1).contiguous()
        found.append(FeatureMap("mid-vit-out", step, 10.0 - step, values, 0, 0, 900.0 - step, rows))
    return found


def recorded(features: list[FeatureMap], recipe: Recipe | None = None) -> LensRecord:
    recorder = Recorder(recipe)
    for feature in features:
        recorder(feature)
    record = recorder.finish(SPEC)
    assert not recorder.notes
    return record


def cosines(values: Tensor) -> Tensor:
    """All cosines between the positions of the first row of ``(B, C, H, W)``."""
    vectors = torch.nn.functional.normalize(values[0].flatten(1).mT, dim=1)
    return vectors @ vectors.mT


def test_colours_are_those_of_one_basis_for_all_steps_though_the_steps_are_gone() -> None:
    features = maps()
    ours, exact = recorded(features).rgb, LensRecord.of_features(SPEC, features).rgb
    assert list(ours) == list(exact)
    off = torch.cat([(ours[k].int() - exact[k].int()).abs().flatten() for k in exact]).float()
    assert off.mean() < 2
    assert off.max() < 24


def test_what_is_kept_says_how_alike_places_are() -> None:
    features = maps()
    record = recorded(features)
    for feature in features:
        kept = record.features(LensKey(0, feature.step, 0, "mid-vit-out"))
        error = (cosines(kept.values) - cosines(feature.values)).square().mean().sqrt()
        assert error < 0.02
        lengths = kept.values.norm(dim=1) / feature.values.norm(dim=1)
        assert (lengths - 1).abs().max() < 0.1
        assert (kept.sigma, kept.timestep, kept.labels) == (
            feature.sigma,
            feature.timestep,
            feature.labels,
        )


def test_few_channels_are_kept_exactly() -> None:
    features = maps(channels=24)
    record = recorded(features)
    assert not record.leads
    kept = record.features(LensKey(0, 2, 0, "mid-vit-out")).values
    torch.testing.assert_close(cosines(kept), cosines(features[2].values), atol=2e-3, rtol=0)


@pytest.mark.parametrize(("keep", "exact"), [(Keep.FLOAT32, 0.0), (Keep.FLOAT16, 1e-3)])
def test_features_themselves_can_be_kept(keep: Keep, exact: float) -> None:
    features = maps(2)
    record = recorded(features, Recipe(keep))
    kept = record.features(LensKey(0, 1, 0, "mid-vit-out")).values
    assert (kept - features[1].values).abs().max() <= exact * features[1].values.abs().max()
    assert record.spec.layers[0].dtype == keep.value


def test_colours_alone_can_be_kept_and_steps_left_out() -> None:
    record = recorded(maps(6), Recipe(Keep.RGB, every=2))
    assert [key.step for key in record.rgb] == [0, 2, 4]
    assert not record.codes
    assert record.spec.projection is None
    with pytest.raises(KeyError):
        record.features(LensKey(0, 0, 0, "mid-vit-out"))


def test_the_spec_says_when_at_which_level_and_what_the_rows_are() -> None:
    spec = recorded(maps(3)).spec
    assert spec.sigmas == (10.0, 9.0, 8.0)
    assert spec.timesteps == (900.0, 899.0, 898.0)
    assert [moment.step for moment in spec.moments] == [0, 1, 2]
    assert [row.image for row in spec.moments[0].rows] == [0, 1]
    assert spec.projection == Projection()


def test_passes_of_other_sizes_are_kept_apart() -> None:
    first, second = maps(2), maps(2, size=(12, 18))
    second = [FeatureMap(f.layer, f.step, f.sigma, f.values, 0, 1) for f in second]
    record = recorded([*first, *second])
    assert [(x.track, x.height) for x in record.spec.layers] == [(0, 6), (1, 12)]
    assert {key.track for key in record.codes} == {0, 1}
    with pytest.raises(ShapeError, match="as before"):
        recorded([*first, *maps(1, channels=8)])


def test_a_record_on_disk_is_written_and_read_back(tmp_path: Path) -> None:
    record = recorded(maps(3), Recipe(Keep.FLOAT16))
    again = read_lens(write_lens(tmp_path / "a.lens.safetensors", record))
    for kind in ("rgb", "codes", "leads", "axes", "raw"):
        before, after = getattr(record, kind), getattr(again, kind)
        assert list(before) == list(after)
        assert all(torch.equal(before[key], after[key]) for key in before)
    assert again.spec.moments == record.spec.moments


def test_places_that_are_not_finite_are_black_and_a_layer_of_them_is_said() -> None:
    features = maps(3)
    features[1].values[0, :, 2, 3] = torch.inf
    record = recorded(features)
    assert record.rgb[LensKey(0, 1, 0, "mid-vit-out")][0, :, 2, 3].tolist() == [0, 0, 0]
    recorder = Recorder()
    recorder(FeatureMap("unet-out", 0, None, torch.full((1, 4, 2, 3), torch.nan)))
    assert not recorder.finish(SPEC).rgb
    assert "unet-out is not in the lens file" in recorder.notes[0]


def test_a_constant_layer_is_grey_and_large_features_do_not_overflow() -> None:
    flat = [FeatureMap("unet-out", step, None, torch.full((1, 48, 2, 3), 7.0)) for step in (0, 1)]
    assert {int(v) for v in recorded(flat).rgb[LensKey(0, 1, 0, "unet-out")].unique()} == {128}
    large = [FeatureMap(f.layer, f.step, f.sigma, f.values * 1e7) for f in maps(2)]
    kept = recorded(large).features(LensKey(0, 1, 0, "mid-vit-out")).values
    assert kept.isfinite().all()
    small = [FeatureMap(f.layer, f.step, f.sigma, f.values * 1e-9) for f in maps(2)]
    kept = recorded(small).features(LensKey(0, 1, 0, "mid-vit-out")).values
    torch.testing.assert_close(cosines(kept), cosines(maps(2)[1].values), atol=0.1, rtol=0)


def test_threads_may_record_into_one_recorder() -> None:
    recorder = Recorder()

    def run(call: int) -> None:
        for step, one in enumerate(maps(4)):
            recorder(FeatureMap(one.layer, step, one.sigma, one.values, call))

    threads = [threading.Thread(target=run, args=(call,)) for call in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = recorder.finish(SPEC)
    assert len(record.codes) == len(record.spec.moments) == 12
    for step in range(4):
        several = [record.codes[LensKey(0, step, call, "mid-vit-out")] for call in range(3)]
        assert all(torch.equal(several[0], one) for one in several)


def test_memory_does_not_grow_with_the_steps() -> None:
    """What one step leaves in memory is less than a hundredth of what it captured."""
    features = maps(2, channels=128, size=(16, 24))
    capture = features[0].values.numel() * 4
    recorder = Recorder(spool=Spool(in_memory=0))
    tracemalloc.start()
    try:
        held: list[tuple[int, int]] = []
        for step in range(50):
            one = features[step % 2]
            recorder(FeatureMap(one.layer, step, 1.0, one.values, labels=one.labels))
            if step in (2, 49):
                gc.collect()
                held.append((tracemalloc.get_traced_memory()[0], _tensor_bytes()))
    finally:
        tracemalloc.stop()
    python, tensors = ((held[1][which] - held[0][which]) / 47 for which in (0, 1))
    assert python < 0.01 * capture
    assert tensors == 0


def _tensor_bytes() -> int:
    """Bytes of all tensors alive, each storage once."""
    alive = [x for x in gc.get_objects() if type(x) is Tensor]
    storages = {x.untyped_storage().data_ptr(): x.untyped_storage().nbytes() for x in alive}
    return sum(storages.values())


@pytest.mark.parametrize("dims", [1, 7, 32, 200])
def test_projections_are_orthonormal_and_keep_lengths(dims: int) -> None:
    projection = Projection(dims, seed=3)
    matrix = projection.matrix(96).double()
    size = projection.size(96)
    torch.testing.assert_close(
        matrix @ matrix.mT, torch.eye(size).double() * 96 / size, atol=1e-5, rtol=0
    )
    assert torch.equal(projection.matrix(96), Projection(dims, seed=3).matrix(96))


def test_the_error_of_codes_is_what_theory_says() -> None:
    """Cosines of codes of structureless features miss by (1 - cos²)·sqrt((1 - D/C)/D)."""
    numbers = torch.Generator().manual_seed(1)
    channels, dims = 640, 32
    one, other = torch.randn(2, 4000, channels, generator=numbers)
    for cosine in (0.0, 0.6, 0.95):
        mixed = cosine * one + (1 - cosine**2) ** 0.5 * other
        true = torch.nn.functional.cosine_similarity(one, mixed)
        matrix = Projection(dims).matrix(channels)
        seen = torch.nn.functional.cosine_similarity(one @ matrix.mT, mixed @ matrix.mT)
        expected = (1 - cosine**2) * ((1 - dims / channels) / dims) ** 0.5
        assert float((seen - true).std()) == pytest.approx(expected, rel=0.15)
