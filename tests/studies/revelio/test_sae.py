"""A planted dictionary is found again, and silent units are brought back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from seedloupe.errors import InputError
from seedloupe.lens.concepts import concepts_plan, read_concepts
from seedloupe.studies.frame import Estimate, GridChart, Holds, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.labelled import LabelledPicture
from seedloupe.studies.revelio.sae import KeptConcepts, SaeStudy, TeachingPlan, teach
from seedloupe.studies.revelio.sae.purity import purity_of_units
from seedloupe.studies.revelio.sae.train import _Learner

from ..frame.stands import COLOURS, HEIGHT, NOISE, WIDTH, Stand

WIDE, ATOMS, ACTIVE = 32, 128, 4


def planted(count: int) -> tuple[Tensor, Tensor]:
    """Sums of four of 128 directions each, and the directions."""
    generator = torch.Generator().manual_seed(0)
    atoms = normalize(torch.randn(ATOMS, WIDE, generator=generator), dim=1)
    chosen = torch.rand(count, ATOMS, generator=generator).topk(ACTIVE, dim=1).indices
    strength = 0.5 + torch.rand(count, ACTIVE, generator=generator)
    codes = torch.zeros(count, ATOMS).scatter(1, chosen, strength)
    return codes @ atoms, atoms


def test_a_planted_dictionary_is_found_again() -> None:
    vectors, atoms = planted(12_000)
    plan = TeachingPlan(ATOMS, ACTIVE, 900, 256, 4e-3)
    before = torch.get_rng_state()
    taught = teach(vectors[:10_000], vectors[10_000:], plan, layer=COLOURS, time=50)
    cosines = (normalize(taught.coder.decoder, dim=1) @ atoms.mT).amax(0)
    assert float(cosines.mean()) >= 0.9
    assert taught.silent < 0.05
    assert taught.explained > 0.8
    assert taught.answering <= ACTIVE
    assert torch.equal(before, torch.get_rng_state())


def test_silent_units_are_brought_back_and_stay_silent_otherwise() -> None:
    vectors, _ = planted(6_000)
    silent = {}
    for revive in (True, False):
        plan = TeachingPlan(ATOMS, ACTIVE, 600, 256, 4e-3, silent_after=1024, revive=revive)
        learner = _Learner(vectors - vectors.mean(0), plan)
        with torch.no_grad():
            learner.bias[: ATOMS // 2] = -6.0  # as if earlier steps had driven them off
        with torch.enable_grad():
            for _ in range(plan.steps):
                learner.step()
        answers = vectors @ learner.encoder + learner.bias
        top = answers.topk(ACTIVE, dim=1).indices.unique()
        silent[revive] = 1 - len(top) / ATOMS
    assert silent[False] > 0.4
    assert silent[True] < silent[False] - 0.2


def test_the_same_plan_teaches_the_same_coder() -> None:
    vectors, _ = planted(800)
    plan = TeachingPlan(16, 2, 30, 64)
    coders = [teach(vectors, vectors, plan, layer=COLOURS, time=1).coder for _ in range(2)]
    assert torch.equal(coders[0].decoder, coders[1].decoder)
    assert torch.allclose(coders[0].decoder.norm(dim=1), torch.ones(16), atol=1e-5)


def test_too_few_vectors_or_units_are_refused() -> None:
    vectors, _ = planted(100)
    with pytest.raises(InputError, match="vectors"):
        teach(vectors[:10], vectors, TeachingPlan(), layer=COLOURS, time=1)
    with pytest.raises(InputError, match="k"):
        teach(vectors, vectors, TeachingPlan(units=4, k=5), layer=COLOURS, time=1)


def boxes(count: int) -> tuple[LabelledPicture, ...]:
    """Boxes of two kinds, each in its colour."""
    found = []
    for place in range(count):
        image = torch.full((3, HEIGHT, WIDTH), 0.5)
        objects = torch.zeros(HEIGHT, WIDTH, dtype=torch.int64)
        top, left, kind = 4 + 3 * (place % 5), 4 + 4 * (place % 7), place % 2
        shade = 0.8 + 0.02 * (place % 5)
        colour = torch.tensor([shade, 0.1, 0.1] if kind else [0.1, 0.2, shade])
        image[:, top : top + 20, left : left + 24] = colour[:, None, None]
        objects[top : top + 20, left : left + 24] = 1
        found.append(LabelledPicture(f"b{place}", image, objects, (("sea", "rose")[kind],)))
    return tuple(found)


def test_units_of_a_layer_that_sees_colours_are_pure_and_those_of_noise_are_not(
    tmp_path: Path,
) -> None:
    stand = Stand()
    looking = Looking(stand, (COLOURS, NOISE), (50,), stand.untrained())
    plan = TeachingPlan(units=32, k=3, steps=150, batch=128)
    kept = KeptConcepts(tmp_path)
    study = SaeStudy(looking, boxes(40), "drawn", plan, kept)
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    assert report.holds is Holds.YES
    assert f"of {COLOURS} at time 50" in report.sentence
    pure = report.figures["purity of the best layer"]
    assert isinstance(pure, Estimate)
    assert pure.value > 0.9
    (path,) = tmp_path.glob(f"*/{COLOURS}-t50.concepts.safetensors")
    coder = read_concepts(path)
    assert (coder.layer, coder.units, coder.k) == (COLOURS, 32, 3)
    told = concepts_plan(path)
    assert told["model"] == stand.name
    assert (told["layer"], told["time"], told["origin"]) == (COLOURS, 50, "drawn")
    assert told["pictures"] == [f"b{k}" for k in range(40)]


class Counted(Stand):
    """Says the hash of its files."""

    @property
    def settings(self) -> Mapping[str, object]:
        return {**super().settings, "sha256": "abc"}


def sae_study(kept: KeptConcepts, *, steps: int = 20) -> SaeStudy:
    stand = Counted()
    plan = TeachingPlan(units=16, k=2, steps=steps, batch=64)
    return SaeStudy(Looking(stand, (COLOURS,), (50,)), boxes(24), "drawn", plan, kept)


def test_coders_are_taught_once_however_often_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught = []
    monkeypatch.setattr(
        "seedloupe.studies.revelio.sae.study.teach",
        lambda *args, **how: taught.append(how) or teach(*args, **how),
    )
    study = sae_study(KeptConcepts(tmp_path / "kept"))
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        first = run_study(study, journal)
    again = sae_study(KeptConcepts(tmp_path / "kept"))
    with StudyJournal(tmp_path / "j.jsonl", again.settings) as journal:
        assert run_study(again, journal).to_json() == first.to_json()
    assert len(taught) == 1
    (path,) = (tmp_path / "kept").glob("*/*")
    assert read_concepts(path).model_sha256 == "abc"


def test_coders_of_another_plan_are_refused_in_one_line(tmp_path: Path) -> None:
    one, other = sae_study(KeptConcepts(tmp_path)), sae_study(KeptConcepts(tmp_path), steps=21)
    one.measure(one.cells()[0])
    (path,) = tmp_path.glob("*/*")
    wanted = other.kept.path(other.taught_by(), COLOURS, 50)
    assert wanted != path
    wanted.parent.mkdir()
    path.rename(wanted)
    with pytest.raises(InputError, match="one with other steps") as refused:
        other.measure(other.cells()[0])
    assert "\n" not in str(refused.value)


def test_a_damaged_coder_is_taught_again(tmp_path: Path) -> None:
    study = sae_study(KeptConcepts(tmp_path))
    found = study.measure(study.cells()[0])
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(path.read_bytes()[:100])
    assert study.measure(study.cells()[0]) == found
    assert read_concepts(path).layer == COLOURS


def test_one_kind_of_thing_cannot_tell_pure_units() -> None:
    stand = Stand()
    with pytest.raises(InputError, match="two kinds"):
        SaeStudy(Looking(stand, (COLOURS,), (50,)), boxes(20)[::2], "drawn")


def two_labels(count: int) -> tuple[LabelledPicture, ...]:
    """Boxes whose colour a layer sees, and of kinds that nothing shows."""
    found = []
    for place, plain in enumerate(boxes(count)):
        shade = {"colour": ("red" if place % 2 else "blue",)}
        kinds = (("sea", "rose", "cat")[place * 7 // 11 % 3],)
        found.append(
            LabelledPicture(plain.name, plain.image, plain.objects, kinds, attributes=shade)
        )
    return tuple(found)


def test_units_are_pure_by_the_label_a_layer_sees_and_not_by_another(tmp_path: Path) -> None:
    stand = Stand()
    looking = Looking(stand, (COLOURS, NOISE), (50, 200))
    plan = TeachingPlan(units=32, k=3, steps=150, batch=128)
    study = SaeStudy(looking, two_labels(48), "drawn", plan)
    assert study.labellings == ("kind", "colour")
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    colour, kind = (
        report.figures[f"purity by {name}, purest layer and time"] for name in ("colour", "kind")
    )
    assert isinstance(colour, Estimate)
    assert isinstance(kind, Estimate)
    assert colour.value > 0.9
    assert kind.value < colour.value - 0.15
    assert f"by colour in {COLOURS} at time" in report.sentence
    by_label = next(table for table in report.tables if table.title == "Purity by label")
    assert {row[0] for row in by_label.rows if row[1] == "colour"} == {"blue", "red"}
    grids = [chart for chart in report.charts if isinstance(chart, GridChart)]
    assert grids[0].columns == ("50", "200")
    assert grids[0].rows == (COLOURS, NOISE)


def test_an_attribute_is_told_of_every_object() -> None:
    plain = boxes(1)[0]
    with pytest.raises(InputError, match="one of 1 objects each"):
        replace(plain, attributes={"colour": ("red", "blue")})


def test_few_things_of_a_kind_do_not_keep_a_pure_unit_from_being_called_so() -> None:
    labels = [kind for kind in ("sea", "rose", "cat", "boat") for _ in range(3)]
    codes = torch.rand(12, 1, generator=torch.Generator().manual_seed(0)) * 0.1 + 0.01
    codes[3:6] += 1.0
    assert purity_of_units(codes, labels) == {0: (1.0, "rose")}
