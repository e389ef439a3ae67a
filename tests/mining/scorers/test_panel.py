"""One scorer that fails costs its columns and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
import torch
from torch import Tensor

from seedloupe.errors import InputError, ShapeError
from seedloupe.mining.scorers import (
    InstrumentScorer,
    OutputKind,
    PictureBatch,
    ScorerCost,
    ScorerNeeds,
    ScorerOutput,
    ScorerPanel,
    ScorerSources,
    check_scorer,
    lacking,
)
from seedloupe.registry import Registry
from seedloupe.tables import MetricSpec

from ..toy import QualityInstrument


class Brightness:
    """Scores how bright a picture is; says so of as many pictures as it is told."""

    def __init__(
        self, name: str = "bright", answer: Callable[[Tensor], object] | None = None
    ) -> None:
        metric = MetricSpec(name, "1", higher_is_better=True)
        self.outputs: Sequence[ScorerOutput] = (
            ScorerOutput(OutputKind.SCORE, name, metric=metric),
        )
        self.seen: list[int] = []
        self._answer = answer or (lambda images: images.mean((1, 2, 3)))

    def measure(self, batch: PictureBatch) -> Mapping[str, Tensor]:
        self.seen.append(len(batch))
        return {self.outputs[0].key: self._answer(batch.images)}  # type: ignore[dict-item]


def batch(count: int = 3) -> PictureBatch:
    images = torch.linspace(0, 1, count).reshape(-1, 1, 1, 1).expand(-1, 3, 8, 6).clone()
    return PictureBatch(images, ("red",) * count, tuple(range(count)))


def fail(images: Tensor) -> Tensor:
    raise RuntimeError("weights are\nbroken")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (fail, "RuntimeError: weights are broken"),
        (lambda images: images.mean(0), "expected a tensor"),
        (lambda images: None, "NoneType"),
        (lambda images: torch.full((len(images),), float("inf")), "infinity"),
    ],
)
def test_a_failing_scorer_is_left_out_for_good_and_said_so(
    answer: Callable[[Tensor], object], reason: str
) -> None:
    told: list[str] = []
    bad = Brightness("bad", answer)
    panel = ScorerPanel({"good": Brightness(), "bad": bad}, tell=told.append)
    assert set(panel.measure(batch())) == {"score.bright"}
    panel.measure(batch())
    assert (panel.names, len(bad.seen), len(told)) == (("good",), 1, 1)
    assert reason in panel.lost["bad"]
    assert reason in told[0]
    assert [output.key for output in panel.outputs] == ["score.bright"]


def test_want_of_memory_is_no_fault_of_the_scorer() -> None:
    def full(images: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("too many")

    panel = ScorerPanel({"large": Brightness(answer=full)})
    with pytest.raises(torch.OutOfMemoryError):
        panel.measure(batch())
    assert panel.names == ("large",)


def test_a_picture_that_is_not_finite_is_counted_and_not_scored() -> None:
    scorer, pictures = Brightness(), batch(3)
    pictures.images[1, 0, 2, 3] = float("nan")
    values = ScorerPanel({"bright": scorer}).measure(pictures)["score.bright"]
    assert values.isnan().tolist() == [False, True, False]
    assert values[2] == 1
    assert scorer.seen == [2]


def test_a_batch_without_a_sound_picture_is_shown_to_nobody() -> None:
    scorer, pictures = Brightness(), batch(2)
    pictures.images.fill_(float("inf"))
    values = ScorerPanel({"bright": scorer}).measure(pictures)["score.bright"]
    assert bool(values.isnan().all())
    assert scorer.seen == []


def test_two_scorers_of_one_metric_are_refused() -> None:
    with pytest.raises(InputError, match="one and two"):
        ScorerPanel({"one": Brightness(), "two": Brightness()})
    with pytest.raises(InputError, match="none"):
        ScorerPanel({})


def test_a_batch_holds_one_prompt_and_seed_a_picture() -> None:
    with pytest.raises(InputError, match="prompts"):
        PictureBatch(torch.zeros(2, 3, 4, 6), ("one",), (0, 1))
    with pytest.raises(ShapeError, match="masks"):
        PictureBatch(torch.zeros(2, 3, 4, 6), ("a", "b"), (0, 1), masks=torch.zeros(2, 6, 4))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": OutputKind.SCORE},
        {"kind": OutputKind.SCORE, "metric": MetricSpec("other", "1", True)},
        {"kind": OutputKind.TAG, "metric": MetricSpec("one", "1", True)},
        {"kind": OutputKind.TAG, "width": 2},
        {"kind": OutputKind.SET, "width": 2},
        {"kind": OutputKind.PLACE, "width": 4},
        {"kind": OutputKind.PLACE, "width": 5, "classes": ("cat",)},
        {"kind": OutputKind.FEATURE, "width": 0},
    ],
)
def test_an_output_that_fits_no_table_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"outputs\.\w+\.one"):
        ScorerOutput(name="one", **wrong)  # type: ignore[arg-type]


def test_an_instrument_measures_mixed_prompts_as_it_measures_each_alone() -> None:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(4, 3, 8, 12, generator=generator)
    prompts = ("red", "blue", "red", "white")
    pictures = PictureBatch(images, prompts, (1, 2, 3, 4))
    scorer = InstrumentScorer(QualityInstrument(), pictures.rows([0]))
    values = ScorerPanel({"toy": scorer}).measure(pictures)
    alone = [QualityInstrument().measure(images[i : i + 1], prompts[i]) for i in range(4)]
    for key, kept in (("score.bright", "score.bright"), ("frechet.near", "set.near")):
        assert torch.equal(torch.cat([one[key] for one in alone]), values[kept])
    assert [metric.name for output in scorer.outputs for metric in output.metrics] == [
        "bright",
        "near",
    ]


class Plugin:
    """A scorer to register, as a stranger would write it."""

    summary = "how bright"
    needs = ScorerNeeds()
    cost = ScorerCost.PIXELS

    def open(self, sources: ScorerSources) -> Brightness:
        return Brightness()


def test_a_scorer_is_held_to_its_kind_when_it_is_registered() -> None:
    registry: Registry[object] = Registry("scorer", check=check_scorer)
    assert registry.add("bright", Plugin()).names() == ("bright",)
    with pytest.raises(InputError, match="small letter"):
        registry.add("Bright!", Plugin())
    for part, value in (("summary", ""), ("needs", None), ("cost", "low"), ("open", lambda: 1)):
        wrong = Plugin()
        setattr(wrong, part, value)
        with pytest.raises(InputError, match=f"scorer dim.{part}"):
            registry.add("dim", wrong)


@pytest.mark.parametrize(
    ("needs", "line"),
    [
        (ScorerNeeds(("nowhere_to_be_found",)), "nowhere_to_be_found not installed"),
        (ScorerNeeds(weights="config.json", hub="a/b"), "give it=FOLDER with config.json"),
        (ScorerNeeds(reference=True), "--reference"),
        (ScorerNeeds(masks=True), "--task inpaint"),
        (ScorerNeeds(reader=True), "no reader"),
        (ScorerNeeds(("torch",)), ""),
    ],
)
def test_what_a_scorer_lacks_is_one_clear_line(needs: ScorerNeeds, line: str) -> None:
    said = lacking("it", needs, ScorerSources())
    assert line in said
    assert (said == "") == (line == "")
    assert "\n" not in said
