"""Which scorers a run can have: what was asked for, what is here, what each lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, SeedloupeError
from ..generation.model_info import Family, ModelInfo
from ..mining.scorers import PictureBatch, ScorerCost, ScorerNeeds, check_scorer, lacking
from ..mining.scorers.plugin import needs_in_words
from ..registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    from ..artifacts import OcrReader
    from ..mining.scorers import InstrumentScorer, Scorer, ScorerPlugin, ScorerSources
    from ..mining.scorers.plugin import TextShare

CRITIC = "critic"
"""The name of Seedling's own critic among the scorers."""
PIXELS = "appearance"
"""The scorer that needs nothing."""
_CRITIC_SIZE = 128


@dataclass(frozen=True)
class ScorerWish:
    """One scorer somebody asked for, and where its weights are; None where nobody said."""

    name: str
    weights: Path | None = None

    @classmethod
    def parse(cls, text: str) -> ScorerWish:
        """Read ``clip`` or ``clip=FOLDER``.

        Raises:
            InputError: it is neither.
        """
        name, given, place = text.partition("=")
        if not name.strip() or (given and not place.strip()):
            raise InputError("scorers", expected="NAME or NAME=FOLDER", got=repr(text))
        return cls(name.strip(), Path(place.strip()).expanduser() if given else None)


@dataclass(frozen=True)
class ScorerAnswer:
    """Whether a scorer can be used here.

    Attributes:
        name: the scorer's.
        measures: what it measures, one line.
        cost: what measuring costs.
        needs: what must be there, in words.
        lacks: what is absent, one line; empty where it can be used.
    """

    name: str
    measures: str
    cost: str
    needs: str
    lacks: str

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return {**asdict(self), "usable": not self.lacks}


class CriticPlugin:
    """Seedling's critic; what it is asked about is what Seedling was trained to draw.

    Args:
        pooled: turns a prompt into the model's pooled text embedding ``(D,)``; None where no
            model is open, as when scorers are only listed.
        prompts: how many there are to mine with.
    """

    summary = "Seedling's own critic: alignment, Fréchet distance, style, composition, text"
    needs = ScorerNeeds()
    cost = ScorerCost.SMALL

    def __init__(self, pooled: Callable[[str], Tensor] | None = None, prompts: int = 16) -> None:
        self._pooled, self._prompts = pooled, prompts

    def open(self, sources: ScorerSources) -> InstrumentScorer:
        """Return the scorer.

        Raises:
            InputError: there are no weights, or no model to ask for words.
        """
        import torch

        from ..mining.scorers import InstrumentScorer
        from ..seedling import weights_folder
        from ..seedling.critic import load_critic
        from ..seedling.instrument import CriticInstrument

        weights = weights_folder()
        if not (weights / "critic.safetensors").is_file():
            raise InputError("scorers", expected="the critic's weights", got=f"none in {weights}")
        if self._pooled is None:
            raise InputError("scorers", expected="Seedling as the model", got="another or none")
        critic = CriticInstrument(load_critic(weights), self._pooled, prompts=self._prompts)
        blank = torch.zeros(1, 3, _CRITIC_SIZE, _CRITIC_SIZE)
        return InstrumentScorer(critic, PictureBatch(blank, ("a",), (0,)))


def scorers_of(
    registry: Registry[ScorerPlugin],
    model: ModelInfo | None,
    *,
    pooled: Callable[[str], Tensor] | None = None,
    prompts: int = 16,
) -> Registry[ScorerPlugin]:
    """Return the scorers for a model's pictures; Seedling has one of its own, which comes first.

    Args:
        registry: the scorers for any model.
        model: whose pictures are measured; None lists Seedling's too.
        pooled: turns a prompt into the model's pooled text embedding ``(D,)``.
        prompts: how many there are to mine with.
    """
    if model is not None and model.family is not Family.SEEDLING:
        return registry
    check_scorer(CRITIC, CriticPlugin())
    own: dict[str, ScorerPlugin] = {CRITIC: CriticPlugin(pooled, prompts)}
    return Registry(registry.kind, {**own, **registry.entries}, registry.check)


