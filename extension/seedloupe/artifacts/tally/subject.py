"""What a tally is about: seeds are only comparable within one model, task and noise."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ...errors import InputError, NoiseError, TallyError
from ...noise import NoiseSource, canonical_seed
from ...tables import TableSpec

#: Prompts that ask for nothing to be there, as far as words can tell.
_REMOVING = re.compile(
    r"\b(?:backgrounds?|nothing|empty|emptiness|remov\w+|eras\w+|delet\w+|clean ?plate|vacant)\b",
    re.IGNORECASE,
)


_SHORT = 10
_HASH = re.compile(rf"[0-9a-f]{{{_SHORT},64}}")


class Purpose(str, Enum):
    """What a repaint is for; some seeds write in one case and not in the other."""

    REMOVAL = "removal"
    """Something is to go, and background to take its place."""
    COMPLETION = "completion"
    """Something is to be there."""


def purpose_of(prompt: str) -> Purpose:
    """Return what a repaint with this prompt is for.

    A prompt that is blank, or speaks of background or of removing, is for removal: the paper's
    prompt is "clear background" (Xu, Zhang and Shi, 2024, inpainting study).
    """
    removing = not prompt.strip() or _REMOVING.search(prompt) is not None
    return Purpose.REMOVAL if removing else Purpose.COMPLETION


def purpose_of_table(spec: TableSpec) -> Purpose | None:
    """Return what the repaints of a table were for, or ``None`` where it does not say.

    Tables of the inpainting study say so under ``study``.
    """
    study = spec.extra.get("study")
    task = study.get("task") if isinstance(study, Mapping) else None
    return next((purpose for purpose in Purpose if purpose.value == task), None)


@dataclass(frozen=True)
class Subject:
    """One model repainting for one purpose from one kind of noise.

    Attributes:
        model: the checkpoint's SHA-256 or its first ten digits, which is what the web UI writes, or
            its name where nobody hashed it.
        name: what users call the model; only shown.
        purpose: what the repaint is for.
        noise: which generator draws the noise.
        shape: ``(C, H, W)`` of the noise, in latent cells.
        draws_before: draws made from the same generator before the noise.
    """

    model: str
    name: str
    purpose: Purpose
    noise: NoiseSource
    shape: tuple[int, int, int]
    draws_before: int = 0

    @property
    def model_key(self) -> str:
        """What tells the model from others, the same for a whole hash and for its beginning."""
        return self.model[:_SHORT] if _HASH.fullmatch(self.model) else self.model

    @property
    def key(self) -> str:
        """Twelve digits that stand for everything but the name."""
        what = {key: value for key, value in self.to_json().items() if key != "name"}
        what["model"] = self.model_key
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:12]

    def canonical(self, seed: int) -> int:
        """Return the seed all others with the same noise are counted under.

        Raises:
            SeedError: ``seed`` names no noise.
        """
        return canonical_seed(seed, self.noise)

    def to_json(self) -> dict[str, object]:
        """Return the subject as JSON types."""
        return {
            "model": self.model,
            "name": self.name,
            "purpose": self.purpose.value,
            "noise": self.noise.label,
            "shape": list(self.shape),
            "draws_before": self.draws_before,
        }

    @classmethod
    def from_json(cls, value: object) -> Subject:
        """Build a subject from parsed JSON.

        Raises:
            TallyError: something is missing or wrong.
        """
        if not isinstance(value, Mapping):
            raise TallyError("subject", expected="an object", got=type(value).__name__)
        try:
            channels, height, width = (int(side) for side in value["shape"])
            return cls(
                str(value["model"]),
                str(value["name"]),
                Purpose(value["purpose"]),
                NoiseSource.parse(str(value["noise"])),
                (channels, height, width),
                int(value["draws_before"]),
            )
        except (KeyError, TypeError, ValueError, InputError, NoiseError) as error:
            raise TallyError("subject", expected="a tally's subject", got=str(error)) from error
