"""Word maps in a lens file, against the run they were taken from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from seedloupe.errors import InputError, LensFileError
from seedloupe.lens.budget import Keep, Recipe, RecordingPlan, fit_budget
from seedloupe.lens.file import read_lens, write_lens
from seedloupe.lens.kinds import tensors_of
from seedloupe.lens.record import LensKey, LensRecord, LensSpec
from seedloupe.lens.shapes import LayerShape
from seedloupe.lens.tokens import Piece, PromptTokens
from seedloupe.lens.words import (
    AttentionAccumulator,
    AttentionMap,
    AttentionProbe,
    Truth,
    TruthCheck,
    WordsSeen,
    kept_words,
    predict_words,
    record_with_words,
)

from .conftest import Inputs, output

MARK = Piece("<|endoftext|>", special=True)
#: Half precision has steps of one in 2048; a share is the ratio of two such numbers.
CLOSE = {"rtol": 2**-10, "atol": 1e-7}


def sight(*, negative: bool = True, steps: bool = True) -> WordsSeen:
    """A strawberry of two tokens and a word that stands twice; fog is not wanted."""
    berry = [Piece("straw", ends_word=False), Piece("berry")]
    prompt = PromptTokens.of_chunks([[MARK, Piece("red"), *berry, Piece("Red"), MARK, MARK]])
    against = PromptTokens.of_chunks([[MARK, Piece("fog"), *[MARK] * 5]])
    rows = ([2, 3], against, [0, 1]) if negative else ([0, 1], None, ())
    return WordsSeen(AttentionAccumulator(steps=steps), prompt, *rows)


def fill(seen: WordsSeen, *, steps: int = 4, track: int = 0) -> WordsSeen:
    """Two layers of different grids, two calls in each step, each row something else."""
    numbers = torch.Generator().manual_seed(5)
    columns = seen.reading.columns
    for step in range(steps):
        for call in range(2):
            for layer, size in (("mid-a-cross-map", (3, 2)), ("up-b-cross-map", (6, 4))):
                values = torch.rand(4, 2, len(columns), *size, generator=numbers) / 50
                truth = TruthCheck(Truth.SAME, 1e-6 * step)
                if step == 1 and layer.startswith("mid"):
                    truth = TruthCheck(Truth.ALTERED, 0.25, "something alters attention")
                what = (layer, step, 9.0 - step, columns, values, truth, call)
                seen.tally(AttentionMap(*what, track, 900.0 - step))
    return seen


def spec() -> LensSpec:
    return LensSpec("small", "euler", truth={"notes": ["a note"]})


def through_a_file(record: LensRecord, folder: Path) -> LensRecord:
    return read_lens(write_lens(folder / "a.lens.safetensors", record))


def test_maps_in_a_file_are_those_of_the_run(tmp_path: Path) -> None:
    live = fill(sight())
    kept = kept_words(through_a_file(record_with_words(LensRecord(spec(), {}), live), tmp_path))
    assert kept is not None
    assert kept.tally.seen_steps == live.tally.seen_steps == (0, 1, 2, 3)
    assert kept.prompt.labels == live.prompt.labels == ("red#1", "strawberry", "Red#2")
    for word in ("red", "strawberry", "Red#2", "red straw berry"):
        for step in (None, 0, 3):
            for shares in (False, True):
                ours = kept.map_of(word, step=step, among_words=shares)
                theirs = live.map_of(word, step=step, among_words=shares)
                assert ours.values.shape == (2, 6, 4)
                torch.testing.assert_close(ours.values, theirs.values, **CLOSE)
    ranked = [[(x.word, x.index) for x in one.at(0.9, 0.2, step=2).words] for one in (kept, live)]
    assert ranked[0] == ranked[1]


def test_words_of_the_negative_prompt_have_an_entry_and_rows_of_their_own(tmp_path: Path) -> None:
    live = fill(sight())
    record = through_a_file(record_with_words(LensRecord(spec(), {}), live), tmp_path)
    assert [(one.layer, one.tokens) for one in record.spec.words] == [
        ("prompt", ("red", "strawberry", "Red")),
        ("negative", ("fog",)),
    ]
    assert record.spec.words[0].positions == (1, 2, 4)
    kept = kept_words(record, negative=True)
    assert kept is not None
    theirs = live.tally.map_of(live.negative or live.prompt, "fog", step=2, rows=[0, 1])
    torch.testing.assert_close(kept.map_of("fog", step=2).values, theirs.values, **CLOSE)


def test_a_run_without_guidance_or_words_has_no_such_entry(tmp_path: Path) -> None:
    record = record_with_words(LensRecord(spec(), {}), fill(sight(negative=False)))
    assert [one.layer for one in record.spec.words] == ["prompt"]
    assert kept_words(through_a_file(record, tmp_path), negative=True) is None
    plain = LensRecord(spec(), {})
    assert kept_words(through_a_file(plain, tmp_path)) is None
    assert record_with_words(plain, sight()) is plain  # every layer failed, as the probe said


def test_what_is_known_of_the_truth_goes_with_the_maps(tmp_path: Path) -> None:
    record = through_a_file(record_with_words(LensRecord(spec(), {}), fill(sight())), tmp_path)
    assert record.spec.truth["notes"] == ["a note"]
    (said,) = record.spec.truth["words"]  # type: ignore[misc]
    assert (said["label"], said["layers"], list(said["doubts"])) == (
        "altered",
        2,
        ["mid-a-cross-map"],
    )
    kept = kept_words(record)
    assert kept is not None
    assert kept.map_of("red").truth == TruthCheck(Truth.ALTERED, 0.25, "something alters attention")


def test_nobody_is_told_that_maps_are_true_that_nobody_checked(tmp_path: Path) -> None:
    live = sight(negative=False)
    values = torch.rand(2, 1, len(live.reading.columns), 2, 3)
    what = ("mid-a-cross-map", 0, None, live.reading.columns, values)
    live.tally(AttentionMap(*what, TruthCheck(Truth.UNCHECKED, reason="nobody asked")))
    record = record_with_words(LensRecord(spec(), {}), live)
    kept = kept_words(through_a_file(record, tmp_path))
    assert kept is not None
    assert kept.map_of("red").truth.label is Truth.UNCHECKED
    silent = kept_words(replace(record, spec=replace(record.spec, truth={})))
    assert silent is not None
    assert silent.map_of("red").truth.reason == "the file does not say"


def test_steps_without_layers_still_have_their_noise_level(tmp_path: Path) -> None:
    record = through_a_file(record_with_words(LensRecord(spec(), {}), fill(sight())), tmp_path)
    moment = record.moment(LensKey(0, 3, 0, "prompt"))
    assert (moment.sigma, moment.timestep) == (6.0, 897.0)


def test_every_second_step_can_be_kept() -> None:
    record = record_with_words(LensRecord(spec(), {}), fill(sight()), every=2)
    assert sorted({key.step for key in record.words}) == [0, 2]


def test_passes_are_kept_apart(tmp_path: Path) -> None:
    first, second = fill(sight()), fill(sight(), steps=2, track=1)
    record = record_with_words(record_with_words(LensRecord(spec(), {}), first), second)
    record = through_a_file(record, tmp_path)
    again = kept_words(record, track=1)
    assert again is not None
    assert (again.tally.track, again.tally.seen_steps) == (1, (0, 1))
    torch.testing.assert_close(again.map_of("red").values, second.map_of("red").values, **CLOSE)


def test_a_tally_without_steps_is_refused() -> None:
    with pytest.raises(InputError, match="each step"):
        record_with_words(LensRecord(spec(), {}), fill(sight(steps=False)))


def test_a_record_whose_maps_fit_no_entry_is_not_written(tmp_path: Path) -> None:
    record = record_with_words(LensRecord(spec(), {}), fill(sight()))
    entry = replace(record.spec.words[0], tokens=("red",))
    wrong = replace(record, spec=replace(record.spec, words=(entry, *record.spec.words[1:])))
    with pytest.raises(LensFileError, match=r"words\.0\.0\.0\.prompt"):
        write_lens(tmp_path / "a.lens.safetensors", wrong)


@pytest.mark.parametrize("size", [(8, 12), (16, 10), (7, 11)])
@pytest.mark.parametrize("recipe", [Recipe(), Recipe(Keep.RGB, every=2)])
def test_predicted_bytes_are_those_kept(
    recipe: Recipe, size: tuple[int, int], unet: nn.Module, tmp_path: Path
) -> None:
    seen = sight()
    shapes = predict_words(unet, seen, height=size[0], width=size[1])
    steps = 5
    with torch.no_grad(), AttentionProbe(unet, seen.reading, seen.tally) as probe:
        for step in range(steps):
            probe.at(step=step, sigma=1.5)
            output(unet, (torch.randn(4, 4, *size), torch.tensor([1]), torch.randn(4, 7, 16)))
    record = record_with_words(LensRecord(LensSpec("m", "e"), {}), seen, every=recipe.every)
    wish = RecordingPlan({}, steps, rows=2, recipe=recipe, words=shapes)
    kept = sum(t.nbytes for tensors in tensors_of(record).values() for t in tensors.values())
    assert wish.data_bytes == kept
    written = write_lens(tmp_path / "a.lens.safetensors", record).stat().st_size
    assert wish.file_bytes == pytest.approx(written, rel=0.05)


def test_word_maps_are_given_up_before_layers_are() -> None:
    layers = {"a": LayerShape(8, 8, 8), "b": LayerShape(8, 4, 4)}
    wish = RecordingPlan(
        layers, 8, recipe=Recipe(Keep.RGB), words={"prompt": LayerShape(40, 64, 64)}
    )
    assert fit_budget(wish, 10**9).wish == wish
    made = fit_budget(wish, 10**5)
    assert (made.layers, made.wish.recipe.words) == (("a", "b"), False)
    assert made.notes == ("the lens leaves out word maps, to stay within 100 kB",)
    assert not fit_budget(wish, 10).wish.recipe.words


def test_the_model_is_watched_into_a_file(unet: nn.Module, inputs: Inputs, tmp_path: Path) -> None:
    live = replace(sight(negative=False), rows=[0, 2])
    with torch.no_grad(), AttentionProbe(unet, live.reading, live.tally) as probe:
        output(unet, inputs)
    assert not probe.notes
    kept = kept_words(through_a_file(record_with_words(LensRecord(spec(), {}), live), tmp_path))
    assert kept is not None
    found, theirs = (one.map_of("strawberry", step=0) for one in (kept, live))
    torch.testing.assert_close(found.values, theirs.values, **CLOSE)
    assert found.truth.label is Truth.SAME
