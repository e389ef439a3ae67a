"""Everything Seedloupe raises on purpose.

::

    SeedloupeError
    ├── InputError              what was handed in cannot be used
    │   ├── ShapeError          a tensor is laid out differently
    │   ├── SeedError           a number that names no noise
    │   ├── NoiseError          a noise source or a latent size nobody can draw
    │   ├── TableError          a seed table that cannot be read or written
    │   ├── TableMatchError     a sound table that does not fit the settings
    │   ├── PickError           a choice of seeds the table cannot answer
    │   ├── LayerNotFoundError  a layer name the U-Net does not have
    │   ├── LensFileError       a lens file that cannot be read or written
    │   ├── ConceptFileError    a file of concepts that cannot be used with this model
    │   ├── LensMatchError      two recorded runs that cannot be compared
    │   ├── TallyError          a tally of text checks that cannot be read or written
    │   ├── ImageError          a picture that cannot be used
    │   ├── MaskError           a mask that cannot be used
    │   │   └── MaskQuestionError   one that looks like none; whoever gave it is asked
    │   ├── ModelError          a model that cannot be opened
    │   ├── DuplicateNameError  a plug-in name given twice
    │   └── UnknownNameError    a plug-in name nobody registered
    ├── FetchError              something a user wanted fetched did not come
    └── ReaderError             an OCR reader failed while reading
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

_LONGEST_GOT = 300


class SeedloupeError(Exception):
    """The root of all errors a caller can act on."""


class InputError(SeedloupeError):
    """What was handed in cannot be used; the message says why and what to do.

    Args:
        field: which argument, tensor or entry, e.g. ``"noise.shape"``.
        expected: what would have been accepted, in words.
        got: what came instead; shortened in the message when very long.
        advice: what to do about it, a whole sentence; may be empty.
    """

    def __init__(self, field: str, *, expected: str, got: str, advice: str = "") -> None:
        """Keep the parts and compose the one-line message from them."""
        self.field = field
        self.expected = expected
        self.got = got
        self.advice = advice
        place = _shorten(field)
        super().__init__(_one_line(f"{place}: expected {expected}, got {_shorten(got)}. {advice}"))

    def __reduce__(self) -> tuple[Callable[[], InputError], tuple[()]]:
        """Survive the way between processes, which the default of exceptions does not."""
        parts = {"expected": self.expected, "got": self.got, "advice": self.advice}
        return partial(type(self), self.field, **parts), ()


class ShapeError(InputError):
    """A tensor is laid out differently."""


class SeedError(InputError):
    """A number that names no noise."""


class NoiseError(InputError):
    """A noise source or a latent size nobody can draw."""


class TableError(InputError):
    """A seed table that cannot be read or written."""


class TableMatchError(InputError):
    """A sound seed table that does not fit the settings in use."""


class PickError(InputError):
    """A choice of seeds the table cannot answer."""


class LayerNotFoundError(InputError):
    """A layer name the U-Net does not have."""


class LensFileError(InputError):
    """A lens file that cannot be read or written."""


class ConceptFileError(InputError):
    """A file of concepts that cannot be read, or not used with this model."""


class LensMatchError(InputError):
    """Two recorded runs that cannot be compared."""


class TallyError(InputError):
    """A tally of text checks that cannot be read or written."""


class ImageError(InputError):
    """A picture that cannot be used."""


class MaskError(InputError):
    """A mask that cannot be used."""


class MaskQuestionError(MaskError):
    """A mask that looks like something else; whoever gave it is asked whether it is meant."""


class ModelError(InputError):
    """A model that cannot be opened."""


class DuplicateNameError(InputError):
    """A plug-in name given twice."""


class UnknownNameError(InputError):
    """A plug-in name nobody registered."""


class FetchError(SeedloupeError):
    """Something a user wanted fetched did not come, or not as it should be."""


class ReaderError(SeedloupeError):
    """An OCR reader failed while reading; its own error is kept as the cause."""


def _shorten(text: str) -> str:
    if len(text) <= _LONGEST_GOT:
        return text
    return f"{text[:_LONGEST_GOT]}… ({len(text)} characters)"


def _one_line(text: str) -> str:
    return " ".join(text.split())
