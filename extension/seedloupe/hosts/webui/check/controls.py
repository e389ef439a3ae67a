"""What the panel sets, once: the order of the fields is the order of the controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from ....artifacts.levels import Level
from ....artifacts.retry import MOST_RETRIES
from ....errors import InputError
from ..script_arguments import as_kinds, named_arguments

#: Most retries the panel offers; the API may ask for more.
OFFERED_RETRIES = 16


@dataclass(frozen=True)
class TextCheckSettings:
    """The panel's values for one job.

    Args:
        enabled: whether anything is looked at at all.
        level: how suspicious to be: ``low``, ``normal`` or ``high``.
        reader: who reads: ``auto`` or a name.
        retries: how often at most a picture with text is drawn again with another seed.
        overlay: whether pictures with what was found marked are added to the gallery.
        count: whether what is found is counted, so that retries can pass over seeds that write.
    """

    enabled: bool = False
    level: str = Level.NORMAL.value
    reader: str = "auto"
    retries: int = 0
    overlay: bool = True
    count: bool = True

    def __post_init__(self) -> None:
        """Refuse what the controls do not offer and the API lets through."""
        kinds = {field.name: type(field.default) for field in fields(self)}
        for name, value in as_kinds(asdict(self), kinds).items():
            object.__setattr__(self, name, value)
        levels = [level.value for level in Level]
        if self.level not in levels:
            raise InputError("level", expected=" or ".join(levels), got=repr(self.level))
        if not 0 <= self.retries <= MOST_RETRIES:
            raise InputError("retries", expected=f"0 to {MOST_RETRIES}", got=f"{self.retries}")

    @classmethod
    def from_args(cls, args: Sequence[object]) -> TextCheckSettings:
        """Read what the web UI passes to a script; see :func:`..script_arguments.named_arguments`.

        Raises:
            InputError: a name nobody knows, or a value that is none of the control's.
        """
        names = [field.name for field in fields(cls)]
        return cls(**named_arguments(args, names))  # type: ignore[arg-type]
