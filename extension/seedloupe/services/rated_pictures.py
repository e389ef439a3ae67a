"""From a picture to what a thumb on it is about, and from thumbs to picked seeds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone

import numpy as np

from ..errors import InputError, PickError
from ..metadata.generation_info import told_by
from ..metadata.picture import noise_in_picture
from ..noise import NoiseSource, canonical_seed
from ..picking import PickRequest, PickRule
from ..tables import SeedTable
from .ratings import METRIC, Rating, RatingBook, rated_table

LIKED = "liked"
"""What hosts call picking by thumbs."""
_HALF = 0.5
_ADVICE = "Thumbs are for pictures whose seed alone decides their noise, made from noise alone."


@dataclass(frozen=True)
class ThumbState:
    """What a page shows below a picture.

    Attributes:
        can: whether the picture can have a thumb.
        liked: up, down, or None for none.
        why: why it can have none; empty where it can.
    """

    can: bool
    liked: bool | None = None
    why: str = ""

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return asdict(self)


def thumb_on(
    book: RatingBook,
    texts: Mapping[str, str],
    *,
    size: tuple[int, int] | None = None,
    source: NoiseSource | None = None,
) -> ThumbState:
    """Return which thumb a picture has.

    Args:
        book: where thumbs are kept.
        texts: of the picture, by name.
        size: ``(width, height)`` of the file in pixels.
        source: what drew the noise, where the picture does not tell.
    """
    try:
        return ThumbState(
            True, book.thumb_on(picture_rating(texts, True, size=size, source=source))
        )
    except InputError as error:
        return ThumbState(False, why=str(error))


def give_thumb(
    book: RatingBook,
    texts: Mapping[str, str],
    liked: object,
    *,
    size: tuple[int, int] | None = None,
    source: NoiseSource | None = None,
) -> ThumbState:
    """Keep a thumb, or take back the one there is.

    Args:
        book: where thumbs are kept.
        texts: of the picture, by name.
        liked: true, false, or null to take it back, as it came from a page.
        size: ``(width, height)`` of the file in pixels.
        source: what drew the noise, where the picture does not tell.

    Raises:
        InputError: ``liked`` is none of these, or the picture can have no thumb.
    """
    if liked is not None and not isinstance(liked, bool):
        raise InputError("liked", expected="true, false or null", got=f"{liked!r:.40}")
    rating = picture_rating(texts, bool(liked), size=size, source=source)
    if liked is None:
        book.take_back(rating)
    else:
        book.add(rating)
    return ThumbState(True, liked)


def picture_rating(
    texts: Mapping[str, str],
    liked: bool,
    *,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    source: NoiseSource | None = None,
) -> Rating:
    """Return a thumb on a picture, by what the picture says of itself.

    Args:
        texts: of the picture, by name.
        liked: thumb up, or down.
        size: ``(width, height)`` of the file in pixels, which tells a grid from a picture.
        channels: of the model's latents, where the host knows; else as the picture tells.
        source: what drew the noise, where the host knows and the picture does not tell.

    Raises:
        InputError: it does not say which noise it was made from, or by which model; or its noise is
            not the seed's alone.
    """
    told = told_by(texts, file_size=size)
    found = noise_in_picture(texts, channels=channels, file_size=size)
    shape, source = found.shape, found.source or source
    alone = told.alone and len(found.seeds) == 1 and found.carried is None and not found.is_grid
    if not alone or found.task != "txt2img" or source is None or shape is None or len(shape) != 3:
        raise InputError(
            "picture",
            expected="one whose starting noise is known and its seed's own",
            got=f"{found.task}: {found.verdict}",
            advice=_ADVICE,
        )
    model = (told.model_sha or told.model).strip()
    if not model:
        raise InputError("picture", expected="one that names its model", got="one without")
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    channel_count, height, width = shape
    return Rating(
        canonical_seed(found.seeds[0], source),
        liked,
        told.prompt,
        model.lower() if told.model_sha else model,
        source.label,
        (channel_count, height, width),
        when,
    )


def liked_pick(
    table: SeedTable,
    ratings: Iterable[Rating],
    request: PickRequest,
    *,
    models: Collection[str] | None = None,
) -> tuple[SeedTable, PickRequest]:
    """Return how to pick the seeds whose pictures were liked, best first or in turn.

    The pool is every seed with at least as many thumbs up as down; seeds without any are left out.

    Args:
        table: whose seeds are picked.
        ratings: each about another picture.
        request: count, position, order and tags; its rule is not used.
        models: hashes and names of the model in use; None takes the table's.

    Returns:
        The table with the score ``rating``, and what to ask it.

    Raises:
        PickError: no picture of the table was liked.
    """
    rated = rated_table(table, ratings, models=models)
    known = METRIC.name in rated.metrics()
    pool = int((rated.score(METRIC.name) >= _HALF).sum()) if known else 0
    if pool == 0:
        raise PickError(
            "pick",
            expected="thumbs up on pictures of this table's seeds",
            got=f"none on {int(np.isfinite(rated.score(METRIC.name)).sum()) if known else 0} rated",
            advice="Press thumbs up below pictures that you like, then pick again.",
        )
    return rated, replace(request, rule=PickRule.GOLDEN, metrics=(METRIC.name,), pool=pool)
