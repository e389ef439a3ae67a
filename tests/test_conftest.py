from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).parents[1]


ELSEWHERE = ("192.0.2.1", 80)  # an address set aside for documentation


def test_no_test_connects_to_another_machine() -> None:
    with socket.socket() as stream, pytest.raises(Exception, match=r"connect to \('192"):
        stream.connect(ELSEWHERE)


def test_no_test_sends_to_another_machine() -> None:
    datagram = socket.socket(type=socket.SOCK_DGRAM)
    with datagram, pytest.raises(Exception, match=r"sendto to \('192"):
        datagram.sendto(b"", ELSEWHERE)


@pytest.mark.parametrize("host", ["example.com", b"example.com"])
def test_no_test_looks_up_another_machine(host: str | bytes) -> None:
    with pytest.raises(Exception, match=r"look-up of 'example\.com'"):
        socket.getaddrinfo(host, 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_this_machine_can_be_reached(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=lambda: server.accept()[0].close())
        answer.start()
        socket.create_connection((host, server.getsockname()[1]), timeout=10).close()
        answer.join()


def test_torch_computes_on_one_thread() -> None:
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_meets_the_same_random_numbers(turn: int) -> None:
    expected = torch.randn(3, generator=torch.Generator().manual_seed(0))

    assert torch.equal(torch.randn(3), expected)
    assert np.random.random() == pytest.approx(np.random.RandomState(0).random())


def test_the_entry_file_of_comfyui_is_not_imported_by_pytest() -> None:
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}

    assert str(ROOT / "__init__.py") not in files
