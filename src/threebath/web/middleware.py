"""What every request passes, whichever dialect answers it."""

import asyncio
import re
import secrets
from http import HTTPStatus
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from threebath.web.observe import OTHER, Telemetry

REQUEST_ID = "X-Request-Id"

DEFAULTS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
"""Headers of every answer that does not set them itself; most answers carry tokens."""

GONE = 499
"""In logs and metrics, the status of a request whose client left (as nginx has it)."""

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that are answered however busy we are."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONG = re.compile(r"[^/]{24,}")


class RequestLog:
    """Names each request, counts it, logs it in one line, and catches what escapes."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, most: int) -> None:
        """Answer *most* requests at a time; the next ones get a 503."""
        self.app = app
        self.telemetry = telemetry
        self.most = most
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.id)
        self._in_flight += 1
        self.telemetry.in_flight.inc()
        try:
            await self._answer(exchange)
        finally:
            self._in_flight -= 1
            self.telemetry.in_flight.dec()
            self._log(exchange)

    async def _answer(self, exchange: "_Exchange") -> None:
        if self._in_flight > self.most and exchange.scope["path"] not in ALWAYS:
            await send_status(503, exchange.send)
            return
        try:
            await self.app(exchange.scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # The server is shutting down and its patience is over.
            await exchange.send_if_unanswered(503)
            raise
        except Exception as bug:  # noqa: BLE001 - the last line before the server
            self.telemetry.failed(f"web {exchange.route}", bug)
            await exchange.send_if_unanswered(500)

    def _log(self, exchange: "_Exchange") -> None:
        seconds = perf_counter() - exchange.began
        status = exchange.status or GONE
        method = exchange.scope["method"]
        self.telemetry.request(exchange.route, method, status, seconds)
        structlog.get_logger("threebath.access").info(
            "request",
            method=method,
            path=exchange.path if exchange.route == OTHER else exchange.route,
            status=status,
            bytes_in=exchange.received,
            ms=round(seconds * 1000, 1),
        )


class _Exchange:
    """What is known of one request while it is answered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.began = perf_counter()
        self.received = 0
        self.status = 0
        given = Headers(scope=scope).get(REQUEST_ID, "")
        self.id = given if _ID.fullmatch(given) else secrets.token_hex(8)

    @property
    def route(self) -> str:
        """The template of the route that answers; its parameters may be secrets."""
        return str(getattr(self.scope.get("route"), "path", OTHER))

    @property
    def path(self) -> str:
        """The path without what is long enough to be a secret."""
        return _LONG.sub("…", self.scope["path"])[:100]

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.id
            for name, value in DEFAULTS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def send_if_unanswered(self, status: int) -> None:
        if not self.status:
            await send_status(status, self.send)


async def send_status(status: int, send: Send) -> None:
    """Answer with a status's own name, and close the connection."""
    body = HTTPStatus(status).phrase.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
