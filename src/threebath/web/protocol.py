"""uvicorn's HTTP/1.1, with limits on what comes in, and bodies that pass by its parser.

uvicorn's httptools protocol (0.54) has no limit on what its parser holds, none on the
time that a head may take, and drops the body of a request that wishes for another
protocol.
"""

import asyncio

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from threebath.web.heads import HeadWriter, framing_of, in_usual_case, plain_length

HELD = 64 * 1024
"""Bytes that the parser may hold, not counting one read: a head, a trailer, or what else
is around chunks."""

HEADERS = 128
"""Headers of a request."""

HEAD_SECONDS = 10.0
"""Seconds in which a head must be complete, from connecting or from its first byte."""

READ = 512 * 1024
"""Bytes of a body that are read at a time, and that the application may leave unread."""

READ_FIRST = 64 * 1024
"""Bytes that are read at a time while no body passes by the parser."""

PIPELINED = 100
"""Requests that may wait for an answer to the one before them."""

INVALID = "Invalid HTTP request received."
TOO_LARGE = "The head of the request is too large."


class Protocol(HttpToolsProtocol):
    """What a connection's bytes mean."""

    in_body = False
    _in_head = False
    _head_timer: asyncio.TimerHandle | None = None
    _marks = 0  # beginnings and ends of heads, and pieces of bodies, that were seen
    _held = 0  # bytes that came since the last of them
    _length = 0  # of the body, where its head says it plainly
    _body_bytes = 0  # that the parser has seen
    _left = 0  # bytes of the body that pass by the parser
    _running: RequestResponseCycle | None = None  # `cycle` is the latest, and may wait
    _is_skipped = False  # the parser takes the body for another protocol
    _is_retold = False  # the parser is being told a head for the second time
    _last_words = ""  # why the connection ends after the answers that are under way
    _is_deaf = False  # what comes counts for nothing

    @property
    def is_passing_by(self) -> bool:
        """Whether the next bytes are a body's, and not for the parser."""
        return self._left > 0

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

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer, before the connection ends, who has said all and will say no more."""
        self._is_deaf = True
        if self._running is None or self._running.response_complete:
            return False
        if self._last_words:
            return True
        if self.in_body and self.cycle is self._running:
            return False
        if self.in_body:
            self._drop_half_request()
        last = self.pipeline[0][0] if self.pipeline else self._running
        last.keep_alive = False
        return True

    def received(self, data: memoryview) -> None:
        """Take what came; *data* may be overwritten afterwards."""
        self._unset_keepalive_if_required()
        if not self._is_answering():
            self._await_head()
        if self._left:
            data = self._pass_by(data)
        for start in range(0, len(data), READ_FIRST):
            if self._is_deaf or self.transport.is_closing():
                return
            self.data_received(bytes(data[start : start + READ_FIRST]))
        if data and self.in_body and self._length:
            self._left = max(0, self._length - self._body_bytes)

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
        seen = self._marks
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(str(cause) if isinstance(cause, _TooLarge) else INVALID)
            return
        self._held = self._held + len(data) if seen == self._marks else 0
        if self._held > HELD:
            self._refuse(TOO_LARGE)

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                self._go_on()
            else:
                break

    def _go_on(self) -> None:
        """Read on in HTTP/1.1: a server may ignore a wish, and then the body follows.

        A parser that has met a wish for another protocol reads no body. A new one is told
        what the head said of it.
        """
        self._renew_parser()
        if self.in_body:
            self._is_retold = True
            self.parser.feed_data(framing_of(self.headers))

    def _renew_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def _refuse(self, why: str) -> None:
        """End the connection with a 400, after the answers that are under way."""
        self._is_deaf = True
        self._stop_timer()
        if not self._is_answering():
            self.send_400_response(why)
        elif not self.in_body:
            self._last_words = why
        elif self.cycle is not self._running:
            self._drop_half_request()
            self._last_words = why
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self.send_400_response(why)

    def _drop_half_request(self) -> None:
        """Drop the latest of those that wait: its body will never be whole."""
        self.pipeline.popleft()
        self.in_body = False

    def send_400_response(self, msg: str) -> None:
        said = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(msg)).encode()),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(one) for one in said), b"", b""]
        self.transport.write(in_usual_case(b"\r\n".join(lines)) + msg.encode())
        self.transport.close()

    def on_message_begin(self) -> None:
        if self._is_retold:
            return
        self._marks += 1
        self._in_head = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._is_retold:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after the head is a trailer, and trailers are nobody's business.
        if self._in_head:
            if len(self.headers) == HEADERS:
                raise _TooLarge(TOO_LARGE)
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._is_retold:
            self._is_retold = False
            return
        self._marks += 1
        self._in_head = False
        self._stop_timer()
        self._is_skipped = self.parser.should_upgrade()
        if len(self.pipeline) >= PIPELINED:
            raise httptools.HttpParserError
        super().on_headers_complete()
        self.cycle.transport = HeadWriter(self.cycle, self.transport)
        self.in_body = True
        self._length = plain_length(self.headers)
        self._body_bytes = 0

    def on_body(self, body: bytes) -> None:
        self._marks += 1
        self._body_bytes += len(body)
        self._hand_on(body)

    def on_message_complete(self) -> None:
        skipped, self._is_skipped = self._is_skipped, False
        if skipped and framing_of(self.headers):
            return
        self.in_body = False
        self._is_deaf = not self.cycle.keep_alive
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        has_more = bool(self.pipeline)
        super().on_response_complete()
        if self._last_words and not has_more and not self.transport.is_closing():
            self.send_400_response(self._last_words)
        elif self._in_head and not self._is_deaf:
            self._await_head()

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


class _TooLarge(Exception):
    """A head has more in it than it may."""
