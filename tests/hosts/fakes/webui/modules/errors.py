"""Where the web UI's swallowed exceptions go; it prints them, the double keeps them."""

from __future__ import annotations

import sys

swallowed: list[BaseException] = []


def report(message: str, *, exc_info: bool = False) -> None:
    error = sys.exc_info()[1]
    if exc_info and error is not None:
        swallowed.append(error)


def display(e: Exception, task: str, *, full_traceback: bool = False) -> None:
    swallowed.append(e)


def print_error_explanation(message: str) -> None:
    pass
