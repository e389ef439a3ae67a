from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch

from seedloupe.hosts.standalone.cli.study_report import open_picture, task_table_path
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.hosts.standalone.engine.sampling import Sampler, generate, generated_images
from seedloupe.services.inpaint_study import keeper, painter_for, picture_file
from seedloupe.studies.inpaint import InpaintTask, Painter, Pair, PictureKey
from seedloupe.tables import SUFFIX

from ..requests import request_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def pair() -> Pair:
    picture = torch.linspace(0, 1, 3 * 24 * 40).reshape(3, 24, 40)
    mask = torch.zeros(24, 40)
    mask[8:16, 8:32] = 1
    return Pair("p", picture, mask, "ball")


def painter_of(model: Model) -> Painter:
    source = pair()
    how = {"steps": 2, "guidance": 2.0, "image": source.picture, "mask": source.mask}
    return painter_for(request_of(model.info, "", (1,), **how), partial(generated_images, model))


@pytest.mark.parametrize("name", ["tiny", "tiny_inpainter"])
def test_the_painter_makes_what_generating_makes_to_the_bit(
    request: pytest.FixtureRequest, name: str
) -> None:
    model: Model = request.getfixturevalue(name)
    source = pair()
    painted = list(painter_of(model)(source, "a ball", (3, 9)))
    for seed, image in zip((3, 9), painted, strict=True):
        alone = request_of(
            model.info,
            "a ball",
            (seed,),
            steps=2,
            guidance=2.0,
            sampler=Sampler.EULER,
            image=source.picture,
            mask=source.mask,
        )
        (expected,) = generate(model, alone)
        assert torch.equal(image, expected.image)


def test_what_lies_outside_the_mask_is_the_source(tiny: Model) -> None:
    source = pair()
    (image,) = painter_of(tiny)(source, "a ball", (3,))
    outside = source.mask == 0
    assert (image[:, outside] - source.picture[:, outside]).abs().max() <= 0.5 / 255 + 1e-6
    assert (image[:, ~outside] - source.picture[:, ~outside]).abs().max() > 0.05


def test_a_kept_picture_is_small_and_found_again(tmp_path: Path) -> None:
    picture = PictureKey(InpaintTask.REMOVAL, 3, 17)
    keeper(tmp_path)(picture, torch.rand(3, 200, 320))
    found = open_picture(tmp_path, picture)
    assert found is not None
    assert found.size == (160, 100)
    picture_file(tmp_path, picture).write_bytes(b"torn")
    assert open_picture(tmp_path, picture) is None
    assert open_picture(tmp_path, PictureKey(InpaintTask.REMOVAL, 4, 17)) is None


def test_tables_of_several_tasks_have_names_of_their_own() -> None:
    path = Path(f"a/b{SUFFIX}")
    assert task_table_path(path, InpaintTask.REMOVAL, 1) == path
    assert task_table_path(path, InpaintTask.REMOVAL, 2) == Path(f"a/b-removal{SUFFIX}")
