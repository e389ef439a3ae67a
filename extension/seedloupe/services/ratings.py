"""Thumbs up and down on pictures made with a seed, kept in one file, and a metric of a table.

The file is JSON lines, ``ratings.jsonl`` in a user's own folder: a first line that says what it is,
then one line a thumb. Several programs may add to it at once, each line in one write; a line that
was cut short is left out. The last thumb on a picture counts; one that is taken back is a line with
``liked`` null, after which the picture has none.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..noise import NoiseSource, canonical_seed
from ..places import own_folder
from ..tables import MetricSpec, SeedTable

FILE = "ratings.jsonl"
METRIC = MetricSpec("rating", "1", higher_is_better=True, reference="share of your thumbs up")
_HEAD = {"format": "seedloupe.ratings", "version": "1"}
_LONGEST_LINE = 20_000
_SHORT_HASH = 10
_HASH = re.compile(r"[0-9a-f]{10,64}")


@dataclass(frozen=True)
class Rating:
    """One thumb.

    Args:
        seed: of the picture.
        liked: thumb up, or down.
        prompt: what the picture was made for.
        model: SHA-256 of the model's weights, or its name where nobody knows that.
        noise: who drew the noise: ``cpu``, ``nv`` or ``cuda:GRID``.
        shape: ``(C, H, W)`` of the latent.
        when: ISO date and time, for people.
    """

    seed: int
    liked: bool
    prompt: str
    model: str
    noise: str
    shape: tuple[int, int, int]
    when: str = ""

    @property
    def picture(self) -> tuple[object, ...]:
        """Which picture it is about; a later thumb on the same takes its place.

        Of a hash the first ten digits count, which is all that some hosts write.
        """
        model = self.model[:_SHORT_HASH] if _is_hash(self.model) else self.model
        return (model, self.noise, self.shape, self.seed, self.prompt)

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values; the seed as text, since JavaScript would round it."""
        return {**asdict(self), "seed": str(self.seed), "shape": list(self.shape)}

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Rating:
        """Read what :meth:`to_json` wrote.

        Raises:
            InputError: something is absent or of another kind.
        """
        try:
            channels, height, width = (int(str(part)) for part in _listed(kept["shape"]))
            source = NoiseSource.parse(str(kept["noise"]))
            return cls(
                canonical_seed(int(str(kept["seed"])), source),
                _yes_or_no(kept["liked"]),
                str(kept["prompt"]),
                str(kept["model"]),
                str(kept["noise"]),
                (channels, height, width),
                str(kept.get("when", "")),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise InputError("rating", expected="a thumb", got=f"{dict(kept)}") from error


def rating_book(environment: Mapping[str, str], platform: str, home: Path) -> RatingBook:
    """Return a user's thumbs, those of all hosts.

    Args:
        environment: variables by name.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    return RatingBook(own_folder(environment, platform, home) / FILE)


class RatingBook:
    """All thumbs of a user in one file.

    Args:
        path: the file; made with the first thumb.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def stamp(self) -> tuple[int, int]:
        """What changes with each thumb: time of change and size; noughts before the first."""
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    def add(self, rating: Rating) -> None:
        """Keep a thumb; it is on disk when this returns.

        Raises:
            InputError: the file cannot be written, or is none of ours.
        """
        self._write(rating.to_json(), rating)

    def _write(self, kept: Mapping[str, object], rating: Rating) -> None:
        self._require_ours()
        line = json.dumps(kept, ensure_ascii=False)
        if len(line) > _LONGEST_LINE:
            raise InputError(
                "prompt", expected="a shorter one", got=f"{len(rating.prompt)} letters"
            )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            place = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(place, (self._start(place) + line + "\n").encode())
                os.fsync(place)
            finally:
                os.close(place)
        except OSError as error:
            raise InputError(
                "ratings", expected="a file that can be written", got=f"{self._path}: {error}"
            ) from error

    def take_back(self, rating: Rating) -> None:
        """Let a picture have no thumb, whichever it had.

        Raises:
            InputError: the file cannot be written, or is none of ours.
        """
        self._write({**rating.to_json(), "liked": None}, rating)

    def thumb_on(self, rating: Rating) -> bool | None:
        """Return which thumb a picture has; None for none.

        Args:
            rating: names the picture; whether it is liked there does not matter.

        Raises:
            InputError: the file is none of ours.
        """
        found = {one.picture: one.liked for one in self.read()}
        return found.get(rating.picture)

    def read(self) -> tuple[Rating, ...]:
        """Return the last thumb on each picture, in the order they were first given.

        Raises:
            InputError: the file is none of ours.
        """
        self._require_ours()
        if not self._path.exists():
            return ()
        kept: dict[tuple[object, ...], Rating] = {}
        for line in self._path.read_text("utf-8", errors="replace").split("\n")[1:]:
            for rating, stands in _readable(line):
                if stands:
                    kept[rating.picture] = rating
                else:
                    kept.pop(rating.picture, None)
        return tuple(kept.values())

    def _start(self, place: int) -> str:
        """Return what must stand before a new line: the head, or the end of one cut short."""
        size = os.fstat(place).st_size
        if size == 0:
            return json.dumps(_HEAD) + "\n"
        os.lseek(place, size - 1, os.SEEK_SET)
        return "" if os.read(place, 1) == b"\n" else "\n"

    def _require_ours(self) -> None:
        if not self._path.exists() or self._path.stat().st_size == 0:
            return
        with self._path.open("rb") as file:
            head = file.readline(_LONGEST_LINE)
        try:
            ours = json.loads(head).get("format") == _HEAD["format"]
        except (ValueError, AttributeError):
            ours = False
        if not ours:
            raise InputError("ratings", expected="a file of ratings", got=f"{self._path}")


def rated_table(
    table: SeedTable, ratings: Iterable[Rating], *, models: Collection[str] | None = None
) -> SeedTable:
    """Return the table with a score ``rating``: the share of thumbs up, its error and count.

    Only thumbs on pictures of the table's noise and size count, and of its model, or of those
    named. With few thumbs the error is that of a share with one up and one down more (Agresti and
    Coull, 1998), so that one thumb is no certainty. A score
    ``rating`` that is there already is replaced.

    Args:
        table: whose seeds are rated.
        ratings: each about another picture.
        models: hashes and names of the model in use; None takes the table's.
    """
    own = (table.spec.model.sha256 or "", table.spec.model.name)
    wanted = own if models is None else tuple(models)
    ups, counts = np.zeros(len(table)), np.zeros(len(table))
    rows = {int(seed): row for row, seed in enumerate(table.seeds)}
    for rating in ratings:
        row = rows.get(rating.seed)
        if row is not None and _fits(rating, table, wanted):
            ups[row] += rating.liked
            counts[row] += 1
    smooth = (ups + 1) / (counts + 2)
    share = np.where(counts > 0, ups / np.maximum(counts, 1), np.nan)
    error = np.where(counts > 0, np.sqrt(smooth * (1 - smooth) / (counts + 2)), np.nan)
    kept = {n: v for n, v in table.tensors.items() if not n.startswith("score.rating")}
    metrics = tuple(metric for metric in table.spec.metrics if metric.name != METRIC.name)
    if not counts.any():
        return SeedTable(table.seeds, kept, replace(table.spec, metrics=metrics), table.metadata)
    columns = {
        "score.rating": share.astype(np.float32),
        "score.rating.se": error.astype(np.float32),
        "score.rating.n": counts.astype(np.uint32),
    }
    spec = replace(table.spec, metrics=(*metrics, METRIC))
    return SeedTable(table.seeds, {**kept, **columns}, spec, table.metadata)


def _fits(rating: Rating, table: SeedTable, models: Collection[str]) -> bool:
    noise = table.spec.noise
    same_model = rating.model in models or (
        _is_hash(rating.model) and any(model.startswith(rating.model) for model in models)
    )
    return same_model and rating.noise == noise.source.label and rating.shape == noise.shape


def _readable(line: str) -> Iterator[tuple[Rating, bool]]:
    """Read a line, and whether it is a thumb or takes one back; one cut short holds nothing."""
    try:
        kept = json.loads(line)
        if isinstance(kept, dict):
            stands = kept.get("liked") is not None
            yield Rating.from_json(kept if stands else {**kept, "liked": False}), stands
    except (ValueError, InputError):
        return


def _is_hash(model: str) -> bool:
    return _HASH.fullmatch(model) is not None


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value
