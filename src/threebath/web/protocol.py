"""uvicorn's HTTP/1.1, with limits on what comes in and names as the world writes them.

uvicorn's httptools protocol (0.54) has no limit on the size of a request's head, none on
the time it may take, and sends header names in lower case. VK's own Java SDK looks
``Content-Type`` up in exactly that letter case. It also copies each byte of a body five
times; here it is copied once.
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import httptools
from uvicorn import Config
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

HEAD_BYTES = 64 * 1024
"""Bytes of a request's head, not counting the first read of the socket."""

HEAD_SECONDS = 10.0
"""Seconds in which a head must be complete, from connecting or from its first byte."""

READ = 512 * 1024
"""Bytes of a body that are read at a time, and that the application may leave unread."""

READ_FIRST = 64 * 1024
"""Bytes that are read at a time while there is no body."""

PIPELINED = 100
"""Requests that may wait for an answer to the one before them."""

CONTINUE = b"HTTP/1.1 100 "
"""What an interim answer begins with; the head proper is still to come."""

_IRREGULAR = {b"etag": b"ETag", b"www-authenticate": b"WWW-Authenticate"}


class Connection(asyncio.BufferedProtocol):
    """One connection, whose bytes are read into a *buffer* that all of a loop share.

    They are taken out of it before anything else is read.
    """

    def __init__(
        self,
        buffer: memoryview,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._buffer = buffer
        self._http = Protocol(config, server_state, app_state, _loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._http.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._http.connection_lost(exc)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer if self._http.in_body else self._buffer[:READ_FIRST]

    def buffer_updated(self, nbytes: int) -> None:
        self._http.received(self._buffer[:nbytes])

    def eof_received(self) -> None:
        self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()


class Protocol(HttpToolsProtocol):
    """What a connection's bytes mean."""

    in_body = False
    _in_head = False
    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _body_bytes = 0  # that the parser has seen
    _left = 0  # bytes of the body that pass by the parser
    _running: RequestResponseCycle | None = None  # `cycle` is the latest, and may wait
    _is_skipped = False  # the parser takes the body for another protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)
        self.pipeline.clear()
        if self._running and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def received(self, data: memoryview) -> None:
        """Take what came; *data* may be overwritten afterwards."""
        self._unset_keepalive_if_required()
        if not self._is_answering():
            self._await_head()
        if self._left:
            data = self._pass_by(data)
        if data:
            self.data_received(bytes(data))
            if self.in_body:
                self._left = max(0, _declared(self.headers) - self._body_bytes)

    def _pass_by(self, data: memoryview) -> memoryview:
        """Take a body's bytes past the parser, which would copy them; return the rest."""
        body = bytes(data[: self._left])
        self._left -= len(body)
        self._hand_on(body)
        if not self._left:
            self.on_message_complete()
            self._renew_parser()  # the old one still waits for that body
        return data[len(body) :]

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("The head of the request is too large.")
                return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on(memoryview(data)[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def _go_on(self, rest: memoryview) -> None:
        """Read on in HTTP/1.1: a server may ignore Upgrade, and then the body follows."""
        self._renew_parser()
        if self.in_body:
            length = _declared(self.headers)
            self.on_body(bytes(rest[:length]))
            rest = rest[length:]
            if self._body_bytes == length:
                self.on_message_complete()
        if rest:
            self.data_received(bytes(rest))

    def _renew_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

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
        self._is_skipped = self.parser.should_upgrade()
        if len(self.pipeline) >= PIPELINED or (
            self._is_skipped and _is_chunked(self.headers)
        ):
            raise httptools.HttpParserError
        super().on_headers_complete()
        self.cycle.transport = _HeadWriter(self.cycle, self.transport)
        self.in_body = True
        self._body_bytes = 0

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._hand_on(body)

    def on_message_complete(self) -> None:
        skipped, self._is_skipped = self._is_skipped, False
        if skipped and _declared(self.headers):
            return
        self.in_body = False
        super().on_message_complete()

    def _hand_on(self, body: bytes) -> None:
        cycle = self.cycle
        if cycle.response_complete:
            return
        # The application gets `bytes(cycle.body)`, which copies nothing of bytes.
        held: bytes | bytearray = cycle.body
        if not held:
            cycle.body = body  # type: ignore[assignment]
        elif isinstance(held, bytearray):
            held += body
        else:
            cycle.body = bytearray().join((held, body))
        if len(cycle.body) >= READ:
            self.flow.pause_reading()
        cycle.message_event.set()

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


def _is_chunked(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"transfer-encoding" for name, _ in headers)


def _declared(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Return a body's length as its head has it; 0 if the parser has to find its end."""
    lengths = [value for name, value in headers if name == b"content-length"]
    if _is_chunked(headers) or len(lengths) != 1 or not lengths[0].isdigit():
        return 0
    # Zeros in front are legal, and Python's `int` takes 4300 digits at most.
    return int(lengths[0].lstrip(b"0") or b"0")


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
