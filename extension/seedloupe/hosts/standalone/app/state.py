"""What all tabs of the page share: the open model, the kept pictures, the stop switches."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ....errors import InputError
from ....generation.sampler import Plan
from ....places import own_folder
from ....plugins import Plugins, builtin, with_outside
from ....services.concept_files import concept_folders
from ....services.ratings import RatingBook, rating_book
from ....services.table_fit import DEFAULT_PLAN, TableFit, best_table_for, fit_table, settings_for
from ..engine.models import Model, open_model
from ..engine.sampling import Generated, StepUpdate, stream
from .error_words import words_of
from .kept.served_files import ServedFiles
from .stop_and_throttle import Stopped, StopSwitches
from .waiting import Line

if TYPE_CHECKING:
    from ....artifacts import OcrReader, ResultStore
    from ....generation.model_info import ModelInfo
    from ....generation.picture_folder import PictureFolder
    from ....services.early_seeds import DraftScore

T = TypeVar("T")

Stream = Callable[..., Generator[StepUpdate | Generated, None, None]]
#: Dice for seeds: what every host can hold, 32 bits.
SEEDS = 2**32


class ModelCache:
    """Opens models by name and keeps the last one open, for all who look at the page."""

    def __init__(self, opener: Callable[[str], Model]) -> None:
        """Open models with ``opener`` when they are first asked for."""
        self._opener = opener
        self._lock = threading.Lock()
        self._open: tuple[str, Model] | None = None

    def get(self, name: str) -> Model:
        """Return the model of that name.

        Raises:
            ModelError: it cannot be opened; the one open before stays open.
        """
        with self._lock:
            if self._open is None or self._open[0] != name:
                self._open = (name, self._opener(name))
            return self._open[1]

    def opened(self, name: str) -> Model | None:
        """Return the model of that name if it is the one open; opens none."""
        with self._lock:
            return self._open[1] if self._open is not None and self._open[0] == name else None


class DraftScores:
    """What drafts are judged by, opened when first asked for and kept for the model in use.

    Args:
        opener: opens the score of a model.
        usable: tells whether there is one for a model, without opening it.
    """

    def __init__(
        self,
        opener: Callable[[Model], DraftScore],
        usable: Callable[[ModelInfo], bool] = lambda info: False,
    ) -> None:
        self._opener, self._lock = opener, threading.Lock()
        self._open: tuple[Model, DraftScore] | None = None
        self.usable = usable

    def get(self, model: Model) -> DraftScore:
        """Return the score of a model.

        Raises:
            InputError: or one of its kinds: nothing judges its pictures here.
        """
        with self._lock:
            if self._open is None or self._open[0] is not model:
                self._open = (model, self._opener(model))
            return self._open[1]


def _no_score(model: Model) -> DraftScore:
    raise InputError("draft-score", expected="a scorer", got=f"none for {model.name}")


@dataclass(frozen=True, eq=False)
class AppState:
    """Everything the tabs work with.

    Attributes:
        models: opens models.
        files: keeps pictures.
        tables: folders with seed tables.
        reader: finds text; None where no reader works here.
        stream: starts a sampler.
        dice: throws a seed.
        switches: who pressed Stop.
        line: who waits for the model.
        store: counts which seeds write; None where nothing is counted.
        plugins: readers, pickers and renderers, also those other packages announce.
        skipped: a line for each package whose plug-in could not be had.
        ratings: thumbs on pictures; None where nobody can give any.
        concepts: folders with files of concepts.
        draft_scores: what drafts are judged by.
    """

    models: ModelCache
    files: ServedFiles
    tables: Sequence[Path] = ()
    reader: OcrReader | None = None
    stream: Stream = stream
    dice: Callable[[], int] = lambda: secrets.randbelow(SEEDS)
    switches: StopSwitches = field(default_factory=StopSwitches)
    line: Line = field(default_factory=Line)
    store: ResultStore | None = None
    plugins: Plugins = field(default_factory=builtin)
    skipped: tuple[str, ...] = ()
    ratings: RatingBook | None = None
    concepts: Sequence[Path] = ()
    draft_scores: DraftScores = field(default_factory=lambda: DraftScores(_no_score))


def open_state(
    cache: Path,
    tables: Sequence[Path],
    *,
    device: str = "cpu",
    pictures: PictureFolder | None = None,
) -> AppState:
    """Set up what the tabs share, with real models and folders.

    Args:
        cache: a folder Gradio serves.
        tables: folders with seed tables.
        device: where models run.
        pictures: where finished pictures are saved; None keeps them only while the app runs.
    """
    from ....artifacts import ResultStore, choose_reader, tally_folder

    own = own_folder(os.environ, sys.platform, Path.home())
    models = ModelCache(lambda name: open_model(name, device=device))
    store = ResultStore(tally_folder(os.environ, sys.platform, Path.home()))
    plugins, skipped = with_outside(builtin(apart=True))
    return AppState(
        models,
        ServedFiles(cache, pictures),
        tuple(tables),
        choose_reader("auto", registry=plugins.readers),
        store=store,
        plugins=plugins,
        skipped=skipped,
        ratings=rating_book(os.environ, sys.platform, Path.home()),
        concepts=concept_folders(own),
        draft_scores=_draft_scores(plugins, own),
    )


def _draft_scores(plugins: Plugins, own: Path | None) -> DraftScores:
    """Judge drafts by Seedling's critic, other models' by a scorer whose weights are the user's."""
    from ....mining.scorers import ScorerSources
    from ....services.early_seeds import usual_scorer
    from ....services.scorers import scorers_of, with_weights
    from ..engine.drafting import score_for

    sources = with_weights(ScorerSources(), (), own)
    return DraftScores(
        lambda model: score_for(model, plugins.scorers, sources),
        lambda info: usual_scorer(scorers_of(plugins.scorers, info), sources) is not None,
    )


@dataclass(frozen=True, eq=False)
class Opening:
    """What the page begins with, or goes on with after another model or table was chosen."""

    name: str
    model: Model
    table: Path | None
    settings: Plan
    fit: TableFit


def open_page(state: AppState, name: str) -> Opening:
    """Open a model and the table that fits it best, with the settings the table was made with.

    Raises:
        ModelError: it cannot be opened.
    """
    return open_page_with_table(
        state, name, best_table_for(state.models.get(name).info, state.tables)
    )


def open_page_with_table(state: AppState, name: str, path: Path | None) -> Opening:
    """Choose a table for a model, and the settings it was made with.

    Raises:
        ModelError: the model cannot be opened.
    """
    model = state.models.get(name)
    settings = settings_for(model.info, fit_table(model.info, path, DEFAULT_PLAN).table)
    return Opening(name, model, path, settings, fit_table(model.info, path, settings))


def guarded(pages: Callable[[], Iterator[T]], tell: Callable[[str], None]) -> Iterator[T]:
    """Pass pages on; what goes wrong is told in one line and never reaches the page as a crash.

    Args:
        pages: begins an event of the page.
        tell: shows one line to whoever looks.

    Raises:
        Stopped: somebody stopped the event.
    """
    try:
        yield from pages()
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001 - models, readers and drivers raise anything
        tell(words_of(error))
