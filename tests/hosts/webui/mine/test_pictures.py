"""Mining draws as the web UI does, in its queue, and notices when it is no longer the same."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
import torch

from seedloupe.errors import InputError
from seedloupe.noise import initial_noise
from seedloupe.services.mining_runs import MiningOrder

from ..conftest import EVERY_WEB_UI, HEIGHT, SHA256, WIDTH, Host

ORDER = MiningOrder(("a ball", "a tent", "a cat"), width=WIDTH, height=HEIGHT, steps=4, batch=2)
# Forge Neo rounds sides to multiples of 64.
WIDE = replace(ORDER, width=128, height=64)


def pictures_of(host: Host, order: MiningOrder = ORDER) -> Any:
    return host.ours("mine.pictures").WebuiPictures(order)


@EVERY_WEB_UI
def test_the_trial_tells_what_a_table_would_be_for(host: Host) -> None:
    use = pictures_of(host, WIDE).settle()
    assert use.shape == (4, 8, 16)
    assert use.model_sha256 == SHA256
    assert use.sampling is not None
    assert (use.sampling.steps, use.sampling.size) == (4, (128, 64))


@EVERY_WEB_UI
def test_each_picture_has_the_noise_of_its_own_seed(host: Host) -> None:
    drawn: list[Any] = []
    processing = host.module("processing")
    real = processing.process_images
    processing.process_images = lambda p: drawn.append(done := real(p)) or done
    pictures = pictures_of(host, WIDE)
    use = pictures.settle()
    made = pictures.pairs(("a ball", "a tent"), torch.zeros(2, *use.shape), (7, 12))
    assert made.shape == (2, 3, 64, 128)
    assert 0 <= float(made.min()) <= float(made.max()) <= 1
    for picture, seed in zip(drawn[-1].images, (7, 12), strict=True):
        wanted = initial_noise(seed, use.shape, source=use.noise)
        torch.testing.assert_close(picture.noise, wanted)


def test_the_queue_is_held_for_a_batch_and_free_between(host: Host) -> None:
    lock = host.module("call_queue").queue_lock
    held: list[bool] = []
    pictures = pictures_of(host)
    pictures.settle()
    real = host.module("processing").process_images

    def looked(p: Any) -> Any:
        thread = threading.Thread(target=lambda: held.append(not lock.acquire(blocking=False)))
        thread.start()
        thread.join()
        return real(p)

    host.module("processing").process_images = looked
    pictures("a ball", torch.zeros(1, 4, 6, 8), (3,))
    assert held == [True]
    assert lock.acquire(blocking=False)
    lock.release()


@pytest.mark.parametrize("button", ["interrupt", "skip"])
def test_a_batch_that_was_interrupted_is_not_measured(host: Host, button: str) -> None:
    pictures = pictures_of(host)
    pictures.settle()
    real = host.module("processing").process_images

    def pressed(p: Any) -> Any:
        done = real(p)
        getattr(host.module("shared").state, button)()
        return done

    host.module("processing").process_images = pressed
    with pytest.raises(InputError, match="Go on"):
        pictures("a ball", torch.zeros(1, 4, 6, 8), (3,))


def test_another_setting_of_noise_stops_the_run(host: Host) -> None:
    pictures = pictures_of(host)
    pictures.settle()
    host.opts.randn_source = "NV"
    with pytest.raises(InputError, match="its settings as when the run was begun"):
        pictures("a ball", torch.zeros(1, 4, 6, 8), (3,))


def test_another_checkpoint_stops_the_run_and_is_named(host: Host) -> None:
    pictures = pictures_of(host)
    pictures.settle()
    info = host.module("shared").sd_model.sd_checkpoint_info
    info.sha256, info.model_name = "cd" * 32, "another"
    with pytest.raises(InputError, match=r"got another"):
        pictures("a ball", torch.zeros(1, 4, 6, 8), (3,))


def test_a_sampler_nobody_has_is_refused(host: Host) -> None:
    order = MiningOrder(("a", "b"), width=WIDTH, height=HEIGHT, sampler="Unheard of")
    with pytest.raises(InputError, match=r"^sampler"):
        pictures_of(host, order).settle()
