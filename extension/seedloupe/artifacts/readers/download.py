"""Downloading one file, going on where an earlier attempt ended."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from ...errors import FetchError

_CHUNK = 2**18
#: Seconds a server may be silent.
_SILENCE = 30.0
#: Largest file taken, in bytes.
_LARGEST = 2**29


def download(url: str, part: Path, progress: Callable[[int, int], None]) -> None:
    """Download ``url`` to ``part``; what is there already counts as its beginning.

    Args:
        url: where it is; a server may send elsewhere, but not from ``https`` to anything less.
        part: the file. After a failure it keeps what came, for the next attempt.
        progress: told how many bytes are here, and how many there are (0 if nobody says).

    Raises:
        FetchError: no network, a server that refuses or sends too much or too little.
        OSError: ``part`` cannot be written.
    """
    have = part.stat().st_size if part.exists() else 0
    try:
        answer = _open(url, have)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                # Whole already, or another file's beginning; the checksum tells either way.
                if _total(error.headers.get("Content-Range")) == have:
                    return
                part.unlink()
                download(url, part, progress)
                return
            said = f"{error.code} {error.reason}"
            raise FetchError(f"{url}: the server answered {said}") from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        raise FetchError(
            f"could not reach {urlsplit(url).hostname}: {why}. On a machine without internet, bring"
            " the files from another one and use --from"
        ) from error
    with answer:
        _require_as_safe(url, answer.geturl())
        _receive(answer, url, part, have, progress)


def _open(url: str, have: int) -> http.client.HTTPResponse:
    headers = {"User-Agent": "seedloupe", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(url, headers=headers)
    answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_SILENCE)
    return answer


def _require_as_safe(asked: str, came: str) -> None:
    if urlsplit(asked).scheme == "https" != urlsplit(came).scheme:
        raise FetchError(f"{asked}: the server sent on to {came}, which is not protected")


def _receive(
    answer: http.client.HTTPResponse,
    url: str,
    part: Path,
    have: int,
    progress: Callable[[int, int], None],
) -> None:
    goes_on = answer.status == http.client.PARTIAL_CONTENT and _start(answer) == have
    if answer.status == http.client.PARTIAL_CONTENT and not goes_on:
        part.unlink()
        raise FetchError(f"{url}: the server sent another part than asked for; try again")
    have = have if goes_on else 0
    coming = answer.length
    total = have + coming if coming is not None else 0
    if total > _LARGEST:
        raise FetchError(f"{url}: {total} bytes are more than expected; nothing was fetched")
    with part.open("ab" if goes_on else "wb") as stream:
        while chunk := _next(answer, url):
            stream.write(chunk)
            have += len(chunk)
            if have > _LARGEST:
                raise FetchError(f"{url}: more than {_LARGEST} bytes came; the rest was left")
            progress(have, total)
    if have < total:
        raise FetchError(
            f"{url}: the connection ended after {have} of {total} bytes; the same command again"
            " goes on from there"
        )


def _next(answer: http.client.HTTPResponse, url: str) -> bytes:
    try:
        return answer.read(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(
            f"{url}: the connection broke ({error}); the same command again goes on from there"
        ) from error


def _start(answer: http.client.HTTPResponse) -> int | None:
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
    return int(found[1]) if found else None


def _total(content_range: str | None) -> int | None:
    found = re.match(r"bytes \*/(\d+)$", content_range or "")
    return int(found[1]) if found else None
