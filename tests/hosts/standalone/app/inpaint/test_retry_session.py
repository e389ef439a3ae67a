from __future__ import annotations

import itertools
import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedloupe.artifacts import Candidate, Check, Ending, Level, TextCheck, Verdict
from seedloupe.errors import InputError
from seedloupe.generation.request import Request
from seedloupe.hosts.standalone.app.inpaint.html import attempts_html
from seedloupe.hosts.standalone.app.inpaint.retry_session import seeds_to_try, try_again
from seedloupe.hosts.standalone.app.inpaint.session import repaint
from seedloupe.hosts.standalone.app.inpaint.state import InpaintState, Job
from seedloupe.hosts.standalone.engine.models import Model
from seedloupe.picking import pick_clean
from seedloupe.services.clean_seeds import ranked_clean
from seedloupe.tables import SeedTable, Task, write_table

from .....services.test_table_fit import SETTINGS, table_for
from ..app_stands import Reader, Writing, job_for, state_of


def thrown(*seeds: int) -> Iterator[Candidate]:
    return (Candidate(seed, "thrown by dice") for seed in seeds)


def repainted(reader: Any, seeds: tuple[int, ...] = (3,), **more: Any) -> InpaintState:
    return list(repaint(job_for(reader, seeds, **more), threading.Event()))[-1]


def retried(
    sheet: InpaintState,
    *seeds: int,
    limit: int = 4,
    stop_at: Collection[int] = (),
) -> list[InpaintState]:
    """Every page of a retry; it is stopped when one of ``stop_at`` is being drawn."""
    stop, pages = threading.Event(), []
    first = sheet.flagged(None)
    assert first is not None
    for page in try_again(sheet, first, thrown(*seeds), stop, limit=limit):
        pages.append(page)
        if page.drawing in stop_at and page.preview and "being drawn" in page.preview.title:
            stop.set()
    return pages


def seeds_of(sheet: InpaintState) -> list[int]:
    assert sheet.retry is not None
    return [attempt.seed for attempt in sheet.retry.attempts]


def test_it_tries_until_a_picture_is_clean_and_keeps_that_one() -> None:
    last = retried(repainted(Writing({3, 10, 11})), 10, 11, 12, 13)[-1]
    assert seeds_of(last) == [3, 10, 11, 12]
    assert last.kept() == 12
    assert last.status == "Kept seed 12, after 3 retries: no text found that nobody asked for."


def test_attempts_appear_one_by_one_with_their_seed_and_why() -> None:
    pages = retried(repainted(Writing({3, 10})), 10, 11)
    counts = [attempts_html(page, boxes=False).count("<figure") for page in pages]
    assert counts == sorted(counts)
    assert set(counts) == {2, 3}
    strip = attempts_html(pages[-1], boxes=False)
    assert [word for word in ("the one you had", "thrown by dice", "kept") if word in strip] == [
        "the one you had",
        "thrown by dice",
        "kept",
    ]


def test_no_more_than_the_limit_are_tried_and_the_least_text_is_kept() -> None:
    last = retried(repainted(Writing(range(100))), 10, 11, 12, 13, limit=2)[-1]
    assert seeds_of(last) == [3, 10, 11]
    assert last.retry is not None
    assert last.retry.ending is Ending.LIMIT
    assert last.kept() == 3
    assert "after 2 retries: text covers" in last.status


def test_a_seed_is_never_tried_twice_not_even_under_another_name() -> None:
    last = retried(repainted(Writing(range(100))), 3, 10, 10 + 2**32, 3 + 2**32, 11, limit=2)[-1]
    assert seeds_of(last) == [3, 10, 11]


def test_it_ends_when_there_are_no_seeds_left() -> None:
    last = retried(repainted(Writing(range(100))), 3, 3 + 2**32)[-1]
    assert seeds_of(last) == [3]
    assert last.drawing is None


def test_stop_in_the_middle_of_a_picture_keeps_what_was_tried() -> None:
    last = retried(repainted(Writing(range(100))), 10, 11, 12, stop_at={11})[-1]
    assert seeds_of(last) == [3, 10]
    assert last.drawing is None
    assert last.status.startswith("Stopped. Kept seed 3")
    assert 11 not in last.results


