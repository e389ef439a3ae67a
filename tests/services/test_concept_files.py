"""Files of concepts found by name, the user's own before those that come along."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.errors import ConceptFileError
from seedloupe.services.concept_files import (
    concept_choices,
    concept_files,
    concept_folders,
    find_concepts,
)


def test_none_comes_first_and_files_go_by_their_names(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    for folder, name in ((own, "b"), (own, "a"), (other, "c"), (other, "a")):
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.concepts.safetensors").touch()
    (own / "notes.txt").touch()
    folders = (own, other, tmp_path / "missing")
    assert [path.name[0] for path in concept_files(folders)] == ["a", "b", "a", "c"]
    choices = concept_choices(folders)
    assert choices[0] == ("None", "")
    assert [label for label, _ in choices[1:]] == ["a", "b", "a", "c"]
    assert find_concepts("a", folders).parent == own
    assert find_concepts(str(other / "c.concepts.safetensors"), ()).parent == other
    with pytest.raises(ConceptFileError, match=r"or a, b, c, got d\. .*study sae"):
        find_concepts("d", folders)


def test_the_users_folder_comes_before_ours() -> None:
    folders = concept_folders(Path("own"))
    assert folders[0] == Path("own/concepts")
    assert len(folders) == 2
    assert concept_folders(None) == folders[1:]
