"""What the explorer's script works out, run by Node.js on cells whose groups are known."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from seedloupe.lens.explorer import explorer_script

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
#: Codes of a map whose cells are of some kinds, (x, y) far apart; and a lens around such maps.
STANDS = """
const KINDS = [[0, 0], [9, 0], [0, 9], [9, 9]];
function codes(rows) {
  const cells = rows.flat();
  const wobble = i => 0.2 * Math.sin(7 * i);
  const along = d => cells.map((kind, i) => KINDS[kind][d] + wobble(i + d));
  const values = Float32Array.from([0, 1].flatMap(along));
  return {height: rows.length, width: rows[0].length, dims: 2, values};
}
const side = (...layers) => ({maps: layers.map(rows => [{codes: codes(rows)}])});
const lensOf = (...sides) => ({sides, groups: {}});
const listed = groups => groups.map(side => side.map(frame => frame && Array.from(frame)));
"""


def run(script: str) -> Any:
    """What a script hands to ``say``."""
    window = "const window = {innerWidth: 1400};"
    say = "const say = value => console.log(JSON.stringify(value));"
    whole = "\n".join((window, explorer_script(), STANDS, say, script))
    assert NODE is not None
    done = subprocess.run([NODE, "-e", whole], capture_output=True, text=True, timeout=60)
    assert not done.stderr
    return json.loads(done.stdout)


def numbers(kinds: list[list[int]], groups: list[int]) -> dict[int, set[int]]:
    """Which numbers the cells of each kind have."""
    found: dict[int, set[int]] = {}
    for kind, group in zip([kind for row in kinds for kind in row], groups, strict=True):
        found.setdefault(kind, set()).add(group)
    return found


# The same things at other places and in other numbers, so that each alone would be grouped from
# another start.
ONE = [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 2, 1]]
OTHER = [[2, 2, 2, 2], [2, 2, 2, 0], [2, 2, 2, 1]]


def test_a_group_has_one_number_in_both_pictures_wherever_it_stands() -> None:
    first, second = run(f"say(listed(groupsAt(lensOf(side({ONE}), side({OTHER})), 0, 3)))")
    one, other = numbers(ONE, first[0]), numbers(OTHER, second[0])
    assert one == other
    assert {len(found) for found in one.values()} == {1}
    assert len(set().union(*one.values())) == 3


def test_what_only_one_picture_shows_has_a_number_of_its_own() -> None:
    plain = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    first, second = run(f"say(listed(groupsAt(lensOf(side({ONE}), side({plain})), 0, 3)))")
    assert set(second[0]) == numbers(ONE, first[0])[0]


def test_a_layer_takes_its_numbers_from_the_finest_by_the_places_its_groups_cover() -> None:
    # Each begins from the kind farthest from its mean, which lies elsewhere in the other.
    coarse = [[0, 0], [1, 1], [2, 2]]
    fine = [[1, 1, 1, 1], [0, 0, 0, 0], [2, 2, 2, 2]]
    script = f"""
    const lens = lensOf(side({coarse}, {fine}));
    say([groupsAt(lens, 0, 3), groupsAt(lens, 1, 3)].map(groups => listed(groups)[0][0]));
    """
    low, high = run(script)
    assert [low[0], low[2], low[4]] == [high[0], high[4], high[8]]
    assert len(set(low)) == len(set(high)) == 3


def test_pictures_whose_codes_differ_in_kind_are_matched_by_places() -> None:
    script = f"""
    const wide = codes({ONE});
    wide.dims = 3;
    wide.values = Float32Array.from([...wide.values, ...new Array(12).fill(5)]);
    const other = {{maps: [[{{codes: wide}}]]}};
    say(listed(groupsAt(lensOf(side({ONE}), other), 0, 3)));
    """
    first, second = run(script)
    assert first == second


def test_overlap_undoes_any_exchange_of_numbers() -> None:
    script = """
    const map = groups => ({height: 3, width: 4, groups});
    const mine = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 2];
    const theirs = mine.map(group => [2, 0, 1][group]);
    say(numbersLike([map(mine)], [map(theirs)], 3));
    """
    assert run(script) == [2, 0, 1]


def test_groups_keep_their_numbers_from_step_to_step() -> None:
    script = f"""
    const one = {{maps: [[{{codes: codes({ONE})}}, null, {{codes: codes({OTHER})}}]]}};
    say(listed(groupsAt(lensOf(one), 0, 3))[0]);
    """
    before, gap, after = run(script)
    assert gap is None
    assert numbers(ONE, before) == numbers(OTHER, after)


def test_likeness_in_words_names_the_number_of_the_cell_pointed_at() -> None:
    assert run('say(likeWords("cosine", -0.254))') == "likeness −0.25; 1 is the same"
    assert run('say(likeWords("distance", -3))') == "3.00 away; 0 is the same"
