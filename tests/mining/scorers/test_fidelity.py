"""Features of any network, compared with pictures in a folder or statistics somebody saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from seedloupe.errors import ImageError, InputError, ModelError
from seedloupe.mining.scorers import PictureBatch, ScorerPanel, ScorerSources, inception
from seedloupe.mining.scorers.fidelity import FidelityScorer, GivenFeaturesPlugin, InceptionPlugin
from seedloupe.mining.scorers.inception import InceptionFeatures, load_inception


class Means(nn.Module):
    """The mean of each channel, and of each channel's upper half."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat(
            [images.mean((2, 3)), images[:, :, : images.shape[2] // 2].mean((2, 3))], 1
        )


def pictures(count: int, *, seed: int = 0) -> Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (count, 3, 24, 16)).astype(np.float32) / 255)


def folder_of(images: Tensor, place: Path) -> Path:
    place.mkdir()
    for number, image in enumerate(images):
        pixels = (image.permute(1, 2, 0) * 255).round().numpy().astype(np.uint8)
        Image.fromarray(pixels).save(place / f"{number}.png")
    return place


def batch(images: Tensor) -> PictureBatch:
    return PictureBatch(images, ("a",) * len(images), tuple(range(len(images))))


def distances(scorer: FidelityScorer, images: Tensor) -> dict[str, float]:
    panel = ScorerPanel({"it": scorer})
    vectors = panel.measure(batch(images))[panel.outputs[0].key]
    return {
        one.metric.name: float(one.statistic.evaluate([vectors]).values)
        for one in panel.outputs[0].statistics
    }


def test_a_folder_of_the_same_pictures_is_at_no_distance(tmp_path: Path) -> None:
    images = pictures(12)
    found = distances(FidelityScorer(Means(), folder_of(images, tmp_path / "real")), images)
    assert found["fd"] == pytest.approx(0, abs=1e-7)
    assert set(found) == {"fd", "kd"}


def test_saved_statistics_give_what_the_pictures_give(tmp_path: Path) -> None:
    images, features = pictures(12), Means()(pictures(12)).double().numpy()
    np.savez(tmp_path / "real.npz", mu=features.mean(0), sigma=np.cov(features, rowvar=False))
    np.savez(tmp_path / "real_kid.npz", feats=features.astype(np.float32))
    others = pictures(9, seed=1)
    saved = distances(FidelityScorer(Means(), tmp_path / "real.npz"), others)
    folder = distances(FidelityScorer(Means(), folder_of(images, tmp_path / "real")), others)
    assert saved == pytest.approx(folder, rel=1e-3)


def test_statistics_alone_have_no_kernel_distance(tmp_path: Path) -> None:
    np.savez(tmp_path / "real.npz", mu=np.zeros(6), sigma=np.eye(6))
    assert set(distances(FidelityScorer(Means(), tmp_path / "real.npz"), pictures(9))) == {"fd"}


def few(place: Path) -> Path:
    return folder_of(pictures(3), place / "few")


def saved(place: Path, **arrays: object) -> Path:
    np.savez(place / "real.npz", **arrays)  # type: ignore[arg-type]
    return place / "real.npz"


def empty(place: Path) -> Path:
    (place / "empty").mkdir()
    return place / "empty"


def no_archive(place: Path) -> Path:
    (place / "real.npz").write_text("hello")
    return place / "real.npz"


