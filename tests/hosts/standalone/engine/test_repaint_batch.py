from __future__ import annotations

import pytest
import torch

from seedloupe.errors import ModelError
from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.repaint_batch import batched_images
from seedloupe.hosts.standalone.engine.sampling import Sampler, generated_images

from ....requests import INFO, request_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def repaint(model: Model, seeds: tuple[int, ...], sampler: Sampler, **more: float) -> Request:
    picture = torch.linspace(0, 1, 3 * 24 * 40).reshape(3, 24, 40)
    mask = torch.zeros(24, 40)
    mask[8:16, 8:32] = 1
    how = {"steps": 2, "guidance": 2.0, "image": picture, "mask": mask, **more}
    return request_of(model.info, "a ball", seeds, sampler=sampler, **how)


@pytest.mark.parametrize("name", ["tiny", "tiny_inpainter"])
@pytest.mark.parametrize("sampler", [Sampler.EULER, Sampler.EULER_A])
def test_a_batch_of_one_is_what_generating_makes_to_the_bit(
    request: pytest.FixtureRequest, name: str, sampler: Sampler
) -> None:
    model: Model = request.getfixturevalue(name)
    alone = repaint(model, (3,), sampler)
    (made,), (expected,) = batched_images(model, alone), generated_images(model, alone)
    assert torch.equal(made, expected)


@pytest.mark.parametrize("name", ["tiny", "tiny_inpainter"])
@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_a_batch_is_its_single_pictures_to_a_grey_level(
    request: pytest.FixtureRequest, name: str, strength: float
) -> None:
    model: Model = request.getfixturevalue(name)
    three = repaint(model, (3, 9, 4), Sampler.EULER_A, strength=strength)
    made = torch.stack(list(batched_images(model, three)))
    expected = torch.stack(list(generated_images(model, three)))
    assert made.shape == (3, 3, 24, 40)
    assert float((made - expected).abs().max()) <= 1.001 / 255
    assert not torch.equal(made[0], made[1])


def test_a_request_for_another_model_is_refused(tiny: Model) -> None:
    with pytest.raises(ModelError, match="model"):
        next(batched_images(tiny, request_of(INFO, "a", (1,))))
