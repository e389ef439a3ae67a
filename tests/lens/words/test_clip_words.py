"""Words as the model's tokenizer cuts them, and watching them in a run."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from seedloupe.errors import InputError
from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.engine.models import Model, open_model
from seedloupe.hosts.standalone.engine.sampling import Generated, StepUpdate, generate, stream
from seedloupe.hosts.standalone.engine.watching import request_cut_notes, tokens_of
from seedloupe.lens import Truth, WordBeyondCutError, WordNotFoundError, WordsSeen
from seedloupe.lens.words.clip_words import words_beyond, words_to_show

from ...requests import request_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def request(model: Model, prompt: str = "a red cat, a blue cat", **changes: object) -> Request:
    return request_of(
        model.info, prompt, (4,), **{"steps": 2, "width": 48, "height": 32, **changes}
    )


@pytest.fixture(scope="module")
def seedling() -> Model:
    return open_model("seedling")


def test_words_spelled_in_many_tokens_are_put_together(tiny: Model) -> None:
    tokens = tokens_of(tiny, "A well-lit Hill, \u00e9t\u00e9")
    assert tokens.length == 77
    assert tokens.words == ("a", "well", "-", "lit", "hill", ",", "\u00e9t\u00e9")
    assert tokens.find("hill") == (10, 11, 12, 13)
    assert tokens.find("Well-Lit") == tuple(range(2, 10))
    assert len(tokens.find("\u00e9t\u00e9")) == 5


def test_tokens_stand_where_the_pipeline_puts_them(tiny: Model) -> None:
    prompt = "a red cat"
    tokens = tokens_of(tiny, prompt)
    ids = tiny.pipe.tokenizer(prompt).input_ids
    assert [token.special for token in tokens.tokens].index(True, 1) == len(ids) - 1
    assert all(token.special for token in tokens.tokens[len(ids) :])
    assert tokens.tokens[0].special


def test_xl_reads_the_same_columns(tiny_xl: Model) -> None:
    assert tokens_of(tiny_xl, "a red cat").words == ("a", "red", "cat")


def test_a_prompt_beyond_the_chunk_is_cut_as_the_pipeline_cuts_it(tiny: Model) -> None:
    tokens = tokens_of(tiny, "hill " * 40)
    assert tokens.length == 77
    assert tokens.words == ("hill",) * 18 + ("hil",)
    assert tokens.beyond == ("hill",) * 22  # the one that is parted is not read to its end
    assert tokens.parted


def test_a_prompt_that_just_fits_is_not_cut(seedling: Model) -> None:
    fits, one_more = (tokens_of(seedling, "cat " * count) for count in (75, 76))
    assert fits.beyond == ()
    assert len(fits.words) == len(one_more.words) == 75
    assert one_more.beyond == ("cat",)
    assert not one_more.parted


LONG = "a house, " + "very fine, " * 30 + "a red ball, a house"


def test_a_word_beyond_the_cut_is_said_to_be_there(seedling: Model) -> None:
    tokens = tokens_of(seedling, LONG)
    for word in ("ball", "red ball", "BALL", "house#2"):
        with pytest.raises(WordBeyondCutError, match="lies beyond the cut after 77 tokens"):
            tokens.find(word)
    assert tokens.find("house") == tokens.find("house#1") == (2,)
    for word in ("dog", "house#3", "ball#2"):
        with pytest.raises(WordNotFoundError, match="a word or phrase of the prompt") as caught:
            tokens.find(word)
        assert not isinstance(caught.value, WordBeyondCutError)


def test_a_phrase_across_the_cut_is_beyond_it(seedling: Model) -> None:
    tokens = tokens_of(seedling, "cat " * 74 + "red ball")
    assert tokens.find("red") == (75,)
    with pytest.raises(WordBeyondCutError):
        tokens.find("red ball")


def test_a_word_that_is_cut_in_two_is_beyond_the_cut(tiny: Model) -> None:
    tokens = tokens_of(tiny, "hill " * 18 + "mouse")
    assert tokens.parted
    with pytest.raises(WordBeyondCutError):
        tokens.find("mouse")


def test_a_cut_prompt_is_noted_with_the_words_that_are_cut(
    seedling: Model, caplog: pytest.LogCaptureFixture
) -> None:
    made = list(generate(seedling, request(seedling, LONG, steps=1, guidance=1.0)))
    (note,) = made[0].notes
    assert note.startswith("the prompt is cut after 77 tokens; ")
    assert note.endswith("a red ball , a house")
    assert not caplog.records
    short = list(generate(seedling, request(seedling, steps=1)))
    assert short[0].notes == ()


def test_only_a_negative_prompt_that_is_read_is_noted(seedling: Model) -> None:
    guided, free = (
        request_cut_notes(
            seedling, request(seedling, negative="cat " * 80, steps=1, guidance=guidance)
        )
        for guidance in (4.0, 1.0)
    )
    (note,) = guided
    assert note == "the negative prompt is cut after 77 tokens; 5 words beyond the cut: " + (
        "cat cat cat cat cat"
    )
    assert free == ()


def test_very_many_words_are_counted_rather_than_listed(seedling: Model) -> None:
    tokens = tokens_of(seedling, "cat " * 75 + "one " + "dog " * 98 + "two")
    assert words_beyond(tokens) == (
        "cut after 77 tokens; 100 words beyond the cut: one "
        + "dog " * 19
        + "... (60 more) ... "
        + "dog " * 19
        + "two"
    )


def test_clip_words_have_their_columns(seedling: Model) -> None:
    tokens = tokens_of(seedling, "A photo of a strawberry, a cat's cat")
    assert tokens.words == ("a", "photo", "of", "a", "strawberry", ",", "a", "cat", "'s", "cat")
    assert tokens.find("cat's") == (8, 9)
    assert tokens.find("cat#2") == (10,)


def test_words_that_may_mean_something_are_chosen(tiny: Model) -> None:
    assert words_to_show(tokens_of(tiny, request(tiny).prompt), ("auto",)) == (
        "red",
        "cat#1",
        "blue",
        "cat#2",
    )
    assert words_to_show(tokens_of(tiny, request(tiny).prompt), ("red cat", "CAT")) == (
        "red cat",
        "CAT",
    )
    with pytest.raises(WordNotFoundError, match="cat#2"):
        words_to_show(tokens_of(tiny, request(tiny).prompt), ("dog",))


def watched(model: Model, wish: Request) -> tuple[Generated, WordsSeen]:
    (made,) = generate(model, wish, words=True, panel=["mid-vit-out"])
    assert made.words is not None
    return made, made.words


@pytest.mark.parametrize("size", [(128, 128), (160, 96)])
def test_the_picture_is_the_same_to_the_bit_with_words_watched(
    size: tuple[int, int], seedling: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    finals: list[Tensor] = []
    decode = seedling.vae.decode
    monkeypatch.setattr(
        seedling.vae, "decode", lambda z, *a, **k: (finals.append(z.clone()), decode(z, *a, **k))[1]
    )
    wish = request(seedling, width=size[0], height=size[1], steps=3, negative="fog")
    (plain,) = generate(seedling, wish)
    made, seen = watched(seedling, wish)
    assert torch.equal(*finals)
    assert torch.equal(made.image, plain.image)
    assert seen.tally.grid == (size[1] // 8, size[0] // 8)
    assert {truth.label for truth in seen.tally.truths.values()} == {Truth.SAME}
    assert made.notes == ()


def test_prompt_and_negative_prompt_are_told_apart(tiny: Model) -> None:
    _, both = watched(tiny, request(tiny, negative="fog", guidance=4.0))
    _, alone = watched(tiny, request(tiny, guidance=1.0, steps=1))
    assert {word.word for word in both.at(0.2, 0.9).words} >= {"red", "cat#1"}
    assert {word.word for word in both.negative_at(0.2, 0.9).words} == {"fog"}
    # Before the first step guidance has changed nothing yet, so the prompted row sees the same.
    first = both.map_of("red", step=0).values
    torch.testing.assert_close(first, alone.map_of("red").values, rtol=0, atol=1e-5)
    contrast = both.contrast("red")
    assert contrast.values.min() < 0 or contrast.values.max() > 0
    with pytest.raises(InputError, match="guidance"):
        alone.negative_at(0.5, 0.5)
    with pytest.raises(InputError, match="guidance"):
        alone.contrast("red")


def test_each_picture_has_words_of_its_own(tiny: Model) -> None:
    steps: list[StepUpdate] = []
    wish = request_of(tiny.info, "a red cat", (4, 5), steps=2)
    made = list(generate(tiny, wish, words=True, on_step=steps.append))
    maps = [one.words.map_of("cat").values for one in made if one.words is not None]
    assert not torch.equal(*maps)
    assert [step.words is made[step.image].words for step in steps] == [True] * 4
    assert made[0].words is not None
    assert made[0].words.tally.seen_steps == (0, 1)


def test_prompts_without_words_are_not_watched(tiny: Model) -> None:
    (made,) = generate(tiny, request(tiny, "", steps=1), words=True)
    assert made.words is None
    (other,) = generate(tiny, request(tiny, "", negative="fog", steps=1), words=True)
    assert other.words is not None
    assert other.words.at(0.5, 0.5).words == ()


def test_trouble_with_words_is_told_and_never_costs_the_picture(
    tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError("no room left")

    (plain,) = generate(tiny, request(tiny))
    monkeypatch.setattr("seedloupe.lens.words.readings.shares", fail)
    (made,) = generate(tiny, request(tiny), words=True)
    assert torch.equal(made.image, plain.image)
    assert made.notes
    assert all("no room left" in note for note in made.notes)


def test_altered_attention_is_told(tiny: Model) -> None:
    attention = tiny.unet.get_submodule("mid_block.attentions.0.transformer_blocks.0.attn2")
    last = attention.to_out[0]
    scale = last.register_forward_pre_hook(lambda _m, args: (args[0] * 1.5,))
    (made,) = generate(tiny, request(tiny), words=True)
    scale.remove()
    (note,) = made.notes
    assert note.startswith("mid-vit-block0-cross-map is not what the model used: something")


def test_a_run_nobody_reads_to_its_end_leaves_no_hook(tiny: Model) -> None:
    flow = stream(tiny, request(tiny), words=True)
    next(flow)
    assert hooks(tiny.unet) == 0
    flow.close()
    assert hooks(tiny.unet) == 0


def hooks(unet: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in unet.modules())
