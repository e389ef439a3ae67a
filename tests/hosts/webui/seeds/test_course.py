"""The scripts of the web UI, as they run jobs and fix seeds, on the stand-in."""

from __future__ import annotations

from copy import copy
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from seedloupe.hosts.webui.seeds import infotext
from seedloupe.hosts.webui.seeds.controls import PanelSettings

from ..conftest import BEST_FIRST, Host

ON = (True, "golden", True)


def seed_script(host: Host, value: object) -> Any:
    """The page's own script with the control of the seed, which may come after ours."""
    scripts = host.module("scripts")

    class ScriptSeed(scripts.Script):
        setup_for_ui_only = True

        def title(self) -> str:
            return "Seed"

        def setup(self, p: Any, seed: Any, *args: Any) -> None:
            p.seed = seed

    return ScriptSeed()


def page_job(host: Host, typed: object, *args: object, **fields: Any) -> Any:
    """A job of the page, where the seed's own control decides."""
    host.other_scripts = (seed_script(host, typed),)
    count = len(PanelSettings.__dataclass_fields__)
    padded = [*args, *[None] * (count - len(args)), typed]
    return host.job(*padded, **fields)


def fix_seed(host: Host, p: Any) -> None:
    host.module("processing").fix_seed(p)


@pytest.mark.parametrize("typed", [-1, "", "-1"])
def test_the_page_may_write_its_seed_after_us(host: Host, typed: object) -> None:
    job = page_job(host, typed, *ON)
    fix_seed(host, job)
    host.run(job)
    assert job.all_seeds == host.turns(0, 1)


def test_a_seed_that_was_typed_on_the_page_stays(host: Host) -> None:
    job = page_job(host, 77, *ON)
    host.run(job)
    assert job.all_seeds == [77]


def test_an_api_request_says_its_seed_itself(host: Host) -> None:
    host.other_scripts = (seed_script(host, -1),)
    job = host.job(*ON, seed=77, is_api=True)
    host.run(job)
    assert job.all_seeds == [77]


def xyz(host: Host, job: Any, cells: list[dict[str, Any]], vary: bool = False) -> list[list[int]]:
    """X/Y/Z plot: the seed fixed first, then a copy a cell."""
    fix_seed(host, job)
    seeds = []
    for place, cell in enumerate(cells):
        p = copy(job)
        for name, value in cell.items():
            setattr(p, name, value)
        p.seed += place if vary else 0
        host.run(p)
        seeds.append(list(p.all_seeds))
    return seeds


def test_the_cells_of_a_plot_share_their_seeds(host: Host) -> None:
    cells = [{"steps": 12}, {"steps": 30}, {"cfg_scale": 3.0}]
    found = xyz(host, host.job(*ON, batch_size=2), cells)
    assert found == [host.turns(0, 2)] * 3
    assert host.run(host.job(*ON)).p.all_seeds == host.turns(2, 3)


def test_a_plot_that_varies_seeds_counts_on(host: Host) -> None:
    found = xyz(host, host.job(*ON), [{}, {}, {}], vary=True)
    assert found == [[seed] for seed in host.turns(0, 3)]


def test_an_axis_of_seeds_decides_them(host: Host) -> None:
    found = xyz(host, host.job(*ON), [{"seed": 5}, {"seed": 6}])
    assert found == [[5], [6]]


def test_a_plot_with_a_typed_seed_keeps_it(host: Host) -> None:
    assert xyz(host, host.job(*ON, seed=9), [{}, {}]) == [[9], [9]]


def test_a_plot_that_keeps_minus_one_draws_new_seeds_in_each_cell(host: Host) -> None:
    job = host.job(*ON)
    found = []
    for _ in range(3):
        p = copy(job)
        host.run(p)
        found += p.all_seeds
    assert found == host.turns(0, 3)


def test_prompt_matrix_gives_all_pictures_one_seed(host: Host) -> None:
    job = host.job(*ON)
    fix_seed(host, job)
    job.prompt, job.seed = ["a", "b", "c", "d"], [job.seed] * 4
    host.run(job)
    assert job.all_seeds == host.turns(0, 1) * 4


