"""Coding a layer's cells, keeping coders in files, and painting them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn.functional import normalize

from seedloupe.errors import InputError, ShapeError
from seedloupe.lens import FeatureMap
from seedloupe.lens.concepts import (
    ConceptFileError,
    ConceptRenderer,
    SparseCoder,
    concept_maps,
    read_concepts,
    write_concepts,
)

LAYER = "mid-vit-out"


def coder(units: int = 6, width: int = 4, k: int = 2) -> SparseCoder:
    generator = torch.Generator().manual_seed(1)
    decoder = normalize(torch.randn(units, width, generator=generator), dim=1)
    centre = torch.randn(width, generator=generator)
    return SparseCoder(LAYER, 50, k, decoder.mT.clone(), torch.zeros(units), decoder, centre, 2.0)


def test_codes_are_the_k_strongest_answers_by_hand() -> None:
    one = coder()
    vectors = torch.randn(20, 4, generator=torch.Generator().manual_seed(2))
    codes = one.encode(vectors)
    for row, vector in zip(codes, vectors, strict=True):
        answers = [float(((vector - one.centre) / 2.0) @ one.encoder[:, unit]) for unit in range(6)]
        kept = sorted(range(6), key=lambda unit: -answers[unit])[:2]
        for unit in range(6):
            expected = max(0.0, answers[unit]) if unit in kept else 0.0
            assert float(row[unit]) == pytest.approx(expected, abs=1e-5)


def test_an_orthonormal_coder_with_all_units_gives_the_vector_back() -> None:
    eye = torch.eye(4)
    both = torch.cat([eye, -eye])
    whole = SparseCoder(LAYER, 50, 8, both.mT.clone(), torch.zeros(8), both, torch.ones(4), 3.0)
    vectors = torch.randn(9, 4, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(whole.decode(whole.encode(vectors)), vectors, atol=1e-5)


def test_a_file_gives_back_the_very_coder(tmp_path: Path) -> None:
    path = tmp_path / "a.concepts.safetensors"
    one = replace(coder(), model_sha256="ab" * 32, per_picture=True)
    write_concepts(one, path)
    again = read_concepts(path, layers=(LAYER,))
    assert torch.equal(again.encoder, one.encoder)
    assert torch.equal(again.centre, one.centre)
    told = ("layer", "time", "k", "scale", "model_sha256", "per_picture")
    assert [getattr(again, name) for name in told] == [getattr(one, name) for name in told]


def test_a_coder_of_another_models_layer_is_refused_with_a_cure(tmp_path: Path) -> None:
    path = tmp_path / "a.concepts.safetensors"
    write_concepts(coder(), path)
    with pytest.raises(ConceptFileError, match=r"taught on mid-vit-out.*study sae"):
        read_concepts(path, layers=("up-level0-repeat0-res-out",))


def test_pickles_and_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return (pytest.fail, ("a pickle was opened",))

    path = tmp_path / "a.concepts.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ConceptFileError):
        read_concepts(path)
    with pytest.raises(ConceptFileError):
        read_concepts(tmp_path / "missing.concepts.safetensors")
    write_concepts(coder(), path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ConceptFileError):
        read_concepts(path)


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError):
        replace(coder(), bias=torch.zeros(5))
    with pytest.raises(InputError, match="k"):
        replace(coder(), k=7)
    with pytest.raises(InputError, match="scale"):
        replace(coder(), scale=0.0)


def test_maps_lie_as_the_picture_does() -> None:
    one = coder(k=1)
    feature = one.centre[:, None, None].expand(4, 3, 5).clone()
    feature[:, 1, 4] += 10 * one.decoder[2]
    maps = concept_maps(one, feature)
    assert maps.shape == (6, 3, 5)
    assert int(maps[:, 1, 4].argmax()) == 2
    assert int((maps > 0).sum()) == 1
    with pytest.raises(ShapeError):
        concept_maps(one, feature[:3])


def test_a_colour_means_one_concept_all_the_time() -> None:
    one, feature = coder(k=1), torch.zeros(1, 4, 3, 5) + coder().centre[:, None, None]
    feature[0, :, 0, 0] += 10 * one.decoder[2]
    feature[0, :, 2, 3] += 8 * one.decoder[4]
    renderer = ConceptRenderer(one)
    first = renderer.render(FeatureMap(LAYER, 0, 1.0, feature))
    again = renderer.render(FeatureMap(LAYER, 1, 0.5, feature * 1.0))
    assert first.shape == (3, 3, 5)
    assert torch.equal(first, again)
    assert not torch.allclose(first[:, 0, 0], first[:, 2, 3])
    assert float(first[:, 1, 1].abs().max()) == 0