def test_a_reader_that_fails_in_the_middle_ends_it_and_the_picture_stays() -> None:
    last = retried(repainted(Writing({3, 10}, breaks_on={11})), 10, 11, 12)[-1]
    assert seeds_of(last) == [3, 10, 11]
    assert last.results[11].url == "file/11"
    assert last.results[11].report.verdict is Verdict.NOT_CHECKED
    assert last.kept() == 3
    assert "after it nobody could look" in last.status


def test_a_sampler_that_breaks_in_the_middle_leaves_the_pages_there_are() -> None:
    sheet = repainted(Writing(range(100)))
    assert sheet.job is not None
    plain = sheet.job.stream

    def burning(request: Request) -> Any:
        if request.seeds == (11,):
            raise RuntimeError("out of memory")
        return plain(request)

    sheet = replace(sheet, job=replace(sheet.job, stream=burning))
    pages: list[InpaintState] = []
    first = sheet.flagged(None)
    assert first is not None
    with pytest.raises(RuntimeError, match="out of memory"):
        pages.extend(
            page for page in try_again(sheet, first, thrown(10, 11), threading.Event(), limit=4)
        )
    for page in try_again(sheet, first, thrown(10), threading.Event(), limit=4):
        pages.append(page)
    assert seeds_of(pages[-1]) == [3, 10]


def test_the_source_is_not_read_again_for_a_retry() -> None:
    reader = Writing(range(100))
    sheet = repainted(reader)
    before = reader.asked
    retried(sheet, 10, 11, limit=2)
    assert reader.asked - before == 2


def test_more_retries_than_anybody_has_patience_for_are_refused() -> None:
    sheet = repainted(Writing({3}))
    first = sheet.flagged(None)
    assert first is not None
    with pytest.raises(InputError, match="limit"):
        list(try_again(sheet, first, thrown(4), threading.Event(), limit=999))


def test_the_chosen_picture_is_retried_if_it_has_text_and_the_worst_if_not() -> None:
    sheet = repainted(Writing({3, 5}), (3, 4, 5))
    report = replace(sheet.results[5].report, new_text=0.9)
    sheet = replace(sheet, results={**sheet.results, 5: replace(sheet.results[5], report=report)})
    chosen = [result.seed for result in (sheet.flagged(3), sheet.flagged(4)) if result]
    assert chosen == [3, 5]
    assert repainted(Reader()).flagged(None) is None
    assert repainted(None).flagged(None) is None


def test_retries_are_counted_like_any_other_picture(tmp_path: Path) -> None:
    last = retried(repainted(Writing({3, 10}), folder=tmp_path), 10, 11)[-1]
    assert last.job is not None
    assert last.job.log is not None
    assert last.job.log.read()[0].usual() == (2, 3)


# where seeds come from


def inpaint_table(tiny: Model, purpose: str | None = None, **changes: Any) -> SeedTable:
    table = table_for(tiny)
    assert table.spec.sampling is not None
    extra = {"study": {"name": "inpaint", "task": purpose}} if purpose else {}
    sampling = replace(table.spec.sampling, task=Task.INPAINT, strength=1.0)
    spec = replace(table.spec, sampling=sampling, extra=extra, **changes)
    return SeedTable(table.seeds, table.tensors, spec)


def job_of(model: Model, prompt: str = "a boat", **more: Any) -> Job:
    """A job of the stand-in sampler at a model's own size."""
    job = job_for(Writing(range(256)), **more)
    width, height = model.native_size
    image, mask = job.check.before, job.check.mask
    assert image is not None
    image, mask = image[:, :height, :width], mask[:height, :width]
    request = Request.of(
        model.info, prompt, job.request.seeds, plan=SETTINGS, image=image, mask=mask
    )
    return replace(job, request=request, check=TextCheck(mask, job.check.reader, before=image))


def tables_with(table: SeedTable, folder: Path) -> list[Path]:
    (folder / "t").mkdir(parents=True)
    write_table(table, folder / "t" / "inpaint.seedtable.safetensors")
    return [folder]


