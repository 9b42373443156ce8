"""Conditional and range requests (RFC 9110, 13 and 14) for bytes that never change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.ASCII)
_TAG = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, what to say, and the bytes to send: from *start* up to *stop*."""

    status: int
    start: int = 0
    stop: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(method: str, headers: Mapping[str, str], *, etag: str, length: int) -> Answer:
    """Decide what a GET or HEAD gets of *length* bytes whose strong tag is *etag*.

    Several ranges at once are answered with the whole (RFC 9110 lets us), and so is a
    range that cannot be read.

    >>> answer("GET", {"range": "bytes=-10"}, etag="a", length=100)
    ... # doctest: +ELLIPSIS
    Answer(status=206, start=90, stop=100, headers={...})
    """
    if _names(headers.get("if-none-match", ""), etag):
        return Answer(304)
    whole = {"Content-Length": str(length)}
    if method == "HEAD":
        return Answer(200, headers=whole)
    span = _span(headers.get("range", ""), length)
    if span is None or headers.get("if-range", f'"{etag}"') != f'"{etag}"':
        return Answer(200, 0, length, whole)
    start, stop = span
    if start >= stop:
        unsatisfied = {"Content-Range": f"bytes */{length}", "Content-Length": "0"}
        return Answer(416, headers=unsatisfied)
    said = {
        "Content-Range": f"bytes {start}-{stop - 1}/{length}",
        "Content-Length": str(stop - start),
    }
    return Answer(206, start, stop, said)


def _names(condition: str, etag: str) -> bool:
    """Say whether an If-None-Match lists *etag*, compared weakly."""
    return condition.strip() == "*" or etag in _TAG.findall(condition)


def _span(wanted: str, length: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last; None if it is no range."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return (max(0, length - int(suffix)), length) if int(suffix) else (0, 0)
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, length) if last else length
