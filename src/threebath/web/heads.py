"""Heads of requests and answers: what frames a body, and names as the world writes them.

uvicorn's httptools protocol (0.54) sends header names in lower case. VK's own Java SDK
looks ``Content-Type`` up in exactly that letter case.
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

CONTINUE = b"HTTP/1.1 100 "
"""What an interim answer begins with; the head proper is still to come."""

FRAMING = (b"content-length", b"transfer-encoding")
"""The headers that say where a body ends."""

_IRREGULAR = {b"etag": b"ETag", b"www-authenticate": b"WWW-Authenticate"}

Headers = Iterable[tuple[bytes, bytes]]


def plain_length(headers: Headers) -> int:
    """Return a body's length as its head has it; 0 if the parser has to find its end."""
    framing = [(name, value.strip(b" \t")) for name, value in headers if name in FRAMING]
    if len(framing) != 1 or framing[0][0] != b"content-length":
        return 0
    (_, value) = framing[0]
    # Zeros in front are legal, and Python's `int` takes 4300 digits at most.
    return int(value.lstrip(b"0") or b"0") if value.isdigit() else 0


def framing_of(headers: Headers) -> bytes:
    """Write a head that says of its body what *headers* say; b"" if they say nothing."""
    lines = [name + b": " + value for name, value in headers if name in FRAMING]
    return b"\r\n".join([b"POST / HTTP/1.1", *lines, b"", b""]) if lines else b""


def in_usual_case(head: bytes) -> bytes:
    r"""Return a response's head with its names in their usual letter case.

    >>> in_usual_case(b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\netag: c\r\n\r\n")
    b'HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nETag: c\r\n\r\n'
    """
    status, *lines = head.split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    named = (_usual(name) + colon + value for name, colon, value in pairs)
    return b"\r\n".join([status, *named])


@lru_cache(256)
def _usual(name: bytes) -> bytes:
    return _IRREGULAR.get(name, name.title())


class HeadWriter(asyncio.Transport):
    """Stands in for an answer's transport until its head is written."""

    def __init__(self, cycle: RequestResponseCycle, transport: asyncio.Transport) -> None:
        super().__init__()
        self._cycle = cycle
        self._transport = transport

    def write(self, data: bytes | bytearray | memoryview) -> None:
        head = bytes(data)
        if not head.startswith(CONTINUE):
            self._cycle.transport = self._transport
            head = in_usual_case(head)
        self._transport.write(head)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()