def test_the_cleanest_seeds_of_a_table_of_repaints_come_first(tiny: Model, tmp_path: Path) -> None:
    table = inpaint_table(tiny)
    folders = tables_with(table, tmp_path / "tables")
    ranked = ranked_clean(job_of(tiny).request, folders)
    assert ranked == pick_clean(table, len(table)).seeds
    state = state_of(tmp_path, tiny, tables=folders)
    found = list(
        itertools.islice(seeds_to_try(state, InpaintState(), job_of(tiny)), len(table) + 2)
    )
    assert tuple(one.seed for one in found) == (*ranked, 100, 101)
    assert found[0].why == "next of the table's cleanest seeds"


def test_a_table_of_another_task_purpose_model_or_noise_has_no_say(
    tiny: Model, tmp_path: Path
) -> None:
    plain = inpaint_table(tiny)
    others = {
        "task": table_for(tiny),
        "purpose": inpaint_table(tiny, "removal"),
        "model": inpaint_table(tiny, model=replace(plain.spec.model, sha256="0" * 64)),
        "noise": inpaint_table(tiny, noise=replace(plain.spec.noise, draws_before=1)),
    }
    request = job_of(tiny).request
    for name, table in others.items():
        assert ranked_clean(request, tables_with(table, tmp_path / name)) == (), name
    same = tables_with(inpaint_table(tiny, "completion"), tmp_path / "same")
    assert len(ranked_clean(request, same)) == len(plain)


def test_a_broken_table_leaves_the_dice(tiny: Model, tmp_path: Path) -> None:
    folders = tables_with(inpaint_table(tiny), tmp_path / "tables")
    path = next(tmp_path.rglob("inpaint.*"))
    content = bytearray(path.read_bytes())
    content[-4:] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(content))
    assert ranked_clean(job_of(tiny).request, folders) == ()


def test_without_a_table_seeds_without_text_come_first_and_those_with_a_high_rate_never(
    tiny: Model, tmp_path: Path
) -> None:
    job = job_of(tiny, folder=tmp_path / "tally")
    assert job.log is not None
    for seed, number, writes in [(7, 3, False), (8, 9, True), (9, 1, False)]:
        for index in range(number):
            at = (Level.NORMAL,) if writes else ()
            check = Check(f"{seed}-{index}", seed, Level.NORMAL, at, 0.1 * writes, 0.0, "stand-in")
            job.log.store.add(job.log.subject, check)
    state = state_of(tmp_path, tiny)
    dice = itertools.chain([8], itertools.count(100))
    object.__setattr__(state, "dice", lambda: next(dice))
    found = list(itertools.islice(seeds_to_try(state, InpaintState(), job), 3))
    assert [one.seed for one in found] == [7, 9, 100]
    assert found[0].why == "wrote nothing in 3 pictures so far"


def test_seeds_the_page_has_drawn_already_are_left_out(tiny: Model, tmp_path: Path) -> None:
    job = job_of(tiny, seeds=(100, 102 + 2**32))
    sheet = InpaintState(job.request.seeds, job=job)
    found = itertools.islice(seeds_to_try(state_of(tmp_path, tiny), sheet, job), 2)
    assert [one.seed for one in found] == [101, 103]


def test_dice_that_only_show_what_was_drawn_end_the_retry(tiny: Model, tmp_path: Path) -> None:
    state = state_of(tmp_path, tiny)
    object.__setattr__(state, "dice", lambda: 3)
    job = job_of(tiny, seeds=(3,))
    assert list(seeds_to_try(state, InpaintState((3,), job=job), job)) == []


def test_rates_of_the_table_are_what_the_order_goes_by(tiny: Model, tmp_path: Path) -> None:
    table = inpaint_table(tiny)
    rates = np.linspace(1, 0, len(table), dtype=np.float32)
    counts = np.full(len(table), 64, np.uint32)
    tensors = {**table.tensors, "rate.text": rates, "rate.text.n": counts}
    folders = tables_with(SeedTable(table.seeds, tensors, table.spec), tmp_path)
    ranked = ranked_clean(job_of(tiny).request, folders)
    assert ranked == tuple(reversed(table.seeds.tolist()))
