"""Seeds that keep their style and their places, and such that do not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.mining.scorers.composition import object_places
from seedloupe.mining.scorers.style import compressed_gram
from seedloupe.studies.frame import DotChart, Holds, KeptTensors, Report, Study, run_study
from seedloupe.studies.frame.painted import Painted
from seedloupe.studies.good_seed import CompositionStudy, StyleStudy
from seedloupe.studies.good_seed.composition import asked_places
from seedloupe.studies.journal import StudyJournal

from ..frame.stands import Stand

PROMPTS = tuple(f"a boat in scene {k}" for k in range(12))
SEEDS = tuple(range(16))


def concluded(study: Study, folder: Path) -> Report:
    with StudyJournal(folder / "journal.jsonl", study.settings) as journal:
        return run_study(study, journal)


def gram(pictures: Tensor) -> Tensor:
    """Style as the miner's scorer has it, of the pixels themselves."""
    return compressed_gram(pictures - 0.5)


def brightest(pictures: Tensor) -> Tensor:
    """Where the bright part stands, as a boat; never a fish."""
    grey = pictures.mean(1)
    boats = grey > grey.flatten(1).quantile(0.75, 1)[:, None, None]
    masks = torch.stack([boats, torch.zeros_like(boats)], 1).float()
    return object_places(masks, None).flatten(1)


@pytest.mark.parametrize(("share", "holds"), [(0.75, True), (0.0, False)])
def test_style_is_kept_where_seeds_decide_it_and_only_there(
    tmp_path: Path, share: float, holds: bool
) -> None:
    painted = Painted(Stand(seed_share=share), PROMPTS, SEEDS)
    report = concluded(StyleStudy(painted, gram), tmp_path)
    assert (report.holds is Holds.YES) == holds


@pytest.mark.parametrize(("share", "holds"), [(0.75, True), (0.0, False)])
def test_places_are_kept_where_seeds_decide_them_and_only_there(
    tmp_path: Path, share: float, holds: bool
) -> None:
    painted = Painted(Stand(seed_share=share), PROMPTS, SEEDS)
    report = concluded(CompositionStudy(painted, brightest, ("boat", "fish")), tmp_path)
    assert (report.holds is Holds.YES) == holds
    assert [row[0] for row in report.tables[0].rows][:2] == ["all together", "centroid across"]
    assert "depth" not in [row[0] for row in report.tables[0].rows]
    assert any("could be measured" in note for note in report.notes)


def test_components_are_kept_for_distances_and_the_map_is_drawn_once(tmp_path: Path) -> None:
    painted = Painted(Stand(seed_share=0.75), PROMPTS, SEEDS)
    study = StyleStudy(painted, gram, kept=KeptTensors(tmp_path / "spaces"))
    report = concluded(study, tmp_path)
    (path,) = (tmp_path / "spaces").iterdir()
    kept = load_file(path)
    assert kept["seeds"].tolist() == list(SEEDS)
    assert kept["map"].shape == (16, 2)
    # Distances of the components are those of the seeds' means: nothing is bent.
    raw = torch.stack([gram(painted.of(prompt)) for prompt in PROMPTS]).double()
    means = (raw - raw.mean(1, keepdim=True)).mean(0)
    whole = torch.pdist(means)
    assert torch.allclose(torch.pdist(kept["feature"].double()), whole, atol=1e-6)
    chart = report.charts[0]
    assert isinstance(chart, DotChart)
    assert [dot.name for dot in chart.dots][:2] == ["seed 0", "seed 1"]
    again = concluded(study, tmp_path)
    assert again.to_json() == report.to_json()


def test_the_thing_a_prompt_names_is_looked_for_and_else_the_largest() -> None:
    nan = float("nan")
    places = torch.tensor(
        [[[0.1, 0.2, 0.3, nan], [0.6, 0.7, 0.8, nan]], [[nan] * 4, [0.5, 0.5, 0.1, nan]]]
    )
    names = ("boat", "traffic light")
    assert asked_places(places, "a Boat, at sea", names)[0, 0] == pytest.approx(0.1)
    assert asked_places(places, "a boat, at sea", names)[1].isnan().all()
    assert asked_places(places, "two traffic lights", names)[0, 0] == pytest.approx(0.6)
    assert asked_places(places, "a boathouse", names)[0, 0] == pytest.approx(0.6)
    assert asked_places(places, "a cat", names)[1, 0] == pytest.approx(0.5)


def test_a_thing_that_is_never_found_ends_in_one_line(tmp_path: Path) -> None:
    painted = Painted(Stand(), PROMPTS[:4], SEEDS[:8])

    def nothing(pictures: Tensor) -> Tensor:
        return torch.full((len(pictures), 4), float("nan"))

    with pytest.raises(InputError, match="0 %, of boat"):
        concluded(CompositionStudy(painted, nothing, ("boat",)), tmp_path)


def test_too_few_seeds_or_prompts_are_refused_before_anything_runs() -> None:
    few: Mapping[str, Painted] = {
        "seeds": Painted(Stand(), PROMPTS, SEEDS[:4]),
        "prompts": Painted(Stand(), PROMPTS[:2], SEEDS),
    }
    for field, painted in few.items():
        with pytest.raises(InputError, match=field):
            StyleStudy(painted, gram)
        with pytest.raises(InputError, match=field):
            CompositionStudy(painted, brightest, ("boat",))
    with pytest.raises(InputError, match="classes"):
        CompositionStudy(Painted(Stand(), PROMPTS, SEEDS), brightest, ())
