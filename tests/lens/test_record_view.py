"""Looking into a record by layer, step, spot and word."""

from __future__ import annotations

import pytest
import torch

from seedloupe.errors import InputError, LayerNotFoundError
from seedloupe.lens import (
    FeatureMap,
    LensRecord,
    LensSpec,
    Recorder,
    RowKind,
    RowLabel,
    ViewKind,
    ViewRequest,
    WordNotFoundError,
    WordWatch,
    view_record,
)
from seedloupe.lens.calls import FeaturePlace
from seedloupe.lens.tokens import Piece, PromptTokens
from seedloupe.lens.words import AttentionMap, Truth, TruthCheck

HEIGHT, WIDTH = 4, 6
LABELS = tuple(RowLabel(RowKind.COND, image, 0) for image in range(2))


def field(seed: int) -> torch.Tensor:
    """Two halves of the picture with features of their own, and a little noise."""
    generator = torch.Generator().manual_seed(seed)
    halves = torch.randn(2, 2, 12, 1, 1, generator=generator)
    left = (torch.arange(WIDTH) < WIDTH // 2).float()
    whole = halves[:, 0] * left + halves[:, 1] * (1 - left)
    noise = torch.randn(2, 12, HEIGHT, WIDTH, generator=generator)
    return whole.expand(2, 12, HEIGHT, WIDTH) + 0.05 * noise


@pytest.fixture(scope="module")
def record() -> LensRecord:
    recorder = Recorder()
    for step in range(3):
        for layer in ("mid-vit-out", "up-level0-repeat0-vit-out"):
            recorder(FeatureMap(layer, step, 3.0 - step, field(step), labels=LABELS))
    tokens = PromptTokens.of_chunks(
        [[Piece("", special=True), Piece("cat"), Piece("dog"), Piece("", special=True)]]
    )
    words = WordWatch(tokens)
    maps = torch.zeros(2, 1, 2, HEIGHT, WIDTH)
    maps[:, :, 0, :, : WIDTH // 2] = 0.3  # the cat is on the left
    maps[:, :, 1, :, WIDTH // 2 :] = 0.2
    check = TruthCheck(Truth.SAME, 0.0)
    for step in range(3):
        seen = AttentionMap("mid-cross-map", step, 1.0, (1, 2), maps, check, labels=LABELS)
        words._sides[0].take(seen)
        words.flush(FeaturePlace(step=step), 0)
    return words.kept_in(recorder.finish(LensSpec("tiny", "euler", prompt="cat dog")))


def test_nothing_asked_shows_the_first_layer_at_the_last_step(record: LensRecord) -> None:
    view = view_record(record, ViewRequest())
    assert view.picture.shape == (3, HEIGHT, WIDTH)
    assert "mid-vit-out at step 2, sigma 1 (6x4 cells)" in view.sentence


def test_a_spot_lights_up_what_is_like_it_and_names_the_words_there(record: LensRecord) -> None:
    view = view_record(record, ViewRequest(ViewKind.SPOT, x=0.1, y=0.2, image=1))
    assert view.strength[:, : WIDTH // 2].min() > view.strength[:, WIDTH // 2 :].max()
    assert [word.word for word in view.words.words] == ["cat", "dog"]
    assert "Words there: cat 100%, dog 0%." in view.sentence


def test_a_word_lights_up_where_it_was_attended_to(record: LensRecord) -> None:
    view = view_record(record, ViewRequest(ViewKind.WORD, word="Dog", step=1))
    assert view.strength[:, : WIDTH // 2].max() == 0
    assert view.strength[0, -1] == pytest.approx(0.2, rel=1e-3)
    assert "over all layers and step 1, up to 20.0%" in view.sentence


def test_groups_are_painted_cell_by_cell(record: LensRecord) -> None:
    view = view_record(record, ViewRequest(ViewKind.GROUPS, step=0))
    assert view.picture.shape == (3, HEIGHT, WIDTH)
    assert (view.picture[:, 0, 0] != view.picture[:, 0, -1]).any()


@pytest.mark.parametrize(
    ("request_", "problem", "said"),
    [
        (ViewRequest(layer="down-9"), LayerNotFoundError, "mid-vit-out, up-level0-.*'down-9'"),
        (ViewRequest(step=7), InputError, "a recorded step, 0 to 2, or -1 for the last, got 7"),
        (ViewRequest(image=2), InputError, "one of 2 pictures and 1 prompts.*got picture 2"),
        (ViewRequest(prompt=1), InputError, "got picture 0, prompt 1"),
        (ViewRequest(ViewKind.WORD, word="cow"), WordNotFoundError, "cat, dog.*got 'cow'"),
        (ViewRequest(ViewKind.WORD, image=2), InputError, "expected 0 to 1, got 2"),
        (ViewRequest(ViewKind.SPOT, x=1.5), InputError, "1.5"),
    ],
)
def test_what_is_not_there_is_refused_with_both_values(
    record: LensRecord, request_: ViewRequest, problem: type[InputError], said: str
) -> None:
    with pytest.raises(problem, match=said):
        view_record(record, request_)


def test_a_lens_without_words_says_how_to_get_them() -> None:
    bare = Recorder()
    bare(FeatureMap("mid-vit-out", 0, 1.0, field(0)))
    plain = bare.finish(LensSpec("tiny", "euler"))
    with pytest.raises(InputError, match="let the words be watched"):
        view_record(plain, ViewRequest(ViewKind.WORD))
    assert view_record(plain, ViewRequest(image=1)).picture.shape == (3, HEIGHT, WIDTH)
