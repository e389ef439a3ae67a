"""``seedloupe scorers`` lists all there are with what each needs."""

from __future__ import annotations

from pathlib import Path

from seedloupe.mining.scorers import builtin_scorers

from .conftest import Cli


def test_every_scorer_is_listed_with_what_it_lacks(cli: Cli, tmp_path: Path) -> None:
    found = cli("scorers", "--json").json["scorers"]
    assert [one["name"] for one in found] == ["critic", *builtin_scorers()]
    clip = next(one for one in found if one["name"] == "clip")
    assert (clip["usable"], "clip=FOLDER" in clip["lacks"]) == (False, True)
    given = cli("scorers", "--weights", f"clip={tmp_path}", "--json").json["scorers"]
    assert next(one for one in given if one["name"] == "clip")["usable"] is True
    said = cli("scorers")
    assert "fid lacks: no weights" in said.out
    assert cli("scorers", "--weights", "=x").code == 2
