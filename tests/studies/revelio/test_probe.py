"""A class that one layer sees, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError
from seedloupe.studies.frame import Estimate, Holds, Report, run_study
from seedloupe.studies.frame.looking import Looking
from seedloupe.studies.journal import StudyJournal
from seedloupe.studies.labelled import ClassPicture
from seedloupe.studies.revelio import ProbeStudy
from seedloupe.studies.revelio.transfer import attributes_of, best_of_folds, folds_of

from ..frame.stands import COLOURS, PLACE, Stand


class Parity(Stand):
    """Sees in one layer whether a checkerboard is turned, which pooled pixels do not show."""

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        seen = dict(super().features(picture, layers, time, prompt=prompt, seed=seed))
        if self.trained and COLOURS in seen:
            turned = picture[0, 0::2, 0::2].mean() - picture[0, 0::2, 1::2].mean()
            seen[COLOURS] = seen[COLOURS] * 0 + turned
        return seen


def pictures(each: int) -> tuple[ClassPicture, ...]:
    board = (torch.arange(48)[:, None] + torch.arange(64)) % 2
    found = []
    for place in range(2 * each):
        turned = place % 2
        noise = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(place))
        image = 0.5 + 0.3 * ((board ^ turned) - 0.5) + 0.1 * (noise - 0.5)
        found.append(ClassPicture(f"p{place}", image, f"class {turned}"))
    return tuple(found)


def test_the_layer_that_sees_the_class_is_named_and_beats_pixels_and_random_weights(
    tmp_path: Path,
) -> None:
    stand = Parity()
    looking = Looking(stand, stand.layers, (50,), stand.untrained())
    study = ProbeStudy(looking, pictures(24), "drawn")
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        report = run_study(study, journal)
    assert report.holds is Holds.YES
    assert report.sentence.startswith(f"Off {COLOURS} ")


def test_one_class_and_tiny_classes_are_refused_before_anything_runs() -> None:
    looking = Looking(Stand(), (COLOURS,), (50,))
    with pytest.raises(InputError, match="two classes"):
        ProbeStudy(looking, pictures(8)[::2], "drawn")
    with pytest.raises(InputError, match="4 pictures or more"):
        ProbeStudy(looking, pictures(2), "drawn")


class Shortcut(Stand):
    """One layer sees the class itself, another only the colour that mostly goes with it."""

    def features(
        self, picture: Tensor, layers: Sequence[str], time: int, *, prompt: str = "", seed: int = 0
    ) -> Mapping[str, Tensor]:
        seen = dict(super().features(picture, layers, time, prompt=prompt, seed=seed))
        if self.trained:
            turned = picture[0, 0::2, 0::2].mean() - picture[0, 0::2, 1::2].mean()
            shade = picture.mean((1, 2))
            own = {COLOURS: turned.reshape(1, 1, 1), PLACE: shade[:, None, None]}
            seen |= {layer: seen[layer] * 0 + own[layer] for layer in layers}
        return seen


SHADES = {
    "red": (0.7, 0.3, 0.3),
    "green": (0.3, 0.7, 0.3),
    "blue": (0.3, 0.3, 0.7),
    "grey": (0.5,) * 3,
}


def coloured(each: int) -> tuple[ClassPicture, ...]:
    """Two classes; of each class the first two colours differ from the other's."""
    found = []
    for place, plain in enumerate(pictures(each)):
        turned = place % 2
        # Red and green go with one class; blue and grey come with both.
        names = ("red", "blue") if turned else ("green", "blue")
        name = (*names, "grey")[(place // 2) % 3]
        shade = torch.tensor(SHADES[name])[:, None, None]
        image = plain.image * 0.4 + 0.6 * shade
        found.append(ClassPicture(plain.name, image, plain.label, {"colour": name}))
    return tuple(found)


def transferred(tmp_path: Path, layer: str) -> Report:
    stand = Shortcut()
    looking = Looking(stand, (layer,), (50,), stand.untrained())
    study = ProbeStudy(looking, coloured(24), "drawn")
    assert study.attributes == ("colour",)
    with StudyJournal(tmp_path / "j.jsonl", study.settings) as journal:
        return run_study(study, journal)


def test_what_classes_share_is_read_with_held_out_colours_and_a_shortcut_is_not(
    tmp_path: Path,
) -> None:
    true = transferred(tmp_path / "true", COLOURS)
    shortcut = transferred(tmp_path / "shortcut", PLACE)
    read = [report.figures["best layer, held-out colour"] for report in (true, shortcut)]
    assert all(isinstance(one, Estimate) for one in read)
    assert read[0].value > 0.95  # type: ignore[union-attr]
    assert read[1].value < 0.75  # type: ignore[union-attr]
    assert true.holds is Holds.YES
    assert shortcut.holds is not Holds.YES
    assert "Taught with half of the colour values" in true.sentence


def test_held_out_values_never_teach_and_unknown_classes_are_not_asked_for() -> None:
    shown = coloured(24)
    folds = folds_of(shown, "colour")
    for fold in folds:
        taught, tested = (
            {shown[place].attributes["colour"] for place in flags.nonzero()[0]}
            for flags in (fold.taught, fold.tested)
        )
        assert taught
        assert not taught & tested
        known = {shown[place].label for place in fold.taught.nonzero()[0]}
        assert {shown[place].label for place in fold.tested.nonzero()[0]} <= known
    assert not (folds[0].taught & folds[1].taught).any()


def test_no_choice_is_judged_on_the_fold_that_chose_it() -> None:
    assert best_of_folds({"a": [9, 1], "b": [2, 7]}) == 3
    assert best_of_folds({"a": [9, 8], "b": [2, 7]}) == 17


def test_without_attributes_nothing_is_held_out() -> None:
    assert attributes_of(pictures(8)) == ()