def with_weights(
    sources: ScorerSources, wishes: Sequence[ScorerWish], own_folder: Path | None
) -> ScorerSources:
    """Add where weights are: what was asked for, else a folder of the scorer's name.

    Args:
        sources: what the run offers.
        wishes: what somebody asked for.
        own_folder: the user's, whose ``scorers/NAME`` are looked at.
    """
    kept: dict[str, Path] = {}
    if own_folder is not None and (own_folder / "scorers").is_dir():
        kept = {path.name: path for path in sorted((own_folder / "scorers").iterdir())}
    kept |= {wish.name: wish.weights for wish in wishes if wish.weights is not None}
    return replace(sources, weights={**kept, **sources.weights})


def survey_scorers(
    registry: Registry[ScorerPlugin], sources: ScorerSources
) -> tuple[ScorerAnswer, ...]:
    """Ask every scorer what it lacks; nothing is opened or fetched."""
    return tuple(
        ScorerAnswer(
            name,
            registry.get(name).summary,
            registry.get(name).cost.value,
            needs_in_words(registry.get(name).needs),
            lacking(name, registry.get(name).needs, sources),
        )
        for name in registry
    )


def open_scorers(
    wishes: Sequence[ScorerWish] | None,
    registry: Registry[ScorerPlugin],
    sources: ScorerSources,
    *,
    tell: Callable[[str], object] = lambda line: None,
) -> dict[str, Scorer]:
    """Open scorers; one that cannot be opened costs its column and a line, not the run.

    Args:
        wishes: which; None takes those for the model that need nothing more than is here.
        registry: the scorers for the model, from :func:`scorers_of`.
        sources: what the run offers, from :func:`with_weights`.
        tell: is told one line for each that is left out.

    Raises:
        UnknownNameError: there is no scorer of that name.
        InputError: none of those asked for could be opened.
    """
    asked = wishes is not None
    names = tuple(dict.fromkeys(wish.name for wish in wishes or ())) if asked else ()
    names = names if asked else _fitting(registry, sources)
    plugins = {name: registry.get(name) for name in names}
    others = [name for name in names if name != PIXELS]
    opened: dict[str, Scorer] = {}
    reasons: list[str] = []
    for name in (*others, *(name for name in names if name == PIXELS)):
        # Whether pixels must score is known once all others are open.
        alone = replace(sources, alone=not any(_scores(scorer) for scorer in opened.values()))
        try:
            opened[name] = plugins[name].open(alone)
        except SeedloupeError as error:
            reasons.append(f"{name} is left out: {error}")
        # A stranger's plug-in may fail in any way; it must not cost the others.
        except Exception as error:  # noqa: BLE001
            reasons.append(f"{name} is left out: {type(error).__name__}: {error}")
    if not opened:
        said = " ".join("; ".join(reasons).split()) or "none"
        raise InputError("scorers", expected="one or more that can be used", got=said)
    for line in reasons:
        tell(" ".join(line.split()))
    return {name: opened[name] for name in names if name in opened}


def text_share_by(reader: OcrReader) -> TextShare:
    """Return how to say how much of a mask text covers, by a text reader.

    A picture the reader fails on is NaN: it could not be looked at.
    """

    def share(images: Tensor, masks: Tensor) -> Tensor:
        import torch

        from ..artifacts import flag_text_artifacts
        from ..errors import ReaderError

        shares: list[float] = []
        for image, mask in zip(images, masks, strict=True):
            try:
                found = flag_text_artifacts(image.float().cpu(), mask.float().cpu(), reader)
                shares.append(found.text_in_mask)
            except ReaderError:
                shares.append(float("nan"))
        return torch.tensor(shares)

    return share


def _fitting(registry: Registry[ScorerPlugin], sources: ScorerSources) -> tuple[str, ...]:
    """Return Seedling's own and those that need nothing, and all whose weights somebody gave."""
    given: Mapping[str, Path] = sources.weights
    return tuple(
        name
        for name in registry
        if name in (CRITIC, PIXELS)
        or (name in given and not lacking(name, registry.get(name).needs, sources))
    )


def _scores(scorer: Scorer) -> bool:
    return any(output.metrics for output in scorer.outputs)
