"""uvicorn's HTTP/1.1, with limits on what comes in and names as the world writes them.

uvicorn's httptools protocol (0.54) has no limit on the size of a request's head, none on
the time it may take, and sends header names in lower case. VK's own Java SDK looks
``Content-Type`` up in exactly that letter case.
"""

import asyncio
from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_BYTES = 64 * 1024
"""Bytes of a request's head, not counting the first read of the socket."""

HEAD_SECONDS = 10.0
"""Seconds in which a head must be complete, from connecting or from its first byte."""

CONTINUE = b"HTTP/1.1 100 "
"""What an interim answer begins with; the head proper is still to come."""

_IRREGULAR = {b"etag": b"ETag", b"www-authenticate": b"WWW-Authenticate"}


class Protocol(HttpToolsProtocol):
    """One connection."""

    _head_timer: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._is_answering():
            self._await_head()
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("The head of the request is too large.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after the head is a trailer, and trailers are nobody's business.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()
        self.cycle.transport = _HeadWriter(self.cycle, self.transport)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class _HeadWriter(asyncio.Transport):
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
