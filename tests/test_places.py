from __future__ import annotations

from pathlib import Path

import pytest

from seedloupe.places import own_folder

HOME = Path("/home/ann")


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", HOME / ".local/share/seedloupe"),
        ({"XDG_DATA_HOME": "/srv/kept"}, "linux", Path("/srv/kept/seedloupe")),
        ({"XDG_DATA_HOME": "kept"}, "linux", HOME / ".local/share/seedloupe"),
        ({"XDG_DATA_HOME": "/srv/kept"}, "darwin", HOME / "Library/Application Support/seedloupe"),
        ({}, "win32", HOME / "AppData/Roaming/seedloupe"),
    ],
)
def test_every_system_has_its_own_place(
    environment: dict[str, str], platform: str, expected: Path
) -> None:
    assert own_folder(environment, platform, HOME) == expected