def damaged(place: Path) -> Path:
    whole = saved(place, mu=np.zeros(6), sigma=np.eye(6))
    whole.write_bytes(whole.read_bytes()[:200])
    return whole


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (few, "8 pictures or more, got 3"),
        (lambda place: place / "absent.npz", "not there"),
        (damaged, "a whole .npz"),
        (lambda place: saved(place, other=np.zeros(3)), "mu and sigma"),
        (lambda place: saved(place, mu=np.zeros(5), sigma=np.eye(5)), "another network"),
        (lambda place: saved(place, mu=np.zeros(6), sigma=np.eye(5)), r"sigma \(D, D\)"),
        (lambda place: saved(place, mu=np.full(6, np.nan), sigma=np.eye(6)), "finite"),
        (lambda place: saved(place, mu=np.zeros(6), sigma=-np.eye(6)), "a covariance"),
        (lambda place: saved(place, mu=np.zeros(6), sigma=np.tri(6)), "a covariance"),
        (lambda place: saved(place, mu=np.zeros(6), sigma=3 * np.eye(6) - 2), "a covariance"),
        (lambda place: saved(place, mu=np.array(["a"] * 6), sigma=np.eye(6)), "numbers, got <U1"),
        (lambda place: saved(place, feats=np.zeros(6)), r"feats \(N, D\) of 8 pictures"),
        (lambda place: saved(place, feats=np.zeros((9, 6, 2))), r"got feats \(9, 6, 2\)"),
        (lambda place: saved(place, feats=np.zeros((3, 6))), r"got feats \(3, 6\)"),
        (lambda place: saved(place, feats=np.full((9, 6), np.nan)), "finite"),
        (lambda place: saved(place, feats=np.zeros((9, 5))), "another network"),
        (empty, "8 pictures or more, got 0"),
        (no_archive, "no .npz at all"),
        (lambda place: saved(place, mu=np.array([{}], object), sigma=np.eye(6)), "Python objects"),
    ],
)
def test_a_reference_of_no_use_is_one_clear_line(
    make: Callable[[Path], Path], line: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=line) as caught:
        FidelityScorer(Means(), make(tmp_path))
    assert "\n" not in str(caught.value)
    assert "allow_pickle" not in str(caught.value), "nobody is told to load files unsafely"


def test_a_torn_picture_among_those_to_compare_with_is_named(tmp_path: Path) -> None:
    folder = folder_of(pictures(9), tmp_path / "real")
    torn = sorted(folder.iterdir())[4]
    torn.write_bytes(torn.read_bytes()[:40])
    with pytest.raises(ImageError, match=torn.name):
        FidelityScorer(Means(), folder)


def test_rounding_makes_no_covariance_refused(tmp_path: Path) -> None:
    """Saved in single precision, of fewer pictures than numbers: some directions are at nought."""
    few = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    sigma = np.cov(few, rowvar=False).astype(np.float32)
    assert np.linalg.eigvalsh(sigma).min() < 1e-6
    FidelityScorer(Means(), saved(tmp_path, mu=few.mean(0), sigma=sigma))


def test_a_network_handed_in_must_give_vectors(tmp_path: Path) -> None:
    reference = folder_of(pictures(9), tmp_path / "real")
    with pytest.raises(InputError, match="features"):
        FidelityScorer(nn.Identity(), reference)
    with pytest.raises(InputError, match="handed in"):
        GivenFeaturesPlugin().open(ScorerSources(reference=reference))
    scorer = GivenFeaturesPlugin().open(ScorerSources(reference=reference, features=Means()))
    assert scorer.outputs[0].width == 6


def test_weights_that_are_not_there_are_one_clear_line(tmp_path: Path) -> None:
    reference = folder_of(pictures(9), tmp_path / "real")
    with pytest.raises(InputError, match="no weights: give fid=FOLDER"):
        InceptionPlugin().open(ScorerSources(reference=reference))
    with pytest.raises(InputError, match="--reference"):
        InceptionPlugin().open(ScorerSources(weights={"fid": tmp_path}))


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_file({"fc.weight": torch.zeros(2, 2)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match=r"InceptionFeatures, got .* without Conv2d_1a"):
        load_inception(tmp_path)
    (tmp_path / "other.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="whole file"):
        load_inception(tmp_path)


def test_the_inception_network_is_the_one_others_use() -> None:
    """21,785,568 numbers to learn without its classes, as in torchvision's and pytorch-fid's."""
    network = InceptionFeatures()
    assert sum(parameter.numel() for parameter in network.parameters()) == 21_785_568
    assert len(network.state_dict()) == 564


def test_inception_distances_come_from_a_file_of_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inception, "SIDE", 75)  # small, to be quick
    torch.manual_seed(0)
    weights = {**InceptionFeatures().state_dict(), "fc.bias": torch.zeros(1008)}
    torch.save(weights, tmp_path / "inception.pth")
    reference = folder_of(pictures(8), tmp_path / "real")
    for name, clean in (("fid", False), ("clean_fid", True)):
        scorer = InceptionPlugin(clean=clean).open(
            ScorerSources(weights={name: tmp_path / "inception.pth"}, reference=reference)
        )
        assert distances(scorer, pictures(8))[name] == pytest.approx(0, abs=1e-4)