def test_prompt_matrix_gives_different_seeds_where_asked_to(host: Host) -> None:
    job = host.job(*ON)
    fix_seed(host, job)
    job.prompt, job.seed = ["a", "b", "c"], [job.seed + place for place in range(3)]
    host.run(job)
    assert job.all_seeds == host.turns(0, 3)


def test_loopback_goes_on_by_one_each_round(host: Host) -> None:
    job = host.job(*ON)
    fix_seed(host, job)
    found = []
    for _ in range(4):
        processed = host.run(job)
        found += job.all_seeds
        job.seed = processed.seed + 1
    assert found == host.turns(0, 4)
    assert host.run(host.job(*ON)).p.all_seeds == host.turns(4, 5)


def test_tiles_of_sd_upscale_go_on_and_a_second_upscale_begins_one_further(host: Host) -> None:
    job = host.job(*ON, batch_size=2)
    fix_seed(host, job)
    first = job.seed
    found = []
    for upscale in range(2):
        job.seed = first + upscale
        for _ in range(2):
            processed = host.run(job)
            found.append(list(job.all_seeds))
            job.seed = processed.seed + 1
    assert found == [host.turns(0, 2), host.turns(1, 3), host.turns(1, 3), host.turns(2, 4)]


def test_batch_img2img_gives_all_pictures_the_same_seeds(host: Host) -> None:
    picture = Image.new("RGB", (64, 48))
    job = host.job(*ON, kind="Img2Img", init_images=[picture])
    fix_seed(host, job)
    found = []
    for _ in range(3):
        host.run(job)
        found += job.all_seeds
    assert found == host.turns(0, 1) * 3


def lines(host: Host, *, iterate: bool, same: bool, seeds: tuple[int | None, ...]) -> list[Any]:
    """Prompts from file, as the web UI runs its lines."""
    job = host.job(*ON, batch_size=2)
    if iterate or same:
        fix_seed(host, job)
    found = []
    for seed in seeds:
        p = copy(job)
        if seed is not None:
            p.seed = seed
        host.run(p)
        found.append(list(p.all_seeds))
        if iterate:
            job.seed += job.batch_size * job.n_iter
    return found


def test_lines_of_a_file_get_new_seeds_each(host: Host) -> None:
    found = lines(host, iterate=False, same=False, seeds=(None, None))
    assert found == [host.turns(0, 2), host.turns(2, 4)]


def test_lines_that_iterate_get_the_next_seeds(host: Host) -> None:
    found = lines(host, iterate=True, same=False, seeds=(None, None, None))
    assert found == [host.turns(0, 2), host.turns(2, 4), host.turns(4, 6)]


def test_lines_with_the_same_random_seed_get_the_same_seeds(host: Host) -> None:
    found = lines(host, iterate=False, same=True, seeds=(None, None))
    assert found == [host.turns(0, 2)] * 2


@pytest.mark.parametrize("first", [True, False])
def test_a_line_that_names_its_seed_has_it(host: Host, first: bool) -> None:
    seeds = (5, None) if first else (None, 5)
    found = lines(host, iterate=False, same=False, seeds=seeds)
    assert found[0 if first else 1] == [5, 6]
    assert found[1 if first else 0] == host.turns(0, 2)


def test_upscaling_a_picture_keeps_its_seed(host: Host) -> None:
    job = page_job(host, -1, *ON)
    job.txt2img_upscale, job.seed = True, "311"
    host.run(job)
    assert job.all_seeds == [311]


