"""Which of a host's tables was made with the model in use."""

from __future__ import annotations

from ..errors import TableError
from ..tables import Catalogue, Status, TableUse, tables_for

__all__ = ["table_of_model"]


def table_of_model(catalogue: Catalogue, use: TableUse) -> str:
    """Return the name of the table of the model in use that fits its other settings best.

    Another model's table is never returned, nor one of published numbers; one of another size is,
    where there is no better, since a user can set the size.

    Raises:
        TableError: nobody knows which model is in use, or there is no table of it.
    """
    if use.model_sha256 is None:
        raise TableError(
            "table",
            expected="a checkpoint whose file is known",
            got="one whose hash is not known here",
            advice="Choose a table by its name.",
        )
    names = {path: name for name, path in catalogue.paths().items()}
    for found in tables_for(use, catalogue.folders):
        if found.outline is None or found.path not in names:
            continue  # told when somebody chooses it
        spec = found.outline.spec
        own = spec.model.sha256 == use.model_sha256
        if own and spec.provenance.status is not Status.PUBLISHED:
            return names[found.path]
    raise TableError(
        "table",
        expected=f"a table made with {use.model_name or use.model_sha256[:10]}",
        got="none",
        advice="Make one with `seedloupe mine`, or choose another model's table by its name.",
    )
