"""Taught coders, kept in files that name the model, the pictures and how they were taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ....lens.concepts import (
    CONCEPTS_SUFFIX,
    ConceptFileError,
    SparseCoder,
    concepts_plan,
    read_concepts,
    write_concepts,
)
from ...frame.kept import plan_digest, require_plan


class KeptConcepts:
    """Coders by layer, time and the plan they were taught by.

    Args:
        folder: where ``PLAN/LAYER-tTIME.concepts.safetensors`` lie, a folder a plan; None keeps
            them as long as this value lives.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._held: dict[Path, SparseCoder] = {}

    def get(
        self,
        plan: Mapping[str, object],
        layer: str,
        time: int,
        teach: Callable[[], SparseCoder],
    ) -> SparseCoder:
        """Return the coder of a layer and time, taught where it is not kept or damaged.

        Args:
            plan: everything else that decides it, as JSON types.
            layer: canonical name.
            time: training time.
            teach: teaches it.

        Raises:
            InputError: the file that lies there was taught by another plan.
        """
        path = self.path(plan, layer, time)
        if self._folder is None:
            if path not in self._held:
                self._held[path] = teach()
            return self._held[path]
        whole = {**plan, "layer": layer, "time": time}
        kept = _read(path, whole)
        if kept is None:
            kept = teach()
            write_concepts(kept, path, plan=whole)
        return kept

    def path(self, plan: Mapping[str, object], layer: str, time: int) -> Path:
        """Return where a coder is kept."""
        inside = Path(plan_digest(plan)) / f"{layer}-t{time}{CONCEPTS_SUFFIX}"
        return inside if self._folder is None else self._folder / inside


def _read(path: Path, plan: Mapping[str, object]) -> SparseCoder | None:
    if not path.is_file():
        return None
    try:
        coder, told = read_concepts(path), concepts_plan(path)
    except ConceptFileError:
        return None
    require_plan(path, told, plan, field="concepts")
    return coder