def test_a_picture_that_is_mended_inside_a_job_keeps_its_seed(host: Host) -> None:
    inner_seeds = []

    class Mender(host.module("scripts").Script):  # type: ignore[misc]
        def postprocess_batch(self, p: Any, *args: Any, **kwargs: Any) -> None:
            if not inner_seeds:
                inner_seeds.append(None)
                inner = host.job(True, "golden", False, seed=4242)
                host.run(inner)
                inner_seeds.append(inner.all_seeds)

    host.other_scripts = (Mender(),)
    job = host.job(*ON)
    host.run(job)
    assert inner_seeds == [None, [4242]]
    assert job.all_seeds == host.turns(0, 1)


def test_a_job_that_broke_off_does_not_stop_the_next(host: Host) -> None:
    broken = host.job(*ON)
    broken.all_prompts = [""]
    host.script.process(broken, *ON)
    host.run(host.job(*ON))
    job = host.job(*ON)
    host.module("shared").state.job_timestamp = "20260101000007"
    host.run(job)
    assert infotext.TABLE in job.extra_generation_params


def test_seeds_that_another_extension_changed_after_us_are_not_called_ours(host: Host) -> None:
    class Later(host.module("scripts").Script):  # type: ignore[misc]
        def process(self, p: Any, *args: Any) -> None:
            p.all_seeds = [1, 2]

    host.other_scripts = (Later(),)
    job = host.job(*ON, batch_size=2)
    host.run(job)
    assert infotext.TABLE not in job.extra_generation_params
    assert "Another extension replaced the seeds" in str(job.extra_generation_params[infotext.NOTE])


def axis(host: Host, label: str) -> Any:
    """One of our axes, added to a stand-in of the web UI's plot."""
    plot = SimpleNamespace(axis_options=[], AxisOption=Axis)
    data = host.module("scripts").ScriptClassData
    loaded = [data(None, "/webui/scripts/xyz_grid.py", "/webui", plot)]
    axes = host.ours("seeds.axes")
    for _ in range(2):  # "Reload UI" may ask again
        assert axes.add_axes(loaded, lambda: ["golden"])
    assert len(plot.axis_options) == 3
    return next(one for one in plot.axis_options if one.label == label)


class Axis:
    def __init__(
        self, label: str, kind: type, apply: Any, confirm: Any = None, choices: Any = None
    ) -> None:
        self.label, self.kind, self.apply = label, kind, apply
        self.confirm, self.choices = confirm, choices


def plotted(host: Host, job: Any, found: Any, values: list[str]) -> list[list[int]]:
    fix_seed(host, job)
    seeds = []
    for value in values:
        p = copy(job)
        found.apply(p, value, values)
        host.run(p)
        seeds.append(list(p.all_seeds))
    return seeds


def test_an_axis_sets_ranks_cell_by_cell(host: Host) -> None:
    ranks = axis(host, "[Seedloupe] Ranks")
    ranks.confirm(None, ["1-2", "31-32"])
    found = plotted(host, host.job(*ON, batch_size=2), ranks, ["1-2", "31-32"])
    assert found == [list(BEST_FIRST[:2]), list(BEST_FIRST[30:])]
    with pytest.raises(RuntimeError, match="1-16"):
        ranks.confirm(None, ["best"])


def test_an_axis_sets_the_rule_also_of_a_closed_panel_and_of_an_object(host: Host) -> None:
    rule = axis(host, "[Seedloupe] Pick rule")
    assert rule.choices()[0] == "off"
    own = host.module("processing").RANDOM_SEED
    for args in ((False, "golden", True), ({"enabled": False, "table": "golden"},)):
        begin = host.ours("seeds.stores").positions()
        key = next(iter(begin._read()), None)
        place = begin.next(key) if key else 0
        found = plotted(host, host.job(*args), rule, ["off", "golden"])
        assert found == [[own], host.turns(place, place + 1)]
    with pytest.raises(RuntimeError, match="golden"):
        rule.confirm(None, ["gold"])


def test_an_axis_sets_the_table(host: Host) -> None:
    table = axis(host, "[Seedloupe] Table")
    assert table.choices() == ["(the model's)", "golden"]
    found = plotted(host, host.job(*ON), table, ["golden", "(the model's)"])
    assert found == [host.turns(0, 1)] * 2
