from __future__ import annotations

import argparse

import pytest

from seedloupe.hosts.standalone.cli import arguments


def test_seeds_are_numbers_and_spans() -> None:
    assert arguments.seeds("7,10:13, 2") == (7, 10, 11, 12, 2)
    assert arguments.seeds("7,10-13") == (7, 10, 11, 12, 13)
    assert arguments.seeds(str(2**64 - 1)) == (2**64 - 1,)


@pytest.mark.parametrize(
    "text", ["", ",", "-1", "1.5", "x", "5:5", "9:3", "0:1000001", "18446744073709551616"]
)
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected"):
        arguments.seeds(text)


@pytest.mark.parametrize("text", ["", "5:6", "5-6", "5,6", "-1", "1.5", "x", str(2**64)])
def test_one_seed_is_one_number(text: str) -> None:
    assert arguments.seed("007") == 7
    with pytest.raises(argparse.ArgumentTypeError, match="expected a seed from 0 to"):
        arguments.seed(text)


def test_sizes_and_shapes_are_read() -> None:
    assert arguments.size("640x480") == (640, 480)
    assert arguments.shape("4,64,96") == (4, 64, 96)


def test_numbers_of_bytes_are_read_as_people_write_them() -> None:
    assert arguments.byte_count("50M") == 50_000_000
    assert arguments.byte_count("1.5G") == 1_500_000_000
    assert arguments.byte_count("200kB") == 200_000
    assert arguments.byte_count("0") == arguments.count("0") == 0


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (arguments.size, "640"),
        (arguments.size, "640x"),
        (arguments.shape, "4,64"),
        (arguments.shape, "a,b,c"),
        (arguments.positive, "0"),
        (arguments.positive, "-3"),
        (arguments.count, "-1"),
        (arguments.count, "1.5"),
        (arguments.byte_count, "lots"),
        (arguments.byte_count, "-5M"),
        (arguments.byte_count, "1T"),
        (arguments.names, "a,,b"),
        (arguments.port, "0"),
        (arguments.port, "65536"),
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(reader: object, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected"):
        reader(text)  # type: ignore[operator]


@pytest.mark.parametrize(("reader", "least"), [(arguments.positive, 1), (arguments.count, 0)])
def test_numbers_beyond_the_limit_are_refused_with_the_limit(reader: object, least: int) -> None:
    assert reader("999999999") == 999_999_999  # type: ignore[operator]
    with pytest.raises(
        argparse.ArgumentTypeError, match=f"number from {least} to 999999999, got '1000000000'"
    ):
        reader("1000000000")  # type: ignore[operator]
