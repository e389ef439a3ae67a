"""Where a user's own files are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

#: Below the user's own folder: a folder of weights a scorer, and what pictures are compared with.
WEIGHTS, REFERENCES = "scorers", "references"
#: The same below a host's folder of models.
HOST_WEIGHTS, HOST_REFERENCES = "seedloupe_scorers", "seedloupe_references"
_STATISTICS = ".npz"


def own_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return the folder for what Seedloupe keeps for a user; it may not exist.

    Args:
        environment: variables by name.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    return _applications(environment, platform, home) / "seedloupe"


def panels_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return where hosts look for choices of layers by their bare names; it may not exist.

    Args:
        environment: variables by name.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    return own_folder(environment, platform, home) / "panels"


def pictures_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return where pictures are saved when nobody names a folder; it may not exist.

    Args:
        environment: variables by name; ``SEEDLOUPE_PICTURES`` names another folder.
        platform: as in ``sys.platform``.
        home: the user's folder.
    """
    named = environment.get("SEEDLOUPE_PICTURES", "").strip()
    if named:
        return Path(named)
    usual = home / "Pictures"
    if usual.is_dir():
        return usual / "Seedloupe"
    return own_folder(environment, platform, home) / "pictures"


def named_paths(folders: Sequence[Path]) -> dict[str, Path]:
    """Return what lies in some folders by its name; hidden things do not count.

    Args:
        folders: those that are not there hold nothing; earlier ones win.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if not path.name.startswith("."):
                found.setdefault(path.name, path)
    return found


def named_references(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the folders of pictures and files of statistics in some folders, by name."""
    found = named_paths(folders)
    return {n: p for n, p in sorted(found.items()) if p.is_dir() or p.suffix == _STATISTICS}


def _applications(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return where programs of this system keep a user's files."""
    if platform == "darwin":
        return home / "Library" / "Application Support"
    name, usual = "XDG_DATA_HOME", home / ".local" / "share"
    if platform == "win32":
        name, usual = "APPDATA", home / "AppData" / "Roaming"
    stated = Path(environment.get(name, ""))
    # The XDG standard has relative paths ignored: they would depend on where one stands.
    return stated if stated.is_absolute() else usual
