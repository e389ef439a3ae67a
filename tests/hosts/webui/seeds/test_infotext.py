from __future__ import annotations

import copy
import json
from types import SimpleNamespace

from seedloupe.hosts.webui.seeds import infotext
from seedloupe.picking import Pick, Picking

TEXT = infotext.SeedText.of_ranks(Picking((Pick(307, 1), Pick(300, 2), Pick(306, 3)), "rule", 8))


def test_a_rank_is_looked_up_by_seed_and_not_by_place() -> None:
    # The second batch of two: the web UI counts from 0 again.
    assert TEXT(all_seeds=[306, 5], index=0) == "3 of 8"


def test_a_seed_that_was_not_picked_has_no_rank() -> None:
    assert TEXT(all_seeds=[306, 5], index=1) is None


def test_a_grid_is_described_by_the_jobs_first_picture() -> None:
    job = SimpleNamespace(all_seeds=[307, 300, 306])
    assert TEXT(all_seeds=[306], index=0, use_main_prompt=True, p=job) == "1 of 8"


def test_whatever_else_the_web_ui_hands_over_is_ignored() -> None:
    assert TEXT(all_seeds=[300], index=0, comments=[], iteration=3, later=1) == "2 of 8"


def test_a_picture_drawn_again_from_another_seed_does_not_name_the_table() -> None:
    # The text check keeps a retry's picture, and writes its seed over the picked one.
    words = infotext.JobText.of("golden", [307, 300])
    assert words(all_seeds=[307, 9], index=0) == "golden"
    assert words(all_seeds=[307, 9], index=1) is None
    job = SimpleNamespace(all_seeds=[300, 9])
    assert words(all_seeds=[9], index=0, use_main_prompt=True, p=job) == "golden"


def test_what_holds_for_the_job_stands_in_the_answer_of_the_api_as_text() -> None:
    words = infotext.JobText.of("golden", [307])
    assert json.dumps({"key": words}) == '{"key": "golden"}'
    assert copy.deepcopy(words)(all_seeds=[307]) == "golden"


def test_forgetting_leaves_others_parameters_alone() -> None:
    job = SimpleNamespace(extra_generation_params={key: 1 for key in (*infotext.KEYS, "Theirs")})
    infotext.forget(job)
    assert job.extra_generation_params == {"Theirs": 1}


def test_every_key_begins_with_our_name() -> None:
    assert all(key.startswith("Seedloupe") for key in infotext.KEYS)


def test_pasting_turns_the_panel_on_only_for_pictures_made_with_it() -> None:
    assert infotext.was_used({infotext.TABLE: "a", "Seed": "3"})
    assert not infotext.was_used({"Seed": "3"})


def test_pasting_keeps_the_pasted_seed_from_being_replaced() -> None:
    assert infotext.only_random_again({infotext.TABLE: "a"}) is True
    assert infotext.only_random_again({"Seed": "3"}) is None
