from __future__ import annotations

from dataclasses import replace

import pytest

from seedloupe.errors import InputError
from seedloupe.generation.model_info import ModelPatch
from seedloupe.generation.table_use import model_spec, planned_use
from seedloupe.tables import MatchLevel, match_table

from ..requests import INFO
from ..seed_tables import full_table

DETAIL = ModelPatch("detail", 0.8, "a" * 64)
STYLE = ModelPatch("style", 1.0, "b" * 64)


def test_a_model_without_patches_is_its_base_file() -> None:
    assert INFO.identity == INFO.sha256
    assert model_spec(INFO).loras == ()


def test_the_order_of_patches_makes_no_difference() -> None:
    one, other = (replace(INFO, patches=p) for p in ((DETAIL, STYLE), (STYLE, DETAIL)))
    assert one == other
    assert one.identity == other.identity


@pytest.mark.parametrize(
    "patches",
    [
        (DETAIL,),
        (STYLE,),
        (replace(DETAIL, strength=0.7), STYLE),
        (replace(DETAIL, strength=-0.8), STYLE),
        (replace(DETAIL, sha256="c" * 64), STYLE),
        (),
    ],
)
def test_another_set_of_patches_is_another_model(patches: tuple[ModelPatch, ...]) -> None:
    whole = replace(INFO, patches=(DETAIL, STYLE))
    assert replace(INFO, patches=patches).identity != whole.identity


def test_a_patch_of_strength_0_changes_nothing() -> None:
    assert replace(INFO, patches=(replace(DETAIL, strength=0.0),)) == INFO


def test_a_renamed_file_is_the_same_patch() -> None:
    named, renamed = (replace(INFO, patches=(replace(DETAIL, name=n),)) for n in ("a", "b"))
    assert named.identity == renamed.identity


def test_the_same_patch_twice_is_refused() -> None:
    with pytest.raises(InputError, match="patches: expected each patch once"):
        replace(INFO, patches=(DETAIL, replace(DETAIL, strength=0.5)))


def test_a_table_of_a_patched_model_is_found_again_for_it_and_only_for_it() -> None:
    patched = replace(INFO, patches=(DETAIL, STYLE))
    use = planned_use(patched, patched.usual)
    table = full_table()
    noise = replace(table.spec.noise, shape=use.shape)
    spec = replace(
        table.spec, model=model_spec(patched), sampling=use.sampling, noise=noise, evidence=None
    )
    table = replace(table, spec=spec)
    assert match_table(table, use).level is MatchLevel.EXACT
    for other in (INFO, replace(INFO, patches=(DETAIL,))):
        match = match_table(table, planned_use(other, other.usual))
        assert match.level is MatchLevel.NOISE_ONLY
        assert [difference.field for difference in match.differences] == ["model.loras"]
    table = replace(table, spec=replace(spec, model=model_spec(INFO)))
    match = match_table(table, use)
    assert "model.loras: the table has no LoRAs, in use is" in match.reasons[0]
