"""The file of concepts that comes along fits the model that comes along."""

from __future__ import annotations

import pytest

from seedloupe.hosts.standalone.engine.models import open_model
from seedloupe.lens.concepts import concepts_of, concepts_plan
from seedloupe.seedling import weights_folder
from seedloupe.services.concept_files import concept_folders, find_concepts

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_seedlings_concepts_fit_seedling_name_things_and_say_how_they_were_taught() -> None:
    path = find_concepts("seedling", concept_folders(None))
    assert path.parent == weights_folder() / "concepts"
    assert path.stat().st_size < 2**20
    model = open_model("seedling")
    coder = concepts_of(model.unet, path, model_sha256=model.info.sha256)
    assert {"house", "boat", "background"} <= set(coder.names)
    assert concepts_plan(path)["study"] == "sae"
