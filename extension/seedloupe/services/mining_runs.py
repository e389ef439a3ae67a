"""Mining runs by name in one folder, for hosts whose users have no command line to go on with."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ..errors import InputError
from ..files import write_whole
from ..strict_json import parse_json
from ..tables import SUFFIX

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_ORDER, _JOURNAL = "order.json", "journal"
_LARGEST_ORDER = 4 * 2**20
_MOST_GAIN = 10
#: What orders from before do not say; the defaults were what they meant.
_SINCE = ("objective", "reference", "exhaustive", "detect")


@dataclass(frozen=True)
class MiningOrder:
    """What somebody asked to be mined, in the words of the host.

    Args:
        prompts: to mine and to confirm with.
        seeds: how many, from 0 on.
        width: of a picture, in pixels.
        height: likewise.
        steps: how many.
        guidance: how much the prompt counts.
        sampler: the host's label.
        scheduler: the host's label.
        batch: pictures at once.
        scorers: by name; empty for all that work here.
        objective: scorers or scores that decide the race; empty for all.
        reference: the name of what pictures are compared with; empty for nothing.
        exhaustive: make every picture, without a race.
        detect: the gain to race for, in sd; 0 takes what the prompts can show.

    Raises:
        InputError: something above cannot be; the field is named.
    """

    prompts: tuple[str, ...]
    seeds: int = 256
    width: int = 512
    height: int = 512
    steps: int = 20
    guidance: float = 7.0
    sampler: str = "Euler"
    scheduler: str = "Automatic"
    batch: int = 4
    scorers: tuple[str, ...] = ()
    objective: tuple[str, ...] = ()
    reference: str = ""
    exhaustive: bool = False
    detect: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no run could be made of."""
        most = {"seeds": 2**20, "width": 4096, "height": 4096, "steps": 1000, "batch": 256}
        for name, limit in most.items():
            value = getattr(self, name)
            if not 1 <= value <= limit:
                raise InputError(name, expected=f"1 to {limit}", got=f"{value}")
        for name in ("width", "height"):
            if getattr(self, name) % 8:
                expected = "a multiple of 8 pixels"
                raise InputError(name, expected=expected, got=f"{getattr(self, name)}")
        if not 0 <= self.detect <= _MOST_GAIN:
            raise InputError("detect", expected=f"0 to {_MOST_GAIN}", got=f"{self.detect}")
        if len(self.prompts) < 2 or len(set(self.prompts)) != len(self.prompts):
            expected = "two or more, each once: some choose seeds, the others confirm them"
            raise InputError("prompts", expected=expected, got=f"{len(self.prompts)} lines")

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> MiningOrder:
        """Build an order from parsed JSON.

        Raises:
            InputError: it is none.
        """
        try:
            assert isinstance(value, Mapping)
            known = {
                field.name: value[field.name]
                for field in fields(cls)
                if field.name not in _SINCE or field.name in value
            }
            listed = ("prompts", "scorers", "objective")
            lists = {name: tuple(map(str, known.get(name, ()))) for name in listed}
            return cls(**{**known, **lists})
        except (AssertionError, KeyError, TypeError) as error:
            raise InputError("order", expected="a mining order", got=f"{error!r:.80}") from error


@dataclass(frozen=True)
class MiningRuns:
    """The runs in one folder; nothing outside of it and of ``tables`` is read or written.

    Args:
        folder: a folder a run.
        tables: where finished tables go.
    """

    folder: Path
    tables: Path

    def names(self) -> tuple[str, ...]:
        """Return every run there is, in the order of their names."""
        if not self.folder.is_dir():
            return ()
        found = (path.name for path in self.folder.iterdir() if (path / _ORDER).is_file())
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def begin(self, name: str, order: MiningOrder) -> None:
        """Keep a new run's order.

        Raises:
            InputError: the name cannot be one, is taken, or the folder cannot be written.
        """
        place = self._place(name)
        if place.exists() or self.table(name).exists():
            advice = "Choose another name, or go on with the run that has it."
            raise InputError("name", expected="a new name", got=repr(name), advice=advice)
        write_whole(place / _ORDER, json.dumps(order.to_json()).encode(), field="name")

    def order(self, name: str) -> MiningOrder:
        """Return what a run was begun with.

        Raises:
            InputError: there is no such run, or its order was damaged.
        """
        path = self._place(name) / _ORDER
        if not path.is_file() or path.stat().st_size > _LARGEST_ORDER:
            raise InputError("name", expected="a run begun here", got=repr(name))
        text = path.read_text("utf-8", errors="replace")
        return MiningOrder.from_json(parse_json(text, field="order"))

    def forget(self, name: str) -> None:
        """Give a name back whose run never measured anything; any other is left as it is.

        Raises:
            InputError: the name cannot be one.
        """
        place = self._place(name)
        if place.is_dir() and not any(self.journal(name).glob("*.npz")):
            shutil.rmtree(place)

    def journal(self, name: str) -> Path:
        """Return the folder of a run's journal.

        Raises:
            InputError: the name cannot be one.
        """
        return self._place(name) / _JOURNAL

    def table(self, name: str) -> Path:
        """Return where a run's table is, or will be.

        Raises:
            InputError: the name cannot be one.
        """
        self._place(name)
        return self.tables / f"{name}{SUFFIX}"

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            expected = "small letters, digits, - and _, at most 60"
            raise InputError("name", expected=expected, got=repr(name))
        place = self.folder / name
        if place.is_symlink() or (self.tables / f"{name}{SUFFIX}").is_symlink():
            raise InputError("name", expected="a folder, not a link", got=repr(name))
        return place
